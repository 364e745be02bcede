"""`tumble compare`: whether the observables of runs differ from those of a reference."""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.analyze import add_settings, analyze_run, read_settings
from tumble.cli.options import Once

if TYPE_CHECKING:
    from tumble.analysis.analysis_file import Analysis


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "compare",
        help="whether observables differ between runs, and what difference would have shown",
        description="Compare each observable of each run with a reference run and with what exact symmetry demands. A "
        "run that wasn't analysed yet is analysed first.",
        epilog="docs/analysis.md explains the tests.",
    )
    add_runs(parser)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all verdicts there")
    parser.set_defaults(run=run)


def add_runs(parser: argparse.ArgumentParser) -> None:
    """The runs and their reference."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="folder with analysis.json, such a file, or any run")
    parser.add_argument(
        "--reference", action=Once, metavar="RUN", help="one of the runs, or another (default: exact symmetry alone)"
    )
    parser.add_argument("--names", metavar="LIST", help="names of the runs in their order, with commas")
    parser.add_argument("--observables", action=Once, metavar="LIST", help="names with commas (default: all)")
    add_settings(parser)
    parser.set_defaults(name=None)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print the table of verdicts."""
    from tumble.analysis.compare import compare
    from tumble.analysis.tables import format_comparison
    from tumble.files import write_atomically

    analyses, reference = load_runs(arguments)
    comparison = compare(analyses, reference)
    print(format_comparison(comparison))
    if arguments.json is not None:
        rows = [{key: _known(value) for key, value in asdict(row).items()} for row in comparison.rows]
        data = {"reference": reference, "verdicts": rows, "notes": list(comparison.notes)}
        write_atomically(arguments.json, (json.dumps(data, indent=2) + "\n").encode())
    return 0


def _known(value: object) -> object:
    """NaN and infinities, which JSON lacks, as null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def load_runs(arguments: argparse.Namespace) -> tuple[list[Analysis], str | None]:
    """The analyses of all runs, the reference last, and its name; what wasn't analysed is.

    Raises:
        ConfigurationError: If there are other names than runs.
        TrajectoryError: If a run can't be analysed.
    """
    from tumble.errors import ConfigurationError

    paths = list(arguments.runs)
    if arguments.reference is not None and arguments.reference not in paths:
        paths.append(arguments.reference)
    names = None if arguments.names is None else [name.strip() for name in arguments.names.split(",")]
    if names is not None and len(names) != len(paths):
        raise ConfigurationError(f"`--names`: expected {len(paths)} names, the reference's included, got {len(names)}")
    analyses = [_load(path, arguments) for path in paths]
    if names is not None:
        analyses = [replace(analysis, name=name) for analysis, name in zip(analyses, names, strict=True)]
    if arguments.observables is not None:
        wanted = {name.strip() for name in arguments.observables.split(",")}
        analyses = [
            replace(one, results=tuple(result for result in one.results if result.observable in wanted))
            for one in analyses
        ]
    reference = None if arguments.reference is None else analyses[paths.index(arguments.reference)].name
    return analyses, reference


def _load(path: str, arguments: argparse.Namespace) -> Analysis:
    """What `tumble analyze` wrote, or would write."""
    from tumble.analysis.analysis_file import NAME, load_analysis

    file = Path(path) / NAME if Path(path).is_dir() else Path(path)
    if file.suffix == ".json" and file.is_file():
        return load_analysis(file)
    print(f"{path}: not analysed yet, so that comes first", file=sys.stderr)
    analysis, folder = analyze_run(path, arguments, read_settings(arguments))
    if Path(path).is_dir() and arguments.observables is None:
        analysis.save(folder / NAME)
    return analysis
