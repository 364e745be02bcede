"""Ring polymers: one trajectory from the files of all beads.

`ts.positions` is the centroid, so that every analysis of MDAnalysis sees the centroid. The beads are in
`ts.data["beads"]`, [P,N,3] in Å in double precision (`centroid.beads_of`). `ts.velocities` and `ts.forces` are means
over beads; those of the beads are in `ts.data["bead_velocities"]` (Å/ps) and `ts.data["bead_forces"]` (kJ/(mol Å)).
Beads that were wrapped into the box separately are joined: each is moved to the image nearest to the first bead, so
that a ring polymer may extend up to half a box from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from MDAnalysis.lib.distances import minimize_vectors
from MDAnalysis.lib.mdamath import triclinic_vectors
from typing_extensions import override

from tumble.errors import TrajectoryError
from tumble.trajectories.boxes import face_distances
from tumble.trajectories.frames import Frame, FrameSource, check_same
from tumble.trajectories.trajectory_reader import TrajectoryReader
from tumble.types import Array

_NORMAL_MODES = (
    "Velocities and forces of the beads are left out, since `fix pimd` of LAMMPS dumps those of normal modes together "
    "with positions of beads."
)


class RingPolymer(FrameSource):
    """Frames of all beads together.

    If a run was killed, some files end earlier: frames that aren't in all files are left out.

    Args:
        beads: Frames of each bead, in the order of the beads.

    Raises:
        TrajectoryError: If these aren't beads of one run, with the same steps.
    """

    def __init__(self, beads: Sequence[FrameSource]) -> None:
        self.beads = list(beads)
        first = self.beads[0]
        for other in self.beads[1:]:
            check_same(first, other)
        self.name = f"{first.name} … {beads[-1].name}" if len(beads) > 1 else first.name
        self.n_atoms, self.labels, self.unwrapped = first.n_atoms, first.labels, first.unwrapped
        self.ids, self.types = first.ids, first.types
        self._frames = min(len(bead) for bead in self.beads)
        self.notes = _notes_of_beads(self.beads)
        # Only i-PI's files give the number of their bead. LAMMPS writes velocities and forces of normal modes with the
        # positions of beads (fix pimd/langevin with its default method nmpimd), and a dump doesn't say so.
        self._named = first.bead is not None
        if not self._named:
            start = first.read(0)
            if start.velocities is not None or start.forces is not None:
                self.notes += (_NORMAL_MODES,)
        dropped = max(len(bead) for bead in self.beads) - self._frames
        if dropped:
            self.notes += (f"Files of some beads end earlier: the last {dropped} frames of the others are left out.",)
        self.steps = None if first.steps is None else first.steps[: self._frames]
        self.times = None if first.times is None else first.times[: self._frames]
        if dropped and self.steps is None:
            raise TrajectoryError(f"`files`: expected as many frames for each bead, got others in {self.name}")
        for bead in self.beads:
            steps = None if bead.steps is None else bead.steps[: self._frames].tolist()
            if steps != (None if self.steps is None else self.steps.tolist()):
                raise TrajectoryError(
                    f"`files`: expected beads of one run, with the same steps, got others in `{bead.name}` than in "
                    f"`{first.name}`"
                )

    def __len__(self) -> int:
        """Return the number of frames."""
        return self._frames

    @override
    def read(self, index: int) -> Frame:
        frames = [bead.read(index) for bead in self.beads]
        if any("like_first" in frame.data for frame in frames):
            raise TrajectoryError(
                f"`files`: expected the same types in all frames, got others in {self.describe(index)}"
            )
        first = frames[0]
        positions = _joined(np.array([frame.positions for frame in frames], dtype=np.float64), first.dimensions)
        joined = Frame(positions=positions.mean(axis=0), dimensions=first.dimensions, data=dict(first.data))
        joined.data.pop("bead", None)
        joined.data["beads"] = positions
        for what in ("velocities", "forces") if self._named else ():
            values = [getattr(frame, what) for frame in frames]
            if all(value is not None for value in values):
                joined.data[f"bead_{what}"] = np.stack(values)
                setattr(joined, what, joined.data[f"bead_{what}"].mean(axis=0))
        return joined

    @override
    def close(self) -> None:
        for bead in self.beads:
            bead.close()


class RingPolymerReader(TrajectoryReader):
    """MDAnalysis reader for ring polymers; `n_beads` is the number of beads.

    Args:
        beads: Frames of each bead, in the order of the beads.
        timestep: See `TrajectoryReader`.
        cell: See `TrajectoryReader`.

    Raises:
        TrajectoryError: If these aren't beads of one run.
    """

    format = "RINGPOLYMER"

    def __init__(
        self, beads: Sequence[FrameSource], *, timestep: float | None = None, cell: Array | None = None
    ) -> None:
        self.n_beads = len(beads)
        super().__init__(RingPolymer(beads), timestep=timestep, cell=cell)


def _joined(beads: Array, dimensions: Array | None) -> Array:
    """Return the beads [P,N,3] at the images nearest to the first bead."""
    if dimensions is None:
        return beads
    offsets = beads - beads[0]
    # Offsets shorter than half the smallest distance between faces are minimum images already.
    if np.abs(offsets).max() * np.sqrt(3) < _smallest_height(*dimensions.tolist()) / 2:
        return beads
    if not np.isfinite(offsets).all():
        return beads
    nearest = minimize_vectors(offsets.reshape(-1, 3), dimensions.astype(np.float32)).reshape(beads.shape)
    return np.asarray(beads[0] + nearest)


@lru_cache(maxsize=1)  # the box rarely changes
def _smallest_height(*dimensions: float) -> float:
    """Return the smallest distance between opposite faces of a box of these edges (Å) and angles (degrees), in Å."""
    return float(face_distances(triclinic_vectors(dimensions, dtype=np.float64)).min())


def _notes_of_beads(beads: Sequence[FrameSource]) -> tuple[str, ...]:
    """Return the notes of all files without repetitions; notes of some beads name these."""
    owners: dict[str, list[str]] = {}
    for number, bead in enumerate(beads):
        for note in bead.notes:
            owners.setdefault(note, []).append(str(number))
    return tuple(
        note if len(numbers) == len(beads) else f"{note[:-1]} (beads {', '.join(numbers)})."
        for note, numbers in owners.items()
    )
