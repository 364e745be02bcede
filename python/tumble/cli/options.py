"""Options that several subcommands share, with the same names as in LAMMPS."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tumble.set_names import listed

if TYPE_CHECKING:
    from tumble.labels import LabelNames


class Once(argparse.Action):
    """An action that stores a value and refuses a second one; argparse would silently use the last one."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the value, or exit with an error if there is one already."""
        given: dict[str, Any] = namespace.__dict__.setdefault("given_once", {})
        if self.dest in given:
            raise argparse.ArgumentError(
                self, f"expected one value, got {given[self.dest]} and {values}; remove one of them"
            )
        given[self.dest] = values
        setattr(namespace, self.dest, values)


class YesNo(argparse.Action):
    """An action that stores whether the word is `yes`, of `yes` and `no`."""

    def __init__(self, **options: Any) -> None:
        """Create the action.

        Args:
            options: Arguments of `argparse.Action`, with a bool as the default.
        """
        super().__init__(choices=("yes", "no"), **options)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the value."""
        setattr(namespace, self.dest, values == "yes")


def add_symmetrize(parser: argparse.ArgumentParser) -> None:
    """Add `symmetrize`: the rotations over which the model is averaged."""
    parser.add_argument(
        "--symmetrize",
        action=Once,
        metavar="SET",
        default="none",
        help=f"{listed()}, each also with +inversion (default: none)",
    )


def add_frame_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of rotations: `symmetrize` and `seed`."""
    add_symmetrize(parser)
    parser.add_argument("--seed", action=Once, metavar="N", type=int, help="seed of random rotations")


def add_mode(parser: argparse.ArgumentParser) -> None:
    """Add `mode`: what is made of the rotations, for i-PI."""
    parser.add_argument(
        "--mode",
        action=Once,
        choices=("average", "correction"),
        default="average",
        help="correction: what averaging adds to the bare model, for multiple time stepping (default: average)",
    )


def add_structure(parser: argparse.ArgumentParser) -> None:
    """Add `structure`: the structure of i-PI's atoms."""
    parser.add_argument(
        "--structure",
        metavar="FILE",
        type=Path,
        required=True,
        help="structure that i-PI starts from, for the elements in its order",
    )


def add_periodic(parser: argparse.ArgumentParser) -> None:
    """Add `periodic`: the periodic cell vectors, for i-PI."""
    parser.add_argument(
        "--periodic",
        metavar="AXES",
        choices=("xyz", "xy", "xz", "yz", "x", "y", "z", "none"),
        help="periodic cell vectors, such as xyz, xy or none, which i-PI doesn't send (default: those of the "
        "structure if ASE reads a cell from it, else xyz)",
    )


def add_order(parser: argparse.ArgumentParser) -> None:
    """Add `order`: whether the order of i-PI's atoms is checked."""
    parser.add_argument(
        "--order",
        action=Once,
        choices=("check", "trust"),
        default="check",
        help="trust: don't compare the first geometry with the structure, for runs in which atoms of different "
        "elements have exchanged positions since (default: check)",
    )


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for loading a model: `device`, `memory` and `check`."""
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)")
    parser.add_argument(
        "--memory",
        metavar="MB",
        type=float,
        help="budget of one chunk of an evaluation (default: 64 on a CPU, 1024 on a GPU)",
    )
    parser.add_argument(
        "--check",
        action=YesNo,
        default=True,
        help="evaluate the reference structures in the file first (default: yes)",
    )


def add_label_options(parser: argparse.ArgumentParser) -> None:
    """Add the names of labels: `energy`, `forces`, `dipole` and `dipole_unit`."""
    parser.add_argument("--energy", metavar="KEY", help="label of the energies (default: what ASE reads as energy), eV")
    parser.add_argument("--forces", metavar="KEY", help="label of the forces (default: what ASE reads as forces), eV/Å")
    parser.add_argument(
        "--dipole", metavar="KEY", help="label of the dipoles: of each atom, of the structure, or its magnitude"
    )
    parser.add_argument("--dipole-unit", default="e*angstrom", help="e*angstrom or debye (default: e*angstrom)")


def label_names(arguments: argparse.Namespace) -> LabelNames:
    """Return the names that the options of `add_label_options` give.

    Raises:
        ConfigurationError: If the unit is unknown.
    """
    from tumble.labels import LabelNames

    return LabelNames(arguments.energy, arguments.forces, arguments.dipole, arguments.dipole_unit)


def add_overwrite(parser: argparse.ArgumentParser, *names: str) -> None:
    """Add the option that lets outputs replace files of other kinds.

    Args:
        parser: Parser of the subcommand.
        names: Names of the option; the default is `--overwrite` and `--force`.
    """
    parser.add_argument(
        *(names or ("--overwrite", "--force")),
        dest="overwrite",
        action="store_true",
        help="let outputs replace files that tumble didn't write; what the command reads is never replaced",
    )
