"""`tumble compare`: whether the observables of runs differ from those of a reference."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from tumble.cli.analyze import add_settings
from tumble.cli.options import Once, add_overwrite


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "compare",
        help="whether observables differ between runs, and which difference would be detected",
        example="tumble compare bare random --reference random",
        description="Compare each observable of each run with a reference run and with exact symmetry. Runs without an "
        "analysis are analyzed first.",
        epilog="docs/analysis.md explains the tests.",
    )
    add_runs(parser)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all verdicts there")
    parser.set_defaults(run=run)


def add_runs(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for the runs and their reference."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="folder with analysis.json, such a file, or any run")
    parser.add_argument(
        "--reference", action=Once, metavar="RUN", help="one of the runs, or another (default: exact symmetry alone)"
    )
    parser.add_argument("--names", metavar="LIST", help="names of the runs in their order, with commas")
    parser.add_argument("--observables", action=Once, metavar="LIST", help="names with commas (default: all)")
    add_settings(parser)
    add_overwrite(parser)
    parser.set_defaults(name=None)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print the table of verdicts."""
    from tumble.cli.stored_runs import load_runs
    from tumble.files import write_atomically
    from tumble.json_text import json_text
    from tumble.outputs import VERDICTS, check_output
    from tumble.study.compare import compare
    from tumble.study.tables import format_comparison

    check_output("json", arguments.json, VERDICTS, overwrite=arguments.overwrite)
    runs = load_runs(arguments)
    check_output("json", arguments.json, VERDICTS, inputs=runs.files, overwrite=arguments.overwrite)
    comparison = compare(runs.analyses, runs.reference)
    print(format_comparison(comparison))
    if arguments.json is not None:
        rows = [asdict(row) for row in comparison.rows]
        data = {
            "format": "tumble-verdicts-1",
            "reference": runs.reference,
            "verdicts": rows,
            "warnings": list(comparison.warnings),
            "notes": list(comparison.notes),
        }
        write_atomically(arguments.json, json_text(data, indent=2).encode())
    return 1 if runs.faults else 0
