"""Analyze a run: compute every observable that the run allows, and state why others are left out.

Each observable knows what it needs from a run (`tumble.observables.base.kind`). All observables see the frames in one
pass (`tumble.observables.base.one_pass`). An error in one of them doesn't end the others: an observable that the run
doesn't allow is left out with the reason, and a fault of Tumble is stored with its traceback, with the other results.
Two kinds of errors end the whole analysis: an invalid setting that the user chose, if this is known before frames are
read, and a file that can't be read.
"""

from __future__ import annotations

import importlib.metadata
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tumble.errors import (
    ConfigurationError,
    DeviceError,
    ModelFileError,
    NotApplicableError,
    SettingError,
    TrajectoryError,
    TumbleError,
)
from tumble.files import sha256
from tumble.hints import nearest_name
from tumble.observables.base.frame_analysis import FrameAnalysis
from tumble.observables.base.one_pass import Fatal, one_pass
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.base.processes import Processes
from tumble.observables.base.progress import Progress
from tumble.observables.base.settings import Settings
from tumble.observables.quantities.result import Result
from tumble.observables.registry import OBSERVABLES
from tumble.runs.run import Run
from tumble.study.analysis_file import Analysis, grouped
from tumble.study.equilibrium import drift_at_start
from tumble.study.fingerprint import fingerprint
from tumble.version import __version__

_EQUILIBRATION = "equilibration"  # name for a failure of the test for equilibration, which isn't an observable
_PACKAGES = ("numpy", "scipy", "MDAnalysis")


