"""`tumble ipi-check`: what will go wrong with an input of i-PI."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tumble.cli.options import Once, add_frame_options, add_mode, add_model_options, add_overwrite, add_periodic


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "ipi-check",
        help="what will go wrong with an input of i-PI, before the run",
        example="tumble ipi-check water-liquid.xml water --symmetrize random --seed 1",
        description="Read an input of i-PI before the run, and say what will go wrong and what to write instead. The "
        "options are those with which `tumble drive` will be started.",
        epilog="docs/ipi-check.md lists the checks. Exit status: 1 if there is an error, 2 for a wrong option.",
    )
    parser.add_argument("input", metavar="INPUT.xml", type=Path, help="input of i-PI, or a checkpoint")
    parser.add_argument("model", metavar="MODEL", help="path or name of a model")
    parser.add_argument(
        "--structure",
        metavar="FILE",
        type=Path,
        help="structure of the driver (default: the file from which i-PI starts)",
    )
    add_periodic(parser)
    add_frame_options(parser)
    add_mode(parser)
    parser.add_argument(
        "--beads", action=Once, choices=("independent", "shared"), default="independent", help="as for tumble drive"
    )
    parser.add_argument(
        "--connections", metavar="N", type=int, default=1, help="connections of one driver (default: 1)"
    )
    parser.add_argument(
        "--forcefield", metavar="NAME", help="forcefield that the driver serves (default: all that it can serve)"
    )
    parser.add_argument(
        "--evaluations",
        metavar="N",
        type=int,
        default=48,
        help="largest number of evaluations for the stiffest mode; 0 to measure nothing (default: 48)",
    )
    parser.add_argument(
        "--ipi-python",
        metavar="FILE",
        help="Python of the environment in which i-PI is installed (default: the one that runs this command)",
    )
    add_model_options(parser)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the findings there")
    add_overwrite(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the checks, print the findings, and write the file."""
    from tumble import _core
    from tumble.files import write_atomically
    from tumble.ipi_check.finding import Level
    from tumble.ipi_check.model import Model
    from tumble.ipi_check.options import Options
    from tumble.ipi_check.page import format_report
    from tumble.ipi_check.run import check_input
    from tumble.ipi_check.view import view_of
    from tumble.json_text import json_text
    from tumble.model_file import load
    from tumble.outputs import IPI_CHECK, check_output, model_and
    from tumble.registry import find_model

    read = [arguments.input, *([] if arguments.structure is None else [arguments.structure])]
    inputs = model_and(arguments.model, *read)
    check_output("json", arguments.json, IPI_CHECK, inputs=inputs, overwrite=arguments.overwrite)
    options = Options(
        structure=arguments.structure,
        periodic="" if arguments.periodic == "none" else arguments.periodic,
        symmetrize=arguments.symmetrize,
        mode=arguments.mode,
        seed=arguments.seed,
        beads=arguments.beads,
        connections=arguments.connections,
        forcefield=arguments.forcefield,
        evaluations=arguments.evaluations,
    )

    def loaded() -> _core.Potential:
        return load(
            arguments.model,
            device=arguments.device,
            memory=arguments.memory,
            check=arguments.check,
            outputs=False,
        )

    metadata = _core.read_metadata(str(find_model(arguments.model)))
    model = Model(metadata, loaded, options.symmetrizer())
    view = view_of(arguments.input, arguments.ipi_python or sys.executable)
    report = check_input(arguments.input, model, options, view=view)
    print(format_report(report))
    if arguments.json is not None:
        write_atomically(arguments.json, json_text(report.to_dict(), indent=2).encode())
    return 1 if report.count(Level.ERROR) else 0
