"""Analyses a run: every observable that it allows, with the reasons for those that it doesn't.

Each observable is a recipe of `tumble.analysis.recipes`, which knows what of a run it needs.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tumble
from tumble.analysis.analysis_file import Analysis, grouped
from tumble.analysis.fingerprint import fingerprint
from tumble.analysis.opened_run import OpenedRun
from tumble.analysis.recipes import RECIPES
from tumble.analysis.result import Result
from tumble.analysis.settings import Settings
from tumble.analysis.trajectory_error import TrajectoryError
from tumble.files import sha256
from tumble.hints import nearest_name
from tumble.runs import Run

Tell = Callable[[str], None]

_PACKAGES = ("numpy", "scipy", "MDAnalysis")


def analyze(
    run: Run, observables: Sequence[str] | None = None, settings: Settings | None = None, tell: Tell | None = None
) -> Analysis:
    """Analyses a run.

    Args:
        run: See `tumble.runs.open_run`.
        observables: Names of what is sought; all if not given. What this run doesn't allow is left out; the reasons are
            in the provenance, `skipped`.
        settings: How.
        tell: Called with the name of each observable before it is computed.

    Raises:
        TrajectoryError: If an observable isn't known, or none can be had of this run.
    """
    settings = Settings() if settings is None else settings
    for name in observables or ():
        if name not in RECIPES:
            hint = nearest_name(name, RECIPES, "observables")
            raise TrajectoryError(f"`observables`: expected names of observables, got `{name}`{hint}")
    if run.unsampled is not None:
        raise TrajectoryError(
            f"`{run.folder}`: expected a run that samples, got {run.ensemble}, of which averages mean nothing, since "
            f"{run.unsampled}; name a file of its trajectory to take it as a set of structures"
        )
    made_of = fingerprint(run, settings, observables)
    results: list[Result] = []
    skipped: dict[str, str] = {}
    with closing(OpenedRun(run, settings)) as opened:
        for name in dict.fromkeys(observables or RECIPES):
            if tell is not None:
                tell(name)
            try:
                results.append(RECIPES[name](opened))
            except TrajectoryError as error:
                skipped[name] = str(error)
        nuclei = opened.nuclei
    if not results:
        reasons = "; ".join(grouped(skipped))
        raise TrajectoryError(f"`{run.folder}`: expected a run that can be analysed, got {reasons}")
    return Analysis(run.name, tuple(results), _provenance(run, settings, skipped, nuclei) | made_of)


def _provenance(run: Run, settings: Settings, skipped: dict[str, str], nuclei: str | None) -> dict[str, Any]:
    model = dict(run.model)
    path = Path(model.get("path", ""))
    if model and path.is_file():
        model["sha256"] = sha256(path)
    versions = {"tumble": tumble.__version__, **run.versions}
    versions |= {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {
        "engine": run.engine,
        "ensemble": run.ensemble,
        "temperature_K": run.temperature,
        "beads": run.beads,
        "nuclei": nuclei,
        "timestep_fs": None if run.timestep is None else 1000 * run.timestep,
        "length_ps": float(run.time[-1] - run.time[0]) if len(run.time) > 0 else None,
        "model": model,
        "symmetrize": run.symmetrize,
        "versions": versions,
        "inputs": dict(run.inputs),
        "settings": asdict(settings),
        "skipped": skipped,
        "notes": list(run.notes),
    }
