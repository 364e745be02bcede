"""One frame of a trajectory, with quantities that several observables derive from it and that are computed once.

A snapshot is valid while the trajectory stays at its frame: the next frame gets a snapshot of its own. What it hands
out belongs to all observables that see the frame, so its arrays can't be written to.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from tumble.trajectories.centroid import beads_of
from tumble.types import Array

Derived = TypeVar("Derived")


class Snapshot:
    """The current frame.

    Args:
        ts: The time step of MDAnalysis.

    Attributes:
        dimensions: Edges (Å) and angles (degrees) of the box, [6]; None without one.
        frame: Index of the frame.
    """

    def __init__(self, ts: Any) -> None:
        self.ts = ts
        self.frame = int(ts.frame)
        self.dimensions: Array | None = ts.dimensions
        self._derived: dict[Hashable, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Return the state without derived quantities, for other processes."""
        return Snapshot, (self.ts,)

    @cached_property
    def beads(self) -> Array:
        """Positions of all beads, [P,N,3] in Å; P is 1 unless the frame holds a ring polymer."""
        return _locked(beads_of(self.ts).view())

    @cached_property
    def centroid(self) -> Array:
        """Positions of the centroid, [N,3] in Å; the positions, if it isn't a ring polymer."""
        return _locked(self.beads.mean(axis=0))

    def once(self, key: Hashable, compute: Callable[[], Derived]) -> Derived:
        """Return the result of a function of this frame, which is called only for the first request with this key.

        Args:
            key: Identifies the function and all its inputs other than the frame; equal keys mean the same numbers.
            compute: The function.
        """
        if key not in self._derived:
            found = compute()
            self._derived[key] = _locked(found) if isinstance(found, np.ndarray) else found
        found_before: Derived = self._derived[key]
        return found_before


def _locked(array: Array) -> Array:
    array.setflags(write=False)
    return array
