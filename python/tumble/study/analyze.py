"""Analyses a run: every observable that it allows, with the reasons for those that it doesn't.

Each observable knows what it needs of a run (`tumble.observables.base.kind`), and fails alone: what the run doesn't
allow is left out with the reason; what went wrong is kept with its traceback, next to all other results.
"""

from __future__ import annotations

import importlib.metadata
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import tumble
from tumble.errors import ConfigurationError, DeviceError, ModelFileError, SettingError, TrajectoryError, TumbleError
from tumble.files import sha256
from tumble.hints import nearest_name
from tumble.observables.base.kind import Kind
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.settings import Settings
from tumble.observables.quantities.result import Result
from tumble.observables.registry import OBSERVABLES
from tumble.runs.run import Run
from tumble.study.analysis_file import Analysis, grouped
from tumble.study.equilibrium import drift_at_start
from tumble.study.fingerprint import fingerprint

Tell = Callable[[str], None]

_PACKAGES = ("numpy", "scipy", "MDAnalysis")


def analyze(
    run: Run, observables: Sequence[str] | None = None, settings: Settings | None = None, tell: Tell | None = None
) -> Analysis:
    """Analyses a run.

    Args:
        run: See `tumble.runs.open_run`.
        observables: Names of what is sought; all if not given. What this run doesn't allow is left out; the reasons are
            in the provenance, `skipped`. What failed by a fault of Tumble, or of the machine, is there in `failed`, as
            `error` and `traceback`.
        settings: How.
        tell: Called with the name of each observable before it is computed.

    Raises:
        SettingError: If an observable isn't known, or a setting that was chosen can't be, at all or for this run.
        TrajectoryError: If no observable can be had of this run.
    """
    settings = Settings() if settings is None else settings
    settings.check()
    for name in observables or ():
        if name not in OBSERVABLES:
            hint = nearest_name(name, OBSERVABLES, "observables")
            raise SettingError("observables", f"expected names of observables, got `{name}`{hint}")
    if run.unsampled is not None:
        raise TrajectoryError(
            f"`{run.folder}`: expected a run that samples, got {run.ensemble}, of which averages mean nothing, since "
            f"{run.unsampled}; name a file of its trajectory to take it as a set of structures"
        )
    made_of = fingerprint(run, settings, observables)
    results: list[Result] = []
    skipped: dict[str, str] = {}
    failed: dict[str, dict[str, str]] = {}
    with closing(OpenedRun(run, settings)) as opened:
        for name in dict.fromkeys(observables or OBSERVABLES):
            if tell is not None:
                tell(name)
            try:
                results.append(result_of(OBSERVABLES[name], opened))
            except SettingError as error:
                if settings.chosen(error.setting):
                    raise
                skipped[name] = str(error)
            except TrajectoryError as error:
                skipped[name] = str(error)
            except (ConfigurationError, ModelFileError, DeviceError):
                raise  # of the model for dipoles
            except Exception as error:  # whatever it is, it must not take the others' results with it
                failed[name] = _failure(error)
        drift = None
        try:
            drift = drift_at_start(opened)
        except Exception as error:  # as above
            failed["equilibration"] = _failure(error)
        facts = {
            "nuclei": opened.nuclei,
            "atoms": next((each.metadata["atoms"] for each in results if "atoms" in each.metadata), None),
            "box_A": opened.box,
            "length_ps": opened.length,
            "drift": drift,
        }
    if not results and not failed:
        reasons = "; ".join(grouped(skipped))
        raise TrajectoryError(f"`{run.folder}`: expected a run that can be analyzed, got {reasons}")
    outcome = {"skipped": skipped, "failed": failed}
    return Analysis(run.name, tuple(results), _provenance(run, settings) | facts | outcome | made_of)


def _failure(error: Exception) -> dict[str, str]:
    """Return what is kept of an exception."""
    return {"error": _in_words(error), "traceback": "".join(traceback.format_exception(error))}


def result_of(kind: type[Kind], opened: OpenedRun) -> Result:
    """Return the result of one observable of a run.

    Raises:
        SettingError: If a setting can't be for this run.
        TrajectoryError: If the run doesn't allow it.
    """
    plan = kind.from_run(opened)
    opened.through(plan.analyses)
    result = plan.conclude()
    if not plan.analyses:
        return result
    # Observables that are made of several, or of logs, don't say it themselves.
    shown = {"nuclei": getattr(opened.universe.trajectory, "nuclei", None)}
    return replace(result, metadata={**shown, **result.metadata})


def _in_words(error: Exception) -> str:
    """An exception in a line: errors that were raised on purpose, and those of the system, explain themselves."""
    if isinstance(error, TumbleError | OSError):
        return str(error)
    first = str(error).strip().partition("\n")[0]
    return f"a fault of Tumble, {type(error).__name__}" + (f": {first}" if first else "")


def _provenance(run: Run, settings: Settings) -> dict[str, Any]:
    model = dict(run.model)
    path = Path(model.get("path", ""))
    if model and path.is_file():
        model["sha256"] = sha256(path)
    versions = {"tumble": tumble.__version__, **run.versions}
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
