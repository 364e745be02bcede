"""Frames of the formats for which MDAnalysis has a reader, such as dcd, xtc and netcdf."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

import numpy as np
from MDAnalysis.coordinates.DCD import DCDReader
from MDAnalysis.coordinates.XTC import XTCReader
from typing_extensions import override

from tumble.errors import TrajectoryError
from tumble.trajectories.boxes import checked_dimensions
from tumble.trajectories.frames import Frame, FrameSource
from tumble.trajectories.mdanalysis_parts import (
    FAILURES,
    dcd_header,
    dcd_rest,
    open_reader,
    topology_formats,
    xdr_offsets,
)
from tumble.units.lammps import LammpsUnits


class ReaderFrames(FrameSource):
    """Frames of a reader of MDAnalysis.

    A dcd file of LAMMPS has steps, and times in the units of its simulation; other files have the times that MDAnalysis
    returns. An xtc file has steps and times.

    Args:
        path: The file.
        kind: Name of its format in MDAnalysis; guessed from the name of the file if not given.
        units: Style of units of the simulation, for the times of a dcd file of LAMMPS.

    Raises:
        TrajectoryError: If MDAnalysis can't read it.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        kind: str | None = None,
        *,
        units: LammpsUnits | None = None,
    ) -> None:
        self.name = str(path)
        self._kind = kind
        try:
            self.name.encode()
        except UnicodeEncodeError as error:
            raise TrajectoryError(f"`{path}`: expected a path in UTF-8, which readers of this format need") from error
        with _reading(self.name):
            self._reader = open_reader(self.name, kind)
            self.topology = self.name if kind in topology_formats() else None
            self.n_atoms = int(self._reader.n_atoms)
            self._frames = int(self._reader.n_frames)
        self._leave_out_cut()
        with _reading(self.name):
            if isinstance(self._reader, DCDReader):
                self._look_at_dcd(units)
            elif isinstance(self._reader, XTCReader):
                self._look_at_xtc()
            else:
                self._look_at_times()

    def __len__(self) -> int:
        """Return the number of frames."""
        return self._frames

    @override
    def read(self, index: int) -> Frame:
        with _reading(f"{self.name}` at frame `{index}"):
            if self._reader is None:
                self._reader = open_reader(self.name, self._kind)
            ts = self._reader[index]
        frame = Frame(positions=ts.positions.astype(np.float64))
        if ts.dimensions is not None:
            frame.dimensions = checked_dimensions(ts.dimensions)
        if ts.has_velocities:
            frame.velocities = ts.velocities.astype(np.float64)
        if ts.has_forces:
            frame.forces = ts.forces.astype(np.float64)
        return frame

    @override
    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _leave_out_cut(self) -> None:
        """Leave out incomplete frames at the end."""
        complete = self._frames
        while complete > 0:
            try:
                self.read(complete - 1)
                break
            except TrajectoryError:
                complete -= 1
        if complete == 0:
            raise TrajectoryError(f"`{self.name}`: expected at least one complete frame, got none")
        if complete < self._frames or self._has_rest():
            self.notes = ("The last frame was cut off and is left out.",)
        self._frames = complete

    def _has_rest(self) -> bool:
        """Return whether a dcd file goes on after its last complete frame."""
        with _reading(self.name):
            return isinstance(self._reader, DCDReader) and dcd_rest(self._reader) > 0

    def _look_at_dcd(self, units: LammpsUnits | None) -> None:
        header = dcd_header(self._reader)
        if "Written by LAMMPS" not in str(header["remarks"]):
            self._look_at_times()
            return
        self.steps = header["istart"] + header["nsavc"] * np.arange(self._frames, dtype=np.int64)
        if units is not None:
            self.times = self.steps * (header["delta"] * units.time)

    def _look_at_xtc(self) -> None:
        """Read the heads of all frames: a magic number, the number of atoms, the step and the time (ps)."""
        heads = []
        with open(self.name, "rb") as file:
            for offset in xdr_offsets(self._reader)[: self._frames]:
                file.seek(offset)
                heads.append(struct.unpack(">iiif", file.read(16)))
        self.steps = np.array([head[2] for head in heads], dtype=np.int64)
        self.times = np.array([head[3] for head in heads], dtype=np.float64)

    def _look_at_times(self) -> None:
        if not getattr(self._reader, "has_time", True) or "time" not in self._reader[0].data:
            return
        self.times = np.array([self._reader[index].time for index in range(self._frames)], dtype=np.float64)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Convert exceptions of a reader to a TrajectoryError, and ignore its warnings.

    The warnings are about changes in MDAnalysis 3, frame offsets that can't be stored next to the file, and guessed
    units.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except FAILURES as error:
            reason = str(error) or type(error).__name__
            raise TrajectoryError(f"`{name}`: expected a trajectory that MDAnalysis can read, got: {reason}") from error
