"""What observables read of a run: its trajectory, which is opened once, its logs, and the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from tumble.errors import NotApplicableError, SettingError
from tumble.observables.base.settings import Settings
from tumble.observables.frames.isolation import Isolation
from tumble.observables.frames.molecules import Molecules
from tumble.observables.quantities.anisotropy import allows_isotropy
from tumble.runs.run import Run
from tumble.statistics.cells import cell_count
from tumble.trajectories.nuclei import Nuclei
from tumble.trajectories.open import time_unit
from tumble.types import Array

ROUNDING = 1e-6  # ps; rounding of times in files


class OpenedRun:
    """A run that is being analyzed.

    Args:
        run: The run; its trajectory is opened when the first observable asks for it.
        settings: How it is analyzed.
    """

    def __init__(self, run: Run, settings: Settings) -> None:
        self.run = run
        self.settings = settings
        self._made: dict[str, Any] = {}
        self._universe: Any = None  # None until an observable asks for it

    def close(self) -> None:
        """Close the trajectory, if it was opened."""
        if self._universe is not None:
            self._universe.trajectory.close()

    @property
    def universe(self) -> Any:
        """The trajectory, at its first frame.

        Raises:
            TrajectoryError: If it can't be read.
            NotApplicableError: If there is none.
        """
        self._opened.trajectory[0]
        return self._opened

    @property
    def box(self) -> list[float] | None:
        """Edges (Å) and angles (degrees) of the box of the first frame; None without one or if no frame was read."""
        dimensions = None if self._universe is None else self.universe.dimensions
        return None if dimensions is None else [float(each) for each in dimensions]

    @property
    def length(self) -> float | None:
        """Length in time (ps) of the analyzed part of the run; None if it isn't known.

        The times are those of the log; if the log has none, those of the trajectory.
        """
        times = self.run.time
        if len(times) == 0 and self._universe is not None and time_unit(self._universe) == "ps":
            times = np.asarray(self._universe.trajectory.frame_times)
        counted = times[self.counted(times)]
        return float(np.ptp(counted)) if len(counted) > 0 else None

    @property
    def has_trajectory(self) -> bool:
        """Whether the run has positions; it may have left only logs."""
        return bool(self.run.trajectory.positions)

    @cached_property
    def _found_molecules(self) -> int | None:
        """Number of molecules; None if they aren't known."""
        try:
            return len(Molecules(self.universe))
        except NotApplicableError:
            return None

    @property
    def molecules_known(self) -> bool:
        """Whether molecules are known: the system is water, or the run gives its bonds."""
        return self._found_molecules is not None

    @property
    def molecules(self) -> int:
        """Number of molecules; 1 if they aren't known, as if all atoms were one molecule."""
        return self._found_molecules or 1

    @cached_property
    def atoms(self) -> dict[str, int]:
        """Number of atoms for each label. Labels are elements, but isotopes have labels of their own.

        Raises:
            NotApplicableError: If neither the trajectory nor the input lists the atoms.
        """
        if not self.has_trajectory:
            if not self.run.atoms:
                raise NotApplicableError("`run`: expected a trajectory or a structure with the atoms, got neither")
            return dict(self.run.atoms)
        atoms = self.universe.atoms
        labels, counts = np.unique(getattr(atoms, "names", atoms.elements), return_counts=True)
        return dict(zip(labels.tolist(), counts.tolist(), strict=True))

    @property
    def cubic(self) -> bool:
        """Whether the box of the first frame is known to allow isotropy."""
        return self.has_trajectory and allows_isotropy(self.universe.dimensions)

    @cached_property
    def single_body(self) -> bool:
        """Whether all atoms are one molecule or cluster, which can move and turn as a whole, but not diffuse."""
        if self._found_molecules is not None:
            return self._found_molecules == 1
        return len(self.universe.atoms) == 1 or Isolation(self.universe).known

    @property
    def temperature(self) -> float:
        """Temperature, K.

        Raises:
            NotApplicableError: If it isn't known or isn't positive.
        """
        if self.run.temperature is None:
            raise NotApplicableError(
                "`temperature`: expected one, which the run's files don't give; give `--temperature`"
            )
        if not self.run.temperature > 0:
            raise NotApplicableError(
                f"`temperature`: expected a positive number of K, got {self.run.temperature:g} in the run's files; "
                "give `--temperature`"
            )
        return self.run.temperature

    @property
    def centroid_temperature(self) -> float:
        """Temperature of the centroid (K), for observables of its motion and of the total dipole.

        Raises:
            NotApplicableError: If it isn't known.
        """
        hot = self.run.centroid_temperature
        return self.temperature if hot is None else hot

    @property
    def nuclei(self) -> Nuclei | None:
        """Kind of the positions of the trajectory; None if it isn't known or the trajectory wasn't opened."""
        found: Nuclei | None = None if self._universe is None else self._universe.trajectory.nuclei
        return found

    @property
    def isotropic(self) -> bool | None:
        """Whether the system itself prefers no direction; None if the settings don't say.

        A single molecule or cluster without a thermostat keeps the angular momentum of its start, which prefers an
        axis.

        Raises:
            NotApplicableError: If there is no trajectory that shows whether it is one.
        """
        if self.settings.isotropic is None and self.run.thermostat == "none" and self.single_body:
            return False
        return self.settings.isotropic

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """Return a value that several observables of this run share; the function is called only the first time.

        Args:
            key: Name of the value.
            make: Function that makes it.
        """
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def counted(self, times: Array) -> Array:
        """Return which of these times (ps) are within the bounds of the settings, [T]."""
        start = -np.inf if self.settings.start is None else self.settings.start
        stop = np.inf if self.settings.stop is None else self.settings.stop
        return np.asarray((times >= start - ROUNDING) & (times <= stop + ROUNDING))

    def logged(self, name: str) -> tuple[Array, Array] | None:
        """Return times (ps) and values of a column of the log within the bounds; None without the column or times."""
        return self._within_bounds(self.run.time, self.run.log, name)

    def logged_symmetry(self, name: str) -> tuple[Array, Array] | None:
        """Return times (ps) and values of a symmetry diagnostic within the bounds; None if the run has none."""
        return self._within_bounds(self.run.symmetry_time, self.run.symmetry, name)

    def _within_bounds(self, times: Array, columns: Mapping[str, Array], name: str) -> tuple[Array, Array] | None:
        if name not in columns or len(times) == 0:
            return None
        chosen = self.counted(times)
        return times[chosen], columns[name][chosen]

    def require_all_beads(self, cure: str = "") -> None:
        """Check that the trajectory shows ring polymers of all beads.

        Args:
            cure: What the user can do instead; appended to the message.

        Raises:
            NotApplicableError: If only every second bead samples, so that the trajectory shows no whole ring polymer.
        """
        if self.run.trajectory.every_second:
            raise NotApplicableError(
                "`universe`: expected ring polymers of all beads, got every second bead, since only these sample in "
                f"the Suzuki–Chin splitting{cure}"
            )

    @property
    def _opened(self) -> Any:
        if self._universe is None:
            self._universe = self.run.universe()
        return self._universe

    @property
    def _bound(self) -> str:
        """Name of the bound in time that was given; `start` if both were."""
        return "stop" if self.settings.start is None else "start"

    def frames(self) -> tuple[int | None, int | None]:
        """Return the first frame within the bounds in time and the frame after the last; None and None without bounds.

        Raises:
            SettingError: If times aren't known, if fewer than 2 frames are within the bounds or left by the stride, or
                if the frames are too few for the number of blocks.
        """
        if self.settings.start is None and self.settings.stop is None:
            self._check_count(self._opened.trajectory.n_frames)
            return None, None
        if time_unit(self._opened) != "ps":
            raise SettingError(self._bound, "expected a trajectory with times, got one without; give `--timestep`")
        times = np.asarray(self._opened.trajectory.frame_times)
        chosen = np.flatnonzero(self.counted(times))
        if len(chosen) < 2:
            raise SettingError(
                self._bound,
                f"expected a range with at least 2 frames, within {times[0]:g} to {times[-1]:g} ps, got {len(chosen)}",
            )
        first, last = int(chosen[0]), int(chosen[-1])
        self._check_count(last + 1 - first)
        return first, last + 1

    def _check_count(self, frames: int) -> None:
        """Raise a SettingError if a setting, and not the run, leaves too few frames of those within the bounds."""
        if frames < 2:
            return
        stride, blocks = self.settings.stride, self.settings.blocks
        if frames <= stride:
            raise SettingError("stride", f"expected less than the {frames} frames of the run that count, got {stride}")
        seen = -(-frames // stride)
        most = cell_count(seen)
        if blocks is not None and blocks > most:
            raise SettingError("blocks", f"expected at most {most} for {seen} frames, got {blocks}")
