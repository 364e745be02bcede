"""`tumble compare`: whether the observables of runs differ from those of a reference."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.analyze import add_settings, analyze_run, check_asked, chosen, file_of, read_settings
from tumble.cli.options import Once

if TYPE_CHECKING:
    from tumble.analysis.analysis_file import Analysis
    from tumble.analysis.settings import Settings


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

    paths = [Path(path) for path in arguments.runs]
    reference = None if arguments.reference is None else Path(arguments.reference)
    if reference is not None and reference not in paths:
        paths.append(reference)
    names = None if arguments.names is None else [name.strip() for name in arguments.names.split(",")]
    if names is not None and len(names) != len(paths):
        raise ConfigurationError(f"`--names`: expected {len(paths)} names, the reference's included, got {len(names)}")
    analyses = [_load(path, arguments) for path in paths]
    if names is not None:
        analyses = [replace(analysis, name=name) for analysis, name in zip(analyses, names, strict=True)]
    found = [analysis.name for analysis in analyses]
    if len(set(found)) < len(found):
        raise ConfigurationError(f"`--names`: expected different names, got {', '.join(found)}; give `--names`")
    wanted = chosen(arguments)
    if wanted is not None:
        analyses = [
            replace(one, results=tuple(result for result in one.results if result.observable in wanted))
            for one in analyses
        ]
    return analyses, None if reference is None else analyses[paths.index(reference)].name


def _load(path: Path, arguments: argparse.Namespace) -> Analysis:
    """What `tumble analyze` wrote, if that is of this run, with these options and observables; else a new analysis."""
    from tumble.analysis.analysis_file import load_analysis

    if path.suffix == ".json" and path.is_file():
        return load_analysis(path)
    settings = read_settings(arguments)
    file = file_of(str(path))
    reason = "not analysed yet"
    if file.is_file():
        stored = load_analysis(file)
        reason = _outdated(stored, path, settings, chosen(arguments))
        if not reason:
            return stored
    replaced = " and replaces what was there" if file.is_file() and arguments.observables is None else ""
    print(f"{path}: {reason}, so that comes first{replaced}", file=sys.stderr)
    analysis = analyze_run(str(path), arguments, settings)
    if arguments.observables is None:
        analysis.save(file)
    check_asked(analysis, arguments)
    return analysis


def _outdated(stored: Analysis, path: Path, settings: Settings, wanted: Sequence[str] | None) -> str:
    """Why an analysis can't be taken for this comparison; nothing if it can."""
    given = stored.provenance
    asked = json.loads(json.dumps(asdict(settings)))
    default = json.loads(json.dumps(asdict(type(settings)())))
    if asked not in (default, given.get("settings")):
        return "analysed with other options"
    sizes = [(path / name if path.is_dir() else path.parent / name, size) for name, size in given["files"].items()]
    if any(file.is_file() and file.stat().st_size != size for file, size in sizes):
        return "changed since it was analysed"
    missing = set(wanted or ()) - {result.observable for result in stored.results}
    return f"not analysed for {', '.join(sorted(missing))}" if missing else ""
