"""`tumble report`: one page about runs, with figures, verdicts and provenance."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from tumble.cli.compare import add_runs
from tumble.cli.options import Once


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
        "--probe",
        action=Once,
        metavar="FILE",
        type=Path,
        help="output of `tumble probe --json`: errors of sets of rotations",
    )
    parser.add_argument(
        "--check", action=Once, metavar="FILE", type=Path, help="output of `tumble check --json`: audit of the model"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the page and print its path."""
    from tumble.cli.stored_runs import load_runs
    from tumble.outputs import PAGE, check_output
    from tumble.report import write_report
    from tumble.study.compare import compare

    read = [path for path in (arguments.probe, arguments.check) if path is not None]
    check_output("output", arguments.output, PAGE, inputs=read, overwrite=arguments.overwrite)
    probe = None if arguments.probe is None else _read("probe", arguments.probe)
    check = None if arguments.check is None else _read("check", arguments.check)
    runs = load_runs(arguments)
    check_output("output", arguments.output, PAGE, inputs=[*read, *runs.files], overwrite=arguments.overwrite)
    comparison = compare(runs.analyses, runs.reference)
    write_report(
        arguments.output,
        runs.analyses,
        comparison,
        title=arguments.title,
        probe=probe,
        check=check,
        now=datetime.now(),
    )
    print(f"report: {arguments.output.resolve()}")
    return 1 if runs.faults else 0


def _read(command: str, path: Path) -> dict[str, Any]:
    """Return what a command wrote with `--json`; the option has the command's name."""
    from tumble.errors import ConfigurationError

    expected = f"`--{command}`: expected a file of `tumble {command} --json`"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{expected}, got {error}") from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"{expected}, got other JSON in `{path}`")
    return found
