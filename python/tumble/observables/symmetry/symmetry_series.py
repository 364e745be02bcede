"""Statistics of the symmetry in the logs of engines: the frame torque, and the symmetry error over a set of rotations.

The symmetry error is the spread of the energy over the set, and the deviation of energy and forces from the average
over the set. Like the frame torque (`tumble.observables.symmetry.frame_torque`), it is a property of the model, which
symmetrizing changes by design, and not an observable. Rows of a log are correlated in time, so errors come from blocks
(`tumble.statistics.blocking`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from typing_extensions import override

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.kind import Kind
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.base.series import time_curve
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.log_rows import (
    LogRows,
    checked_rows,
    root_mean_square,
    time_step,
    unresolved_notes,
)
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.quantities.result import Result
from tumble.observables.symmetry.frame_torque import NOISE, frame_torque_quantities
from tumble.set_names import has_inversion
from tumble.statistics.cells import cells_of
from tumble.types import Array
from tumble.version import __version__

_MEV = 1000.0
_BLIND = (
    "The model is exact under rotations but not under inversion, an error that the frame torque doesn't show: measure "
    "it with `compute tumble/symmetry` or `tumble drive --symmetry-log`, over a set with inversion."
)


class _Column(NamedTuple):
    """A column of the symmetry error, and which statistics of it are given.

    Attributes:
        label: Label in figures.
        unit: Unit of its quantities.
        root: Whether the root mean square is given.
        mean: Whether the mean is given, with the values themselves as the curve in time.
        extensive: Whether the root mean square grows with the root of the number of molecules, so that it is also given
            per molecule.
    """

    label: str
    unit: str
    root: bool
    mean: bool
    extensive: bool = False


_SYMMETRY = {
    "energy_std": _Column("spread of the energy over rotations", "meV", root=True, mean=False, extensive=True),
    "energy_shift": _Column("averaged less bare energy", "meV", root=True, mean=True),
    "force_rms": _Column("rms of averaged less bare forces", "meV/Å", root=True, mean=False),
    "force_max": _Column("largest difference of averaged and bare forces", "meV/Å", root=False, mean=True),
    "torque": _Column("frame torque of the bare model", "meV/rad", root=True, mean=False),
    "averaged_torque": _Column("frame torque of the average", "meV/rad", root=True, mean=False),
}


class _Part(NamedTuple):
    """The quantities of one log, with their metadata and notes."""

    quantities: list[Quantity]
    metadata: dict[str, Any]
    notes: list[str]


class Symmetry(Kind):
    """The frame torque and the symmetry error that a run logged."""

    observable = "symmetry"
    title = "Symmetry error"
    meaning = (
        "The lack of invariance of the model, as logged by the engine. The frame torque is the derivative of the "
        "energy with respect to a rigid rotation of the whole system, including the box. It doesn't show whether "
        "inversion changes the energy; the symmetry error over a set with inversion does."
    )
    symptom = (
        "The torque isn't zero, and decreases with the number of rotations in the average. It is a cause, not a "
        "symptom: observables from a model with a symmetry error may still have no visible bias."
    )
    numbers_by_rotations = True

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        logged = run.run
        if logged.torque is None and not logged.symmetry:
            raise NotApplicableError("`run`: expected a frame torque or symmetry error that was logged, got none")
        parts: list[_Part] = []
        reasons: list[str] = []
        # Each log has its own stride: one that is too short or irregular must not prevent the analysis of the other.
        if logged.torque is not None:
            rows = run.counted(logged.torque_time)
            try:
                parts.append(
                    _torque_part(logged.torque_time[rows], logged.torque[rows], run.molecules, run.settings.blocks)
                )
                if logged.model.get("symmetry") == "rotations" and not has_inversion(logged.symmetrize or ""):
                    parts[-1].notes.append(_BLIND)
            except NotApplicableError as error:
                reasons.append(f"No statistics of the frame torque: {error}.")
        if logged.symmetry:
            rows = run.counted(logged.symmetry_time)
            columns = {name: values[rows] for name, values in logged.symmetry.items()}
            try:
                parts.append(_error_part(logged.symmetry_time[rows], columns, run.molecules, run.settings.blocks))
            except NotApplicableError as error:
                reasons.append(f"No statistics of the symmetry error over a set of rotations: {error}.")
        if not parts:
            raise NotApplicableError(" ".join(reasons).removesuffix("."))
        return Plan.known(_result(parts, run.molecules, reasons))


def symmetry_from_series(
    torque_times: Any = None,
    torque: Any = None,
    *,
    symmetry_times: Any = None,
    symmetry: Mapping[str, Any] | None = None,
    molecules: int = 1,
    blocks: int | None = None,
) -> Result:
    """Return statistics of a logged frame torque and symmetry error.

    Args:
        torque_times: Times of the frame torque, [T] in ps, equally spaced.
        torque: Frame torque of each bead, [T,P,3] in eV/rad, or [T,3].
        symmetry_times: Times of the symmetry error, [V] in ps, equally spaced.
        symmetry: Columns [V] or, for beads, [V,P]: `energy_std` and `energy_shift` (average less bare energy) in eV,
            `force_rms` and `force_max` in eV/Å, `torque` and `averaged_torque` in eV/rad; any of them.
        molecules: Number of molecules.
        blocks: Number of blocks; chosen if not given.

    Raises:
        ConfigurationError: If nothing is given, or shapes don't fit.
        NotApplicableError: If times aren't at equal distances, or a value isn't finite.
    """
    if torque is None and not symmetry:
        raise ConfigurationError("`torque`: expected a logged frame torque or symmetry error, got neither")
    if molecules < 1:
        raise ConfigurationError(f"`molecules`: expected at least 1, got {molecules}")
    parts: list[_Part] = []
    if torque is not None:
        parts.append(_torque_part(torque_times, torque, molecules, blocks))
    if symmetry:
        parts.append(_error_part(symmetry_times, symmetry, molecules, blocks))
    return _result(parts, molecules)


def _result(parts: Sequence[_Part], molecules: int, reasons: Sequence[str] = ()) -> Result:
    """Return the parts as one result, with the reasons for missing parts as notes."""
    quantities = [quantity for part in parts for quantity in part.quantities]
    metadata: dict[str, Any] = {"molecules": molecules, "tumble": __version__}
    for part in parts:
        metadata |= part.metadata
    notes = (*(note for part in parts for note in part.notes), *unresolved_notes(quantities), *reasons)
    return Result(Symmetry.observable, tuple(quantities), metadata, notes)


def _torque_part(times: Any, torque: Any, molecules: int, blocks: int | None) -> _Part:
    """Return the quantities of a logged frame torque [T,P,3] or [T,3] in eV/rad."""
    times, torque = checked_rows("torque", times, torque, 3)
    log = LogRows(times, time_step(times), molecules, blocks)
    floor = _MEV * (NOISE * float(np.sqrt(molecules)))
    quantities = frame_torque_quantities(log, _MEV * torque)
    notes = []
    if quantities[0].values < 3 * floor:
        notes.append(
            f"The frame torque is at the noise floor of float32, about {floor:.1g} meV/rad: no deviation from "
            "invariance under rotations is measurable. It doesn't show whether inversion changes the energy."
        )
    metadata = {"torque_rows": len(times), "beads": torque.shape[1], "noise_floor_float32_meV_per_rad": floor}
    return _Part(quantities, metadata, notes)


def _error_part(times: Any, symmetry: Mapping[str, Any], molecules: int, blocks: int | None) -> _Part:
    """Return the quantities of the columns of a logged symmetry error, [V] or [V,P]."""
    unknown = sorted(set(symmetry) - set(_SYMMETRY))
    if unknown:
        raise ConfigurationError(f"`symmetry`: expected columns {', '.join(_SYMMETRY)}, got {', '.join(unknown)}")
    quantities: list[Quantity] = []
    rows = 0
    for name in _SYMMETRY:
        if name in symmetry:
            checked, values = checked_rows(name, times, symmetry[name], 1)
            log = LogRows(checked, time_step(checked), molecules, blocks)
            quantities += _error_quantities(log, name, _MEV * values[..., 0])
            rows = len(checked)
    notes = ["Spread and differences refer to the logged set of rotations, not to all rotations."]
    return _Part(quantities, {"symmetry_rows": rows}, notes)


def _error_quantities(log: LogRows, name: str, values: Array) -> list[Quantity]:
    """Return the quantities of one column [V,P] of the symmetry error, in meV, meV/Å or meV/rad."""
    column = _SYMMETRY[name]
    squares = np.mean(values**2, axis=1)
    quantities = []
    if column.root:
        quantities.append(root_mean_square(log, f"{name}_rms", squares, f"{column.label}, rms", column.unit))
    if column.extensive:
        label = f"{column.label}, rms, over the root of the number of molecules"
        quantities.append(root_mean_square(log, f"{name}_per_molecule", squares / log.molecules, label, column.unit))
    if column.mean:
        quantities.append(
            averaged(
                f"{name}_mean",
                cells_of(values.mean(axis=1)),
                label=f"{column.label}, mean",
                unit=column.unit,
                frame_time=log.step,
                blocks=log.blocks,
                expected=0.0,
                diagnostic=True,
            )
        )
    quantities.append(
        time_curve(
            name,
            log.times,
            values.mean(axis=1) if column.mean else np.sqrt(squares),
            label=column.label,
            unit=column.unit,
            expected=0.0,
            diagnostic=True,
        )
    )
    return quantities
