"""Arguments for a potential: the path or name of a model or, in place of it, an ASE calculator."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.options import add_model_options
from tumble.cli.parser import Instead

if TYPE_CHECKING:
    from ase.calculators.calculator import BaseCalculator

    from tumble.audit.source import Source


def add_potential(parser: argparse.ArgumentParser) -> None:
    """Add `MODEL`, `--calculator`, which takes its place, and the options for loading a model."""
    model = parser.add_argument("model", metavar="MODEL", help="path or name of a model")
    parser.add_argument(
        "--calculator",
        action=Instead,
        replaces=model,
        metavar="MODULE:FACTORY",
        help="in place of MODEL: a function without arguments, or a class, that makes an ASE calculator; the module "
        "may be in the current folder",
    )
    add_model_options(parser)


def source_of(arguments: argparse.Namespace) -> Source:
    """Return the potential of a command line, not yet open.

    Raises:
        ConfigurationError: If there are options of a model next to a calculator.
    """
    from tumble.audit.source import CalculatorSource, ModelSource

    if arguments.calculator is None:
        return ModelSource(arguments.model, arguments.device, arguments.memory, arguments.check)
    _check_options(arguments)
    return CalculatorSource(arguments.calculator)


def calculator_of(arguments: argparse.Namespace) -> BaseCalculator:
    """Return the calculator of a command line, averaged over the set of `--symmetrize`.

    Raises:
        CalculatorError: If another package's calculator can't be made.
        ConfigurationError: If an option is invalid.
        ModelFileError, DeviceError: As by `tumble.load`.
    """
    from tumble import Calculator, Symmetrized
    from tumble.audit.factory import make_calculator

    rotations = {"symmetrize": arguments.symmetrize, "seed": arguments.seed}
    if arguments.calculator is None:
        model = {"device": arguments.device, "memory": arguments.memory, "check": arguments.check}
        return Calculator(arguments.model, **model, **rotations)
    _check_options(arguments)
    return Symmetrized(make_calculator(arguments.calculator), name=arguments.calculator, **rotations)


def files_read(arguments: argparse.Namespace, *others: str | Path) -> Iterator[Path]:
    """Yield the file of the model, if there is one, and other files that a command reads."""
    from tumble.outputs import model_and

    if arguments.calculator is None:
        yield from model_and(arguments.model, *others)
    else:
        yield from map(Path, others)


def _check_options(arguments: argparse.Namespace) -> None:
    """Refuse options of a model next to a calculator, since they would be ignored."""
    from tumble.errors import ConfigurationError

    for name, default in (("device", "auto"), ("memory", None), ("check", True)):
        value = getattr(arguments, name)
        if value != default:
            raise ConfigurationError(
                f"`{name}`: expected none with `--calculator`, whose factory makes such choices, got "
                f"{'no' if value is False else value}"
            )
