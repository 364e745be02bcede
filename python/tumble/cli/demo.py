"""`tumble demo`: water in LAMMPS and i-PI, bare, symmetrized and with an exact model, and a page about them."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "demo",
        help="run water in LAMMPS and i-PI, and write a report",
        description=(
            "Runs a dilute gas, a molecule and a liquid of water in LAMMPS and the liquid as a path integral in i-PI, "
            "each with the bare model and symmetrized, the gas and the molecule also with a model that is exactly "
            "invariant; compares error and time of these partners; writes DIR/report.html. Ten runs, about six minutes "
            "on two cores."
        ),
        epilog="OMP_NUM_THREADS sets the threads of the model (default: the idle cores, at most 4).",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        default=Path("tumble-demo"),
        help="folder of the results (default: %(default)s)",
    )
    parser.add_argument("--quick", action="store_true", help="very short runs, to see that everything works")
    parser.add_argument("--model", default="water", help="path or name of a model (default: %(default)s)")
    parser.add_argument(
        "--exact",
        metavar="MODEL",
        default="water-equivariant",
        help="path or name of an exactly invariant model to compare with (default: %(default)s)",
    )
    parser.add_argument(
        "--inputs",
        metavar="DIR",
        type=Path,
        help="folder of the inputs (default: the ones that came with the package)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demonstration and say where the report is."""
    from tumble.demo.pipeline import run_demo
    from tumble.demo.stages import FULL, QUICK

    report = run_demo(
        arguments.out,
        lengths=QUICK if arguments.quick else FULL,
        model=arguments.model,
        exact=arguments.exact,
        source=arguments.inputs,
        tell=_tell,
    )
    _tell(f"report: {report.resolve()}\n")
    return 0


def _tell(text: str) -> None:
    print(text, end="", flush=True)