def analyze(
    run: Run,
    observables: Sequence[str] | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Analyze a run.

    Args:
        run: See `tumble.runs.open_run`.
        observables: Names of observables; None for all.
        settings: How the run is analyzed; None for the defaults.
        progress: Called after each frame with the number of frames that were shown to observables, and the number that
            will be shown in total.

    Returns:
        The results, with provenance. Where an observable has no result, the provenance states why. `skipped`: the run
        doesn't allow it. `failed`: a fault of Tumble or of the machine, with its `error` and, for an unexpected
        exception, its `traceback`. `refused`: a setting that the user chose is invalid, but only a later frame showed
        it, such as a box that has become too small for `cutoff`.

    Raises:
        SettingError: If an observable isn't known, or a setting that the user chose is invalid, in general or for this
            run.
        TrajectoryError: If a file is damaged or can't be read; the message names the file and the frame.
        NotApplicableError: If the run allows none of the observables.
    """
    settings = Settings() if settings is None else settings
    settings.check()
    for name in observables or ():
        if name not in OBSERVABLES:
            hint = nearest_name(name, OBSERVABLES, "observables")
            raise SettingError("observables", f"expected names of observables, got `{name}`{hint}")
    if run.unsampled is not None:
        raise NotApplicableError(
            f"`{run.folder}`: expected a run that samples, got {run.ensemble}, whose averages mean nothing, since "
            f"{run.unsampled}; give a file of its trajectory to analyze it as a set of structures"
        )
    made_of = fingerprint(run, settings, observables)
    names = tuple(dict.fromkeys(observables or OBSERVABLES))
    outcome = _Outcome(settings)
    results: list[Result] = []
    with closing(OpenedRun(run, settings)) as opened:
        plans: dict[str, Plan] = {}
        for name in names:
            with outcome.of(name):
                plans[name] = OBSERVABLES[name].from_run(opened)
        analyses = [analysis for plan in plans.values() for analysis in plan.analyses]
        _show_frames(opened, analyses, progress, outcome.is_fatal)
        for name, plan in plans.items():
            with outcome.of(name, begun=bool(analyses)):
                results.append(_concluded(plan, opened))
        drift = None
        try:
            drift = drift_at_start(opened)
        except Exception as error:  # no fault here may cost the results
            outcome.failed[_EQUILIBRATION] = _failure(error)
        facts = {
            "nuclei": None if opened.nuclei is None else opened.nuclei.describe(run.beads),
            "atoms": next((each.metadata["atoms"] for each in results if "atoms" in each.metadata), None),
            "box_A": opened.box,
            "length_ps": opened.length,
            "drift": drift,
        }
    if not results and not outcome.failed and not outcome.refused:
        reasons = "; ".join(grouped(outcome.in_order(names)["skipped"]))
        raise NotApplicableError(f"`{run.folder}`: expected a run that can be analyzed, got {reasons}")
    return Analysis(run.name, tuple(results), _provenance(run, settings) | facts | outcome.in_order(names) | made_of)


class _Outcome:
    """Reasons why observables have no result.

    Args:
        settings: Settings of the analysis.

    Attributes:
        skipped: For each observable that the run doesn't allow, the reason.
        refused: For each observable with an invalid setting that was found only after frames had been seen, the error.
        failed: For each observable that failed by a fault of Tumble or of the machine, its `error` and, if the
            exception was unexpected, its `traceback`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.skipped: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.failed: dict[str, dict[str, str]] = {}

    @contextmanager
    def of(self, name: str, *, begun: bool = False) -> Iterator[None]:
        """Store an exception raised in the block as the reason of an observable; let a fatal one pass.

        Args:
            name: Name of the observable.
            begun: Whether frames have been seen.
        """
        try:
            yield
        except Exception as error:  # no fault of one observable may cost the results of the others
            if self.is_fatal(error, begun):
                raise
            if self._is_wrong(error):
                self.refused[name] = str(error)
            elif isinstance(error, ConfigurationError | NotApplicableError):
                self.skipped[name] = str(error)
            else:
                self.failed[name] = _failure(error)

    def is_fatal(self, error: Exception, begun: bool) -> bool:
        """Return whether an exception ends the whole analysis.

        Errors of files and of the model for dipoles do. An invalid setting does only before frames have been seen:
        afterwards the results of the other observables are kept.

        Args:
            error: The exception.
            begun: Whether frames have been seen.
        """
        if isinstance(error, TrajectoryError | ModelFileError | DeviceError):
            return True
        return self._is_wrong(error) and not begun

    def _is_wrong(self, error: Exception) -> bool:
        """Return whether an exception is due to a setting that the user chose, not to an unsuitable default."""
        if isinstance(error, SettingError):
            return self._settings.chosen(error.setting)
        return isinstance(error, ConfigurationError)

    def in_order(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the reasons for the provenance, in the order of the observables."""
        outcome: dict[str, dict[str, Any]] = {"skipped": self.skipped, "failed": self.failed}
        if self.refused:
            outcome["refused"] = self.refused
        return {
            what: {name: found[name] for name in (*names, _EQUILIBRATION) if name in found}
            for what, found in outcome.items()
        }


def _failure(error: Exception) -> dict[str, str]:
    """Return the text of an exception, and its traceback unless Tumble raised it on purpose."""
    kept = {"error": _in_words(error)}
    if not isinstance(error, TumbleError):
        kept["traceback"] = "".join(traceback.format_exception(error))
    return kept


def _show_frames(
    opened: OpenedRun,
    analyses: Sequence[FrameAnalysis],
    progress: Progress | None = None,
    fatal: Fatal | None = None,
) -> None:
    """Show the frames within the bounds of the settings to analyses in one pass, with several processes if possible."""
    if not analyses:
        return
    start, stop = opened.frames()
    jobs = opened.settings.jobs
    with Processes(jobs) if jobs > 1 else nullcontext() as processes:
        stride = opened.settings.stride
        one_pass(analyses, start, stop, stride, processes=processes, progress=progress, fatal=fatal)


def _concluded(plan: Plan, opened: OpenedRun) -> Result:
    """Return the result of a plan whose analyses have seen the frames."""
    result = plan.conclude()
    if not plan.analyses:
        return result
    # Observables that combine several analyses don't always store the kind of nuclei themselves.
    return replace(result, metadata={"nuclei": opened.nuclei, **result.metadata})


def _in_words(error: Exception) -> str:
    """Return an exception in one line. Errors of Tumble and of the system explain themselves; others get a preface."""
    if isinstance(error, TumbleError | OSError):
        return str(error)
    if isinstance(error, MemoryError):
        return "there isn't enough memory; try fewer `--jobs` or a larger `--stride`"
    first = str(error).strip().partition("\n")[0]
    return f"a fault of Tumble, {type(error).__name__}" + (f": {first}" if first else "")


def _provenance(run: Run, settings: Settings) -> dict[str, Any]:
    model = dict(run.model)
    path = Path(model.get("path", ""))
    if model and path.is_file():
        model["sha256"] = sha256(path)
    versions = {"tumble": __version__, **run.versions}
    versions |= {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {
        "engine": run.engine,
        "ensemble": run.ensemble,
        "thermostat": run.thermostat,
        "minimized": run.minimized,
        "temperature_K": run.temperature,
        "damping_ps": run.damping,
        "pressure_bar": run.pressure,
        "beads": run.beads,
        "timestep_fs": None if run.timestep is None else 1000 * run.timestep,
        "model": model,
        "symmetrize": run.symmetrize,
        "versions": versions,
        "inputs": dict(run.inputs),
        "settings": asdict(settings),
        "notes": list(run.notes),
    }
