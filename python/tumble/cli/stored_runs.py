"""The runs of `tumble compare` and `tumble report`: stored analyses if they are up to date, or new ones."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tumble.cli.analyze import analyze_run, chosen, file_of, opening_of, read_settings
from tumble.cli.failures import check_complete, report_faults
from tumble.errors import ConfigurationError, TrajectoryError
from tumble.files import shown
from tumble.observables.base.settings import Settings
from tumble.outputs import can_write
from tumble.runs import open_run
from tumble.runs.find import folder_of
from tumble.study.analysis_file import Analysis, load_analysis
from tumble.study.fingerprint import (
    files_gone,
    files_read,
    same_options,
    stored_options,
    why_stale,
)
from tumble.study.tracebacks import find_tracebacks, write_tracebacks, write_unsaved_tracebacks


@dataclass(frozen=True)
class LoadedRuns:
    """The runs of a command.

    Attributes:
        analyses: Analyses of all runs, with the reference last unless it is one of the runs.
        reference: Name of the reference; None if there is none.
        files: All existing files that were read now or when the runs were analyzed.
        faults: Whether an observable is missing by a fault of Tumble or of the machine, now or in a stored analysis.
    """

    analyses: list[Analysis]
    reference: str | None
    files: list[Path]
    faults: bool


@dataclass(frozen=True)
class _Request:
    """The options of a command line that concern analyses.

    Attributes:
        given: Arguments of `open_run`.
        settings: Settings of an analysis.
        observables: Names of the requested observables; None for all.
    """

    given: Mapping[str, Any]
    settings: Settings
    observables: Sequence[str] | None

    @property
    def has_options(self) -> bool:
        """Whether any option affects how a run is opened or analyzed."""
        return replace(self.settings, jobs=1) != Settings() or any(self.given.values())


def load_runs(arguments: argparse.Namespace) -> LoadedRuns:
    """Return the analyses of all runs; analyze the runs that have none. Print which observables failed.

    Raises:
        ConfigurationError: If the number of names differs from that of the runs, names aren't unique, or a setting is
            wrong.
        TrajectoryError: If a file of a run can't be read.
        NotApplicableError: If a run can't be analyzed, or lacks an observable that was requested by name.
    """
    paths = [Path(path) for path in arguments.runs]
    reference = None if arguments.reference is None else Path(arguments.reference)
    if reference is not None and reference not in paths:
        paths.append(reference)
    names = None if arguments.names is None else [shown(name.strip()) for name in arguments.names.split(",")]
    if names is not None and len(names) != len(paths):
        raise ConfigurationError(f"`--names`: expected {len(paths)} names, the reference's included, got {len(names)}")
    request = _Request(opening_of(arguments), read_settings(arguments), chosen(arguments))
    analyses = [_load(path, request) for path in paths]
    files = [file for path, analysis in zip(paths, analyses, strict=True) for file in _files(path, analysis)]
    if names is not None:
        analyses = [replace(analysis, name=name) for analysis, name in zip(analyses, names, strict=True)]
    found = [analysis.name for analysis in analyses]
    if len(set(found)) < len(found):
        raise ConfigurationError(f"`--names`: expected different names, got {', '.join(found)}; give `--names`")
    faults = any(analysis.failed for analysis in analyses)
    return LoadedRuns(analyses, None if reference is None else analyses[paths.index(reference)].name, files, faults)


def _files(path: Path, analysis: Analysis) -> list[Path]:
    """Return the file of the analysis of a run, and the files that were read for it."""
    folder = folder_of(path)
    named = [folder / name for name in analysis.provenance.get("files") or ()]
    return [each for each in (path, file_of(str(path)), *named) if each.is_file()]


def _load(path: Path, request: _Request) -> Analysis:
    """Return the stored analysis if it is up to date for these options and observables, else a new one."""
    if path.suffix == ".json" and path.is_file():
        return _reported(_named(path, request), find_tracebacks(path), request)
    file, folder = file_of(str(path)), folder_of(path)
    given, settings, observables = request.given, request.settings, request.observables
    if not file.is_file():
        opened, reason, replaced = open_run(path, **given), "not analyzed yet", ""
    else:
        stored = load_analysis(file)
        _refuse_without_files(stored, path, folder)
        reason = ""
        if not request.has_options:
            given, settings = stored_options(stored, folder)
            settings = replace(settings, jobs=request.settings.jobs)
        elif not same_options(stored, given, settings, folder):
            reason = "analyzed with other options"
        opened = open_run(path, name=stored.name, **given)
        reason = reason or why_stale(stored, folder, files_read(opened, settings)) or _lacks(stored, observables)
        if not reason:
            return _reported(stored, find_tracebacks(file), request)
        if not request.has_options and observables is None:
            observables = stored.provenance.get("given", {}).get("observables")
        replaced = ", which replaces the stored analysis" if request.observables is None else ""
    saved = request.observables is None and can_write(file)
    if request.observables is None and not saved:
        replaced = f", but not stored, since the permissions forbid `{file}`"
    print(f"{path}: {reason}, so it is analyzed first{replaced}", file=sys.stderr)
    analysis = analyze_run(opened, settings, observables)
    if saved:
        analysis.save(file)
    tracebacks = write_tracebacks(analysis, file) if saved else write_unsaved_tracebacks(analysis)
    return _reported(analysis, tracebacks, request)


def _reported(analysis: Analysis, tracebacks: Path | None, request: _Request) -> Analysis:
    """Return the requested observables of an analysis, stored or new; print the failed ones.

    Raises:
        ConfigurationError, NotApplicableError: As by `check_complete`.
    """
    if request.observables is not None:
        analysis = analysis.only(request.observables)
    report_faults(analysis, tracebacks)
    check_complete(analysis, by_name=request.observables is not None)
    return analysis


def _refuse_without_files(stored: Analysis, path: Path, folder: Path) -> None:
    """Raise a TrajectoryError if files are gone, since a new analysis could be incomplete."""
    gone = files_gone(stored, folder)
    if gone:
        raise TrajectoryError(
            f"`{path}`: expected the files that were analyzed, but {', '.join(f'`{name}`' for name in gone)} "
            f"{'is' if len(gone) == 1 else 'are'} gone; give `{file_of(str(path))}` to use the stored analysis, or run "
            f"`tumble analyze {path}` for a new one"
        )


def _lacks(stored: Analysis, wanted: Sequence[str] | None) -> str:
    missing = set(wanted or ()) - {result.observable for result in stored.results}
    return f"not analyzed for {', '.join(sorted(missing))}" if missing else ""


def _named(path: Path, request: _Request) -> Analysis:
    """Return an analysis whose file the user gave, with a note on stderr if the files of its run have changed."""
    stored = load_analysis(path)
    if request.has_options:
        raise ConfigurationError(
            f"`RUN`: expected a run to be analyzed with these options, got the stored analysis `{path}`; give the run "
            "instead"
        )
    folder = path.parent
    if not files_gone(stored, folder):
        reason = why_stale(stored, folder)
        if reason:
            print(f"{path}: used, although {reason}", file=sys.stderr)
    return stored
