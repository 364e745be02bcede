"""The runs that `tumble compare` and `tumble report` are given: stored analyses, if they still hold, or new ones."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from tumble.analysis.analysis_file import Analysis, load_analysis
from tumble.analysis.fingerprint import files_gone, files_read, same_options, stored_options, why_stale
from tumble.analysis.settings import Settings
from tumble.analysis.trajectory_error import TrajectoryError
from tumble.cli.analyze import analyze_run, check_asked, chosen, file_of, opening_of, read_settings
from tumble.errors import ConfigurationError
from tumble.files import shown
from tumble.runs import open_run
from tumble.runs.find import folder_of


def load_runs(arguments: argparse.Namespace) -> tuple[list[Analysis], str | None]:
    """The analyses of all runs, the reference last, and its name; what wasn't analysed is.

    Raises:
        ConfigurationError: If there are other names than runs.
        TrajectoryError: If a run can't be analysed.
    """
    paths = [Path(path) for path in arguments.runs]
    reference = None if arguments.reference is None else Path(arguments.reference)
    if reference is not None and reference not in paths:
        paths.append(reference)
    names = None if arguments.names is None else [shown(name.strip()) for name in arguments.names.split(",")]
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
    if path.suffix == ".json" and path.is_file():
        return _named(path, arguments)
    given, settings, observables = opening_of(arguments), read_settings(arguments), chosen(arguments)
    file, folder, name = file_of(str(path)), folder_of(path), None
    reason = "not analysed yet"
    if file.is_file():
        stored = load_analysis(file)
        gone = files_gone(stored, folder)
        if gone:
            raise TrajectoryError(
                f"`{path}`: expected the files that were analysed, but {', '.join(f'`{name}`' for name in gone)} "
                f"{'is' if len(gone) == 1 else 'are'} gone; name `{file}` to take the analysis as it is, or let "
                f"`tumble analyze {path}` make another one"
            )
        reason = ""
        if not _asks_for_options(arguments):
            given, settings = stored_options(stored, folder)
        elif not same_options(stored, given, settings, folder):
            reason = "analysed with other options"
        name = stored.name
        run = open_run(path, name=name, **given)
        reason = reason or why_stale(stored, folder, files_read(run, settings))
        missing = set(observables or ()) - {result.observable for result in stored.results}
        if not reason and not missing:
            return stored
        reason = reason or f"not analysed for {', '.join(sorted(missing))}"
        if observables is None and not _asks_for_options(arguments):
            observables = stored.provenance.get("given", {}).get("observables")
    replaced = " and replaces what was there" if file.is_file() and arguments.observables is None else ""
    print(f"{path}: {reason}, so that comes first{replaced}", file=sys.stderr)
    analysis = analyze_run(str(path), given, settings, observables, name)
    if arguments.observables is None:
        analysis.save(file)
    check_asked(analysis, arguments)
    return analysis


def _named(path: Path, arguments: argparse.Namespace) -> Analysis:
    """An analysis that the user named itself: taken as it is, with a note if its files have changed."""
    stored = load_analysis(path)
    if _asks_for_options(arguments):
        raise ConfigurationError(
            f"`RUN`: expected a run to be analysed with these options, got the analysis `{path}`, which is as it is; "
            "name the run instead"
        )
    folder = path.parent
    if not files_gone(stored, folder):
        reason = why_stale(stored, folder)
        if reason:
            print(f"{path}: taken as it is, though {reason}", file=sys.stderr)
    return stored


def _asks_for_options(arguments: argparse.Namespace) -> bool:
    """Whether any option says how to open or analyse a run."""
    return replace(read_settings(arguments), jobs=1) != Settings() or any(opening_of(arguments).values())
