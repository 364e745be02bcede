"""`tumble report`: one page about runs, with figures, verdicts and provenance."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from tumble.cli.compare import add_runs


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "report",
        help="one page about runs: verdicts, figures, provenance",
        example="tumble report bare random --reference random -o report.html",
        description="Write one self-contained HTML page about runs, compared with a reference run and with exact "
        "symmetry. Runs without an analysis are analyzed first.",
    )
    add_runs(parser)
    parser.add_argument("--output", "-o", metavar="FILE", type=Path, default=Path("report.html"), help="the page")
    parser.add_argument("--title", metavar="TEXT", help="heading of the page")
    parser.add_argument(
        "--probe", metavar="FILE", type=Path, help="output of `tumble probe --json`: errors of sets of rotations"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the page and print its path."""
    from tumble.cli.stored_runs import load_runs
    from tumble.outputs import PAGE, check_output
    from tumble.report import write_report
    from tumble.study.compare import compare

    read = [] if arguments.probe is None else [arguments.probe]
    check_output("output", arguments.output, PAGE, inputs=read, overwrite=arguments.overwrite)
    probe = None if arguments.probe is None else _read_probe(arguments.probe)
    runs = load_runs(arguments)
    check_output("output", arguments.output, PAGE, inputs=[*read, *runs.files], overwrite=arguments.overwrite)
    comparison = compare(runs.analyses, runs.reference)
    write_report(arguments.output, runs.analyses, comparison, title=arguments.title, probe=probe, now=datetime.now())
    print(f"report: {arguments.output.resolve()}")
    return 1 if runs.faults else 0


def _read_probe(path: Path) -> dict[str, Any]:
    from tumble.errors import ConfigurationError

    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"`--probe`: expected a file of `tumble probe --json`, got {error}") from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"`--probe`: expected a file of `tumble probe --json`, got other JSON in `{path}`")
    return found
