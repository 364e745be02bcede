"""Frames of trajectories, independent of the file format.

A `FrameSource` returns frames by index, in the units of MDAnalysis: Å, degrees, Å/ps, kJ/(mol Å), ps. It stores the
positions of the frames in its file, not the frames, opens the file when a frame is read, and can be copied and pickled.
`Continued` joins the parts of a run that was restarted to one trajectory.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from tumble.errors import TrajectoryError
from tumble.types import Array

Indices = NDArray[np.int64]


@dataclass
class Frame:
    """One frame.

    Attributes:
        positions: [N,3] in Å; None in a file of velocities or forces alone.
        dimensions: Edges (Å) and angles (degrees) of the cell, [6]; None without one.
        velocities: [N,3] in Å/ps.
        forces: [N,3] in kJ/(mol Å).
        data: Further values, for `ts.data`. If atoms have exchanged their kinds since the first frame, `like_first` has
            atom indices, [N], in an order that has the kinds of the first frame.
    """

    positions: Array | None = None
    dimensions: Array | None = None
    velocities: Array | None = None
    forces: Array | None = None
    data: dict[str, Any] = field(default_factory=dict)


class FrameSource(ABC):
    """Frames that can be read in any order.

    Attributes:
        name: File or files, for messages.
        n_atoms: Number of atoms, N.
        labels: Label of each atom in the file, [N]; None if it has none.
        ids: Number (`id`) of each atom, sorted, [N]; None if the file has none.
        types: LAMMPS type of each atom, [N]; None if the file has none.
        steps: Number of the time step of each frame, increasing in `Continued`; None if the file has none.
        times: Time of each frame, ps; None if the file has none.
        notes: Sentences about assumptions and omissions, for the reader of the results.
        ipi: Whether it is a file of i-PI, whose labels have their own meaning.
        bead: Number of the bead of a path integral; None if unknown.
        centroid: Whether these are centroids of ring polymers.
        topology: The file itself if it gives the elements in place of `labels`; None otherwise.
        quantity: The main quantity of the frames: `positions`, `velocities` or `forces`.
        unwrapped: Whether atoms that cross the faces of the cell are not wrapped back; None if unknown.
    """

    name: str
    n_atoms: int
    labels: tuple[str, ...] | None = None
    ids: Indices | None = None
    types: Indices | None = None
    steps: Indices | None = None
    times: Array | None = None
    notes: tuple[str, ...] = ()
    ipi: bool = False
    bead: int | None = None
    centroid: bool = False
    topology: str | None = None
    quantity: str = "positions"
    unwrapped: bool | None = None

    def _describe_like(self, other: FrameSource) -> None:
        """Take from another source all attributes that all of its frames share, except its name and its notes."""
        self.n_atoms, self.labels, self.ids, self.types = other.n_atoms, other.labels, other.ids, other.types
        self.ipi, self.bead, self.centroid, self.topology = other.ipi, other.bead, other.centroid, other.topology
        self.quantity, self.unwrapped = other.quantity, other.unwrapped

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of frames."""

    @abstractmethod
    def read(self, index: int) -> Frame:
        """Read a frame.

        Raises:
            TrajectoryError: If the frame can't be read.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the file; it is opened again when a frame is read."""

    def describe(self, index: int) -> str:
        """Return a description of a frame, for messages."""
        step = "" if self.steps is None else f" (step {self.steps[index]})"
        return f"frame {index}{step} of `{self.name}`"


def describe_frame(trajectory: Any, index: int) -> str:
    """Return a description of a frame of a trajectory of MDAnalysis, for messages."""
    source = getattr(trajectory, "source", None)
    if isinstance(source, FrameSource):
        return source.describe(index)
    name = getattr(trajectory, "filename", None)  # None in memory
    return f"frame {index}" if name is None else f"frame {index} of `{name}`"


