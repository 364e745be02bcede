"""Statistics of the symmetry in the logs of engines: the frame torque, and the symmetry error over a set of rotations.

The symmetry error is the spread of the energy over the set, and the deviation of energy and forces from the average
over the set. Like the frame torque (`tumble.observables.symmetry.frame_torque`), it is a property of the model, which
symmetrizing changes by design, and not an observable. Rows of a log are correlated in time, so errors come from blocks
(`tumble.statistics.blocking`).
"""

from __future__ import annotations

from collections.abc import Mapping
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
from tumble.statistics.cells import cells_of
from tumble.types import Array
from tumble.version import __version__

_MEV = 1000.0


class _Column(NamedTuple):
    """Label and unit of a column of the symmetry error."""

    label: str
    unit: str
    root: bool  # whether the root mean square is given instead of the mean


_SYMMETRY = {
    "energy_std": _Column("spread of the energy over rotations", "meV", True),
    "energy_shift": _Column("averaged less bare energy", "meV", False),
    "force_rms": _Column("rms of averaged less bare forces", "meV/Å", True),
    "force_max": _Column("largest difference of averaged and bare forces", "meV/Å", False),
    "torque": _Column("frame torque of the bare model", "meV/rad", True),
    "averaged_torque": _Column("frame torque of the average", "meV/rad", True),
}


class Symmetry(Kind):
    """The frame torque and the symmetry error that a run logged."""

    observable = "symmetry"
    title = "Symmetry error"
    meaning = (
        "The lack of invariance of the model, as logged by the engine. The frame torque is the derivative of the "
        "energy with respect to a rigid rotation of the whole system, including the box."
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
        of_torque, of_error = run.counted(logged.torque_time), run.counted(logged.symmetry_time)
        result = symmetry_from_series(
            logged.torque_time[of_torque],
            None if logged.torque is None else logged.torque[of_torque],
            symmetry_times=logged.symmetry_time[of_error],
            symmetry={name: values[of_error] for name, values in logged.symmetry.items()},
            molecules=run.molecules,
            blocks=run.settings.blocks,
        )
        return Plan.known(result)


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
    quantities: list[Quantity] = []
    notes: list[str] = []
    metadata: dict[str, Any] = {"molecules": molecules, "tumble": __version__}
    if torque is not None:
        times, torque = checked_rows("torque", torque_times, torque, 3)
        log = LogRows(times, time_step(times), molecules, blocks)
        floor = NOISE * float(np.sqrt(molecules))
        found = frame_torque_quantities(log, _MEV * torque)
        metadata |= {
            "torque_rows": len(times),
            "beads": torque.shape[1],
            "noise_floor_float32_meV_per_rad": _MEV * floor,
        }
        if found[0].values < 3 * _MEV * floor:
            notes.append(
                f"The frame torque is at the noise floor of float32, about {_MEV * floor:.1g} meV/rad: no deviation "
                "from invariance is measurable."
            )
        quantities += found
    if symmetry:
        unknown = sorted(set(symmetry) - set(_SYMMETRY))
        if unknown:
            raise ConfigurationError(f"`symmetry`: expected columns {', '.join(_SYMMETRY)}, got {', '.join(unknown)}")
        for name in _SYMMETRY:
            if name in symmetry:
                times, values = checked_rows(name, symmetry_times, symmetry[name], 1)
                log = LogRows(times, time_step(times), molecules, blocks)
                quantities += _error_quantities(log, name, _MEV * values[..., 0])
                metadata["symmetry_rows"] = len(times)
        notes.append("Spread and differences refer to the logged set of rotations, not to all rotations.")
    return Result(Symmetry.observable, tuple(quantities), metadata, (*notes, *unresolved_notes(quantities)))


def _error_quantities(log: LogRows, name: str, values: Array) -> list[Quantity]:
    """Return the quantities of one column [V,P] of the symmetry error, in meV, meV/Å or meV/rad."""
    column = _SYMMETRY[name]
    squares = np.mean(values**2, axis=1)
    quantities = []
    if column.root or name == "energy_shift":
        quantities.append(root_mean_square(log, f"{name}_rms", squares, f"{column.label}, rms", column.unit))
    if name == "energy_std":
        label = f"{column.label}, rms, over the root of the number of molecules"
        quantities.append(root_mean_square(log, "energy_std_per_molecule", squares / log.molecules, label, column.unit))
    if not column.root:
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
            np.sqrt(squares) if column.root else values.mean(axis=1),
            label=column.label,
            unit=column.unit,
            expected=0.0,
            diagnostic=True,
        )
    )
    return quantities
