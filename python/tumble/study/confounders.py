"""In what two runs differ that should differ in their rotations only, from their provenance.

A difference of their observables may be due to that, and is no sign of a broken symmetry.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tumble.study.analysis_file import Analysis
from tumble.study.equilibrium import drift_text

_TOLERANCE = 0.02  # of measured temperatures
_LENGTHS = 1.5  # ratio from which on two runs are of different length


@dataclass(frozen=True)
class _Setting:
    """What should be the same in runs that are compared.

    Attributes:
        words: What it is.
        path: Where it is in the provenance.
        unit: Of its values; None if they aren't shown.
        tolerance: Relative, of numbers.
    """

    words: str
    path: tuple[str, ...]
    unit: str | None = None
    tolerance: float = 1e-6


_SETTINGS = (
    _Setting("the model file", ("model", "sha256")),
    _Setting("the engine", ("engine",), ""),
    _Setting("the ensemble", ("ensemble",), ""),
    _Setting("the temperature", ("temperature_K",), " K", _TOLERANCE),
    _Setting("the time of the thermostat", ("damping_ps",), " ps"),
    _Setting("the pressure", ("pressure_bar",), " bar", _TOLERANCE),
    _Setting("the number of beads", ("beads",), ""),
    _Setting("the number of atoms", ("atoms",), ""),
    _Setting("the box", ("box_A",), None, 1e-4),
    _Setting("the time step", ("timestep_fs",), " fs"),
)


def differences(run: Analysis, reference: Analysis) -> list[str]:
    """Return in what two runs differ beside their rotations, such as `the temperature (310 K, not 300 K)`.

    What isn't known of one doesn't count, nor does what is a result: the temperature without a thermostat, the box at
    constant pressure.
    """
    found = []
    for setting in _SETTINGS:
        values = [_find(each, setting.path) for each in (run, reference)]
        if None in values or _alike(values[0], values[1], setting.tolerance) or _is_result(setting, (run, reference)):
            continue
        found.append(setting.words if setting.unit is None else f"{setting.words} ({_shown(values, setting.unit)})")
    minimized = [each.provenance.get("minimized") for each in (run, reference)]
    if None not in minimized and minimized[0] != minimized[1]:
        found.append(f"the start (only that of {run.name if minimized[0] else reference.name} was minimized)")
    return found


def unequal_lengths(run: Analysis, reference: Analysis) -> str:
    """Return how two runs differ in length, in a sentence; nothing if they don't."""
    lengths = [each.provenance.get("length_ps") or 0.0 for each in (run, reference)]
    if min(lengths) <= 0 or max(lengths) < _LENGTHS * min(lengths):
        return ""
    return (
        f"{run.name} is {lengths[0]:.4g} ps long, {reference.name} {lengths[1]:.4g} ps: what the shorter one misses, "
        "such as slow relaxation, may be a difference."
    )


def explanations(run: Analysis, reference: Analysis | None) -> list[str]:
    """Return what may explain a difference of a run from another, or from what symmetry demands, other than that."""
    found = [] if reference is None else differences(run, reference)
    for each in (run,) if reference is None else (run, reference):
        if drift_text(each.provenance):
            found.append(f"the start of {each.name}, out of equilibrium")
    return found


def _find(analysis: Analysis, path: Sequence[str]) -> Any:
    value: Any = analysis.provenance
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _alike(first: Any, second: Any, tolerance: float) -> bool:
    """Return the same, or numbers that differ by no more than this."""
    try:
        numbers = np.asarray([first, second], dtype=np.float64)
    except (TypeError, ValueError):
        return bool(first == second)
    return bool(np.all(np.abs(numbers[0] - numbers[1]) <= tolerance * np.abs(numbers[1])))


def _is_result(setting: _Setting, runs: Sequence[Analysis]) -> bool:
    """Return whether a setting is a result of one of two runs."""
    ensembles = [str(each.provenance.get("ensemble")) for each in runs]
    if setting.path[0] == "temperature_K":
        return any(ensemble.startswith(("NVE", "NPH")) for ensemble in ensembles)
    return setting.path[0] == "box_A" and not all(ensemble.startswith("NV") for ensemble in ensembles)


def _shown(values: Sequence[Any], unit: str) -> str:
    texts = [
        f"{value:.6g}{unit}" if isinstance(value, float) and math.isfinite(value) else f"{value}{unit}"
        for value in values
    ]
    return f"{texts[0]}, not {texts[1]}"
