"""The distinct rotations of several sets, so that a rotation that sets share is evaluated once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tumble._core import Frames

Float = NDArray[np.float64]

_ROUNDING = 1e-9  # of a matrix element; rotations closer than this are the same


@dataclass(frozen=True)
class FrameUnion:
    """The distinct rotations of several sets, and their weights in each set.

    Attributes:
        rotations: Distinct orthogonal matrices [K, 3, 3].
        weights: Weight of each rotation in each set [S, K], 0 if it isn't in the set.
        places: For each set, the indices of its rotations in `rotations`, [S] arrays.
    """

    rotations: Float
    weights: Float
    places: list[NDArray[np.int64]]


def unite(sets: Sequence[Frames]) -> FrameUnion:
    """Return the union of sets."""
    known: dict[bytes, int] = {}
    rotations: list[Float] = []
    places = []
    for frames in sets:
        place = np.empty(len(frames), dtype=np.int64)
        # Adding 0 turns -0 into 0, whose bytes differ.
        keys = np.round(frames.rotations / _ROUNDING) + 0.0
        for i, (rotation, key) in enumerate(zip(frames.rotations, keys, strict=True)):
            place[i] = known.setdefault(key.tobytes(), len(rotations))
            if place[i] == len(rotations):
                rotations.append(rotation)
        places.append(place)
    weights = np.zeros((len(sets), len(rotations)))
    for row, frames, place in zip(weights, sets, places, strict=True):
        np.add.at(row, place, frames.weights)
    return FrameUnion(np.array(rotations), weights, places)