class Continued(FrameSource):
    """One trajectory from parts that continue each other in time.

    Where the step goes back, the run was restarted from that step: earlier frames from that step on are left out, since
    the later frames replace them.

    Args:
        parts: Parts of one run (`check_same`), in the order in which they were written.
    """

    def __init__(self, parts: Sequence[FrameSource]) -> None:
        self._parts: list[FrameSource] = list(parts)
        first = self._parts[0]
        self.name = first.name if len(parts) == 1 else f"{first.name} … {parts[-1].name}"
        self._describe_like(first)
        self.unwrapped = first.unwrapped if all(each.unwrapped == first.unwrapped for each in parts) else None
        part_of = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
        index_in = np.concatenate([np.arange(len(part)) for part in parts])
        self.notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
        steps, times = (self._joined(what) for what in ("steps", "times"))
        clock = steps if steps is not None else times
        keep = np.ones(len(part_of), dtype=bool) if clock is None else continuing(clock)
        self._part_of, self._index_in = part_of[keep], index_in[keep]
        self._last = first  # part that was read last
        self.steps = None if steps is None else steps[keep]
        self.times = None if times is None else times[keep]
        if clock is not None and not keep.all():
            self.notes += (_repeated(clock[~keep], "steps" if steps is not None else "times"),)
        if clock is None and len(parts) > 1:
            self.notes += ("The files have neither steps nor times and are joined in the given order.",)

    def _joined(self, what: str) -> Any:
        """Return the steps or times of all parts; None unless all have them."""
        values = [getattr(part, what) for part in self._parts]
        if any(value is None for value in values):
            return None
        joined = np.concatenate(values)
        if len(joined) > 1 and np.ptp(joined) == 0:
            # Some programs write a constant where the format requires a number.
            self.notes += (f"The {what} in the file are all the same and aren't used.",)
            return None
        return joined

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._part_of)

    @override
    def read(self, index: int) -> Frame:
        part = self._parts[int(self._part_of[index])]
        if part is not self._last:
            self._last.close()  # there may be more files, such as one for each step, than a process may open
            self._last = part
        return part.read(int(self._index_in[index]))

    @override
    def close(self) -> None:
        for part in self._parts:
            part.close()

    @override
    def describe(self, index: int) -> str:
        return self._parts[int(self._part_of[index])].describe(int(self._index_in[index]))


def continuing(clock: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which frames remain when frames that a restart repeated are left out.

    Args:
        clock: Step or time of each frame in the order in which they were written, [F].

    Returns:
        [F], true for frames whose step or time precedes that of every frame written later.
    """
    keep = np.ones(len(clock), dtype=bool)
    keep[:-1] = clock[:-1] < np.minimum.accumulate(clock[::-1])[::-1][1:]
    return keep


def _repeated(clock: NDArray[Any], unit: str) -> str:
    return f"Frames that a restart repeated ({len(clock)}, {unit} {clock.min():g} to {clock.max():g}) are left out."


def check_same(first: FrameSource, other: FrameSource) -> None:
    """Raise a TrajectoryError unless both sources can be parts of one run."""
    if other.n_atoms != first.n_atoms:
        raise TrajectoryError(
            f"`files`: expected {first.n_atoms} atoms as in `{first.name}`, got {other.n_atoms} in `{other.name}`"
        )
    if other.labels is not None and first.labels is not None and other.labels != first.labels:
        raise TrajectoryError(f"`files`: expected the atoms of `{first.name}`, got others in `{other.name}`")
    for what, one, two in (("numbers (id)", first.ids, other.ids), ("types", first.types, other.types)):
        if one is not None and two is not None and not np.array_equal(one, two):
            raise TrajectoryError(
                f"`files`: expected the {what} of the atoms of `{first.name}`, got others in `{other.name}`"
            )
    kinds = [f"{source.quantity}{' of the centroid' if source.centroid else ''}" for source in (first, other)]
    if kinds[0] != kinds[1]:
        raise TrajectoryError(f"`files`: expected {kinds[0]} as in `{first.name}`, got {kinds[1]} in `{other.name}`")
