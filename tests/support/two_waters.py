"""Two molecules of water in a small box, the proton of one of which can be moved to the oxygen of the other."""

from __future__ import annotations

import MDAnalysis
import numpy as np
from MDAnalysis.coordinates.memory import MemoryReader

BOX = np.array([6.0, 6.0, 6.0, 90.0, 90.0, 90.0])
# O H H O H H; the second molecule reaches through the boundary of the box.
START = np.array(
    [[1.0, 1.0, 1.0], [1.96, 1.0, 1.0], [1.0, 1.98, 1.0], [3.7, 1.0, 0.2], [3.7, 1.9, 0.2], [3.7, 1.0, 5.24]]
)
PROTON = 1  # of the first molecule, on the way to the oxygen of the second


def universe(*frames: np.ndarray, elements: str = "OHHOHH") -> MDAnalysis.Universe:
    made = MDAnalysis.Universe.empty(len(elements), trajectory=True)
    made.add_TopologyAttr("elements", list(elements))
    made.load_new(np.array(frames, dtype=np.float32), format=MemoryReader, dimensions=BOX)
    return made


def moved(distance: float) -> np.ndarray:
    """The proton at this distance from its oxygen."""
    frame = START.copy()
    frame[PROTON] = START[0] + distance * np.array([1.0, 0.0, 0.0])
    return frame
