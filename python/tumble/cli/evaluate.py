"""`tumble evaluate`: errors of a model or calculator on labeled structures."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.options import add_frame_options, add_label_options, add_overwrite, label_names
from tumble.cli.potential import add_potential, calculator_of, files_read
from tumble.counted import counted

if TYPE_CHECKING:
    from tumble.accuracy import Errors
    from tumble.evaluate import Accuracy


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "evaluate",
        help="errors of a model or ASE calculator on labeled structures",
        usage="%(prog)s [options] (MODEL | --calculator MODULE:FACTORY) FRAMES [FRAMES ...]",
        example="tumble evaluate water frames.extxyz",
        description="MAE and RMSE of energies per atom, with and without their mean error, of energies of structures, "
        "of forces and, if they are named, of dipoles.",
    )
    add_potential(parser)
    parser.add_argument("frames", metavar="FRAMES", nargs="+", help="file with structures and labels")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the errors there, in eV, Å and e Å")
    parser.add_argument("--batch", metavar="N", type=int, default=8, help="structures evaluated together (default: 8)")
    add_label_options(parser)
    add_frame_options(parser)
    add_overwrite(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate each file, print a table for each, and write the JSON file."""
    from tqdm import tqdm

    from tumble.evaluate import check_labels
    from tumble.files import write_atomically
    from tumble.frames import read_frames
    from tumble.json_text import json_text
    from tumble.outputs import ACCURACY, check_output

    check_output(
        "json",
        arguments.json,
        ACCURACY,
        inputs=files_read(arguments, *arguments.frames),
        overwrite=arguments.overwrite,
    )
    name, kinds, evaluated = _evaluation(arguments)
    for path in arguments.frames:
        check_labels(path, label_names(arguments), kinds)
    results: list[Accuracy] = []
    for path in arguments.frames:
        with tqdm(read_frames(path), desc=Path(path).name, unit=" structures", disable=None) as frames:
            results.append(evaluated(path, frames=frames))
        print(format_accuracy(results[-1]))
    if arguments.json is not None:
        document = {
            "format": "tumble-accuracy-1",
            "model": name,
            "symmetrize": arguments.symmetrize,
            "files": [result.to_dict() for result in results],
        }
        write_atomically(arguments.json, json_text(document, indent=2).encode())
    return 0


def _evaluation(arguments: argparse.Namespace) -> tuple[str, tuple[str, ...], Callable[..., Accuracy]]:
    """Return the name of the potential, the kinds of its labels, and a function that returns the errors on a file."""
    from tumble import _core
    from tumble.evaluate import compared_kinds, evaluate, evaluate_calculator
    from tumble.labels import KINDS
    from tumble.model_file import load

    names = label_names(arguments)
    if arguments.calculator is not None:
        calculator = calculator_of(arguments)
        return arguments.calculator, KINDS, partial(evaluate_calculator, calculator, arguments.calculator, names=names)
    symmetrizer = _core.Symmetrizer(arguments.symmetrize, seed=arguments.seed)
    potential = load(arguments.model, device=arguments.device, memory=arguments.memory, check=arguments.check)
    evaluated = partial(evaluate, potential, batch=arguments.batch, symmetrizer=symmetrizer, names=names)
    return potential.metadata.name, compared_kinds(potential, names), evaluated


def format_accuracy(accuracy: Accuracy) -> str:
    """Return a table of the errors in meV, meV/Å and mD (millidebye)."""
    from ase.units import Debye

    lines = [
        f"{accuracy.file}: {counted(accuracy.frames, 'structure')}, {counted(accuracy.atoms, 'atom')}",
        f"{'':24}{'MAE':>12}{'RMSE':>12}  unit",
    ]
    if "energy" in accuracy.compared:
        lines.append(_row("energy", accuracy.energy, "meV/atom"))
        lines.append(_row("energy, mean error off", accuracy.energy_shifted, "meV/atom"))
    if accuracy.energy_total is not None:
        lines.append(_row("energy of a structure", accuracy.energy_total, "meV"))
    if "forces" in accuracy.compared:
        lines.append(_row("force components", accuracy.forces, "meV/Å"))
    if accuracy.dipole is not None:
        lines.append(_row("dipole", accuracy.dipole, "mD", 1e3 / Debye))
    if accuracy.energy_shift is not None:
        lines.insert(4, f"{'  mean error':24}{1e3 * accuracy.energy_shift:12.3f}{'':12}  meV/atom")
    if accuracy.energy is not None and accuracy.energy.count < accuracy.frames:
        lines.append(f"only {accuracy.energy.count} of the structures have an energy")
    if accuracy.forces is not None and accuracy.forces.count < 3 * accuracy.atoms:
        lines.append(f"only {accuracy.forces.count // 3} of the atoms have forces")
    return "\n".join(lines)


def _row(title: str, errors: Errors | None, unit: str, scale: float = 1e3) -> str:
    if errors is None:
        return f"{title:24}{'no labels':>24}"
    return f"{title:24}{scale * errors.mae:12.3f}{scale * errors.rmse:12.3f}  {unit}"
