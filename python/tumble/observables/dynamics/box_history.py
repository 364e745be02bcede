"""The boxes of the frames of a trajectory: their mean edges, and whether they are cubic and constant."""

from __future__ import annotations

from typing import Any

import numpy as np

from tumble.observables.quantities.anisotropy import allows_isotropy
from tumble.types import Array

# Relative; a box in a file has about six digits.
_SAME = 1e-5


class BoxHistory:
    """Statistics of the boxes of all frames.

    Attributes:
        cubic: Whether the boxes of all frames are cubic.
        changes: Whether the box changes between frames.
    """

    def __init__(self) -> None:
        self._first: Array | None = None
        self._sum = np.zeros(3)
        self._frames = 0
        self.cubic = True
        self.changes = False

    def add(self, dimensions: Any) -> None:
        """Add the box of the next frame: edges (Å) and angles (degrees), or None."""
        self._frames += 1
        if dimensions is None:
            self.cubic = False
            return
        box = np.asarray(dimensions, dtype=np.float64)
        self._first = box if self._first is None else self._first
        self._sum += box[:3]
        self.cubic = self.cubic and allows_isotropy(box)
        self.changes = self.changes or float(np.abs(box - self._first).max()) > _SAME * box[0]

    @property
    def mean(self) -> list[float]:
        """Mean edges, Å; empty without a box."""
        return [] if self._first is None else [float(edge) for edge in self._sum / self._frames]

    @property
    def isotropic(self) -> bool:
        """Whether the boxes of all frames are cubic, or no frame has a box."""
        return self.cubic or self._first is None
