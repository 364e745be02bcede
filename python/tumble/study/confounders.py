"""Differences between two runs other than their rotations, according to their provenance.

Such a confounder may explain a difference of observables, which then is no sign of a broken symmetry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tumble.runs.ensembles import Ensemble, ensemble_in
from tumble.study.analysis_file import Analysis
from tumble.study.equilibrium import drift_text

_TOLERANCE = 0.02  # relative, for measured temperatures and pressures
_LENGTHS = 1.5  # ratio of lengths above which a warning is given


@dataclass(frozen=True)
class _Setting:
    """A setting that should be the same in runs that are compared.

    Attributes:
        words: The setting in words.
        path: Keys that lead to the setting in the provenance.
        unit: Unit of its values; None if the values aren't shown.
        tolerance: Relative tolerance of numbers.
        is_result: Whether the setting is a result, rather than an input, of a run in this ensemble.
    """

    words: str
    path: tuple[str, ...]
    unit: str | None = None
    tolerance: float = 1e-6
    is_result: Callable[[Ensemble], bool] = lambda ensemble: False


_SETTINGS = (
    _Setting("the model file", ("model", "sha256")),
    _Setting("the engine", ("engine",), ""),
    _Setting("the ensemble", ("ensemble",), ""),
    _Setting("the temperature", ("temperature_K",), " K", _TOLERANCE, lambda ensemble: not ensemble.temperature),
    _Setting("the time constant of the thermostat", ("damping_ps",), " ps"),
    _Setting("the pressure", ("pressure_bar",), " bar", _TOLERANCE),
    _Setting("the number of beads", ("beads",), ""),
    _Setting("the number of atoms", ("atoms",), ""),
    _Setting("the box", ("box_A",), None, 1e-4, lambda ensemble: not ensemble.volume),
    _Setting("the time step", ("timestep_fs",), " fs"),
)


def differences(run: Analysis, reference: Analysis) -> list[str]:
    """Return the differences of two runs other than rotations, such as `the temperature (310 K, not 300 K)`.

    A setting that is unknown for one run is ignored, and also one that is a result: the temperature without a
    thermostat, the box at constant pressure.
    """
    found = []
    ensembles = [ensemble_in(each.provenance.get("ensemble")) for each in (run, reference)]
    for setting in _SETTINGS:
        values = [each.fact(*setting.path) for each in (run, reference)]
        if None in values or _alike(values[0], values[1], setting.tolerance):
            continue
        if any(setting.is_result(ensemble) for ensemble in ensembles):
            continue
        found.append(setting.words if setting.unit is None else f"{setting.words} ({_shown(values, setting.unit)})")
    minimized = [each.provenance.get("minimized") for each in (run, reference)]
    if None not in minimized and minimized[0] != minimized[1]:
        found.append(f"the start (only {run.name if minimized[0] else reference.name} was minimized)")
    return found


def unequal_lengths(run: Analysis, reference: Analysis) -> str:
    """Return a sentence on the unequal lengths of two runs; empty if the lengths are similar."""
    lengths = [each.provenance.get("length_ps") or 0.0 for each in (run, reference)]
    if min(lengths) <= 0 or max(lengths) < _LENGTHS * min(lengths):
        return ""
    return (
        f"{run.name} is {lengths[0]:.4g} ps long, {reference.name} {lengths[1]:.4g} ps: a difference may be due to "
        "slow relaxation that the shorter run doesn't contain."
    )


def explanations(run: Analysis, reference: Analysis | None) -> list[str]:
    """Return possible causes, other than rotations, of a difference to a reference run or to exact symmetry."""
    found = [] if reference is None else differences(run, reference)
    for each in (run,) if reference is None else (run, reference):
        if drift_text(each.provenance):
            found.append(f"the start of {each.name}, out of equilibrium")
    return found


def _alike(first: Any, second: Any, tolerance: float) -> bool:
    """Return whether two values are the same, or are numbers that agree within the tolerance."""
    try:
        numbers = np.asarray([first, second], dtype=np.float64)
    except (TypeError, ValueError):
        return bool(first == second)
    return bool(np.all(np.abs(numbers[0] - numbers[1]) <= tolerance * np.abs(numbers[1])))


def _shown(values: Sequence[Any], unit: str) -> str:
    texts = [
        f"{value:.6g}{unit}" if isinstance(value, float) and math.isfinite(value) else f"{value}{unit}"
        for value in values
    ]
    return f"{texts[0]}, not {texts[1]}"
