"""MDAnalysis reader for any source of frames.

`ts.data` has `time` (ps) if it is known, `step` if the file has it, and the further values of the source. If the time
is unknown, `ts.time` counts frames and `TrajectoryReader.time_known` is false.
"""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
from MDAnalysis.coordinates.base import ReaderBase

from tumble.errors import ConfigurationError, NotApplicableError, TrajectoryError
from tumble.trajectories.frames import FrameSource
from tumble.trajectories.mdanalysis_parts import copy_auxiliaries, is_set_up
from tumble.types import Array

_LARGEST = 1e18  # MDAnalysis computes squares of these numbers in single precision


# MDAnalysis has no types, hence the exemption.
class TrajectoryReader(ReaderBase):  # type: ignore[misc]
    """MDAnalysis reader of a source of frames.

    Args:
        source: Frames of positions.
        timestep: Time between two steps of the simulation, ps; between two frames, if the file has no steps.
        cell: Edges (Å) and angles (degrees) of the cell, [6], if the file has none.

    Raises:
        ConfigurationError: If `timestep` isn't positive, or `cell` contradicts a cell in the file.
    """

    format = "TUMBLE"
    #: Whether to return frames in which atoms have exchanged their kinds (`Frame.data`) instead of raising an error.
    kinds_may_change = False
    units = {"time": "ps", "length": "Angstrom", "velocity": "Angstrom/ps", "force": "kJ/(mol*Angstrom)"}  # noqa: RUF012

    def __init__(self, source: FrameSource, *, timestep: float | None = None, cell: Array | None = None) -> None:
        super().__init__(source.name)
        self.source = source
        self.n_atoms = source.n_atoms
        self.n_frames = len(source)
        self._cell = cell
        self._times, notes = _times(source, timestep)
        #: Sentences about omissions and unknowns, for the reader of the results.
        self.notes: tuple[str, ...] = (*source.notes, *notes)
        self.ts = self._Timestep(self.n_atoms)
        if cell is not None and source.read(0).dimensions is not None:
            raise ConfigurationError(f"`cell`: expected none, since `{source.name}` has one, got {cell.tolist()}")
        self._read_frame(0)

    @property
    def time_known(self) -> bool:
        """Whether `ts.time` is in ps; otherwise it counts frames."""
        return self._times is not None

    @property
    def steps(self) -> Any:
        """Number of the time step of each frame, [F]; None if the files have none."""
        return self.source.steps

    @property
    def unwrapped(self) -> bool | None:
        """Whether atoms that cross the faces of the cell are not wrapped back; None if unknown."""
        return self.source.unwrapped

    def _read_frame(self, frame: int) -> Any:
        found = self.source.read(frame)
        ts = self.ts
        if "like_first" in found.data and not self.kinds_may_change:
            raise self.kinds_changed(frame)
        if found.positions is None:
            raise TrajectoryError(f"`files`: expected positions, got none in {self.source.describe(frame)}")
        for what in ("positions", "velocities", "forces"):
            values = getattr(found, what)
            if values is not None and not np.abs(values).max() < _LARGEST:
                raise TrajectoryError(
                    f"`files`: expected numbers, got {what} that are NaN, infinite or too large in "
                    f"{self.source.describe(frame)}"
                )
        ts.frame = frame
        ts.positions = found.positions
        ts.dimensions = self._cell if found.dimensions is None else found.dimensions
        for what in ("velocities", "forces"):
            values = getattr(found, what)
            setattr(ts, f"has_{what}", values is not None)
            if values is not None:
                setattr(ts, what, values)
        ts.data.clear()
        ts.data.update(found.data)
        if self.source.steps is not None:
            ts.data["step"] = int(self.source.steps[frame])
        if self._times is not None:
            ts.data["time"] = float(self._times[frame])
        ts.data["dt"] = self._dt()
        return ts

    def kinds_changed(self, frame: int) -> NotApplicableError:
        """Return the error for observables that can't use a frame in which atoms have exchanged their kinds."""
        return NotApplicableError(
            f"`files`: expected the same types in all frames, got others in {self.source.describe(frame)}, as with "
            "`fix atom/swap`; only g(r) of elements is possible, or use a part of the run without exchanges"
        )

    def _dt(self) -> float:
        """Return the mean time between two frames, ps; 1 if unknown."""
        if self._times is None or self.n_frames < 2:
            return 1.0
        return float(self._times[-1] - self._times[0]) / (self.n_frames - 1)

    @property
    def frame_times(self) -> Array | None:
        """Time of each frame, [T] in ps; None if unknown."""
        return self._times

    def _read_next_timestep(self, ts: Any = None) -> Any:
        if self.ts.frame + 1 >= self.n_frames:
            raise EOFError(f"`{self.source.name}` has {self.n_frames} frames")
        return self._read_frame(self.ts.frame + 1)

    def _reopen(self) -> None:
        self.ts.frame = -1

    def close(self) -> None:
        """Close all files."""
        if "source" in self.__dict__:  # missing if `__init__` failed
            self.source.close()

    def __del__(self) -> None:
        """Close all files."""
        if is_set_up(self):
            super().__del__()

    def copy(self) -> Any:
        """Return an independent reader at the same frame."""
        new = copy.copy(self)
        # Pickling, as for another process, gives the copy its own open files.
        new.source = pickle.loads(pickle.dumps(self.source))
        new.ts = self.ts.copy()
        copy_auxiliaries(self, new)
        return new


def _times(source: FrameSource, timestep: float | None) -> tuple[Array | None, tuple[str, ...]]:
    """Return the times of all frames in ps, or None, and notes about them."""
    if timestep is not None and not timestep > 0:
        raise ConfigurationError(f"`timestep`: expected a positive number of ps, got {timestep}")
    irregular: tuple[str, ...] = ()
    if source.steps is not None:
        strides = np.unique(np.diff(source.steps))
        if len(strides) > 1:
            irregular = (f"Frames aren't equally spaced: {strides[0]} to {strides[-1]} steps apart.",)
    if timestep is None:
        unknown = "The time between steps isn't known: times count frames. Give the time step."
        return source.times, irregular if source.times is not None else (*irregular, unknown)
    if source.steps is None:
        if source.times is not None:
            return source.times, ()
        note = "The file has no step numbers: `timestep` is taken as the time between frames."
        return np.arange(len(source), dtype=np.float64) * timestep, (note,)
    times = source.steps.astype(np.float64) * timestep
    if source.times is not None and len(times) > 1:
        own, given = np.ptp(source.times), np.ptp(times)
        if abs(own - given) > 1e-3 * given:
            said = own / np.ptp(source.steps)
            note = f"Times follow from the given time step of {timestep:.6g} ps; `{source.name}` has {said:.6g} ps."
            return times, (*irregular, note)
    return times, irregular
