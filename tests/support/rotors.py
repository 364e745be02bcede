"""Trajectories of water molecules with given dipoles, for tests of what is made of dipoles.

With the point charges of q-SPC/Fw, a molecule whose bonds sum to s has the dipole 0.42 s e·Å.
"""

from __future__ import annotations

from typing import Any

import MDAnalysis
import numpy as np
from MDAnalysis.coordinates.memory import MemoryReader
from numpy.typing import NDArray

Array = NDArray[np.float64]

HYDROGEN = 0.42  # e, of q-SPC/Fw
BISECTOR = 1.16  # Å, length of the sum of the bonds
HALF = 0.76  # Å, half the distance of the hydrogens


class BeadReader(MemoryReader):
    """Puts beads [T,P,N,3], given after it was made, into the frames, as the reader of ring polymers does."""

    beads: Array | None = None

    def _read_next_timestep(self, ts: Any = None) -> Any:
        ts = super()._read_next_timestep(ts)
        if self.beads is not None:
            ts.data["beads"] = self.beads[ts.frame]
        return ts


def directions(generator: np.random.Generator, *shape: int) -> Array:
    """Independent isotropic unit vectors, [...,3]."""
    vectors = generator.normal(size=(*shape, 3))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def atoms(oxygens: Array, sums: Array) -> Array:
    """Positions [...,3M,3] in the order O H H of molecules at the oxygens [...,M,3] whose bonds sum to `sums`."""
    # Any direction across the bisector will do.
    helper = np.where(
        np.abs(sums[..., :1]) < 0.5 * np.linalg.norm(sums, axis=-1, keepdims=True), [1.0, 0, 0], [0, 1.0, 0]
    )
    across = np.cross(sums, helper)
    across *= HALF / np.linalg.norm(across, axis=-1, keepdims=True)
    molecules = np.stack([oxygens, oxygens + sums / 2 + across, oxygens + sums / 2 - across], axis=-2)
    return molecules.reshape(*oxygens.shape[:-2], -1, 3)


def universe(positions: Array, dimensions: Array | list[float] | None, dt: float = 0.01) -> MDAnalysis.Universe:
    """Of water: positions [T,N,3], or [T,P,N,3] for ring polymers; a box of all frames or of each; dt in ps."""
    centroids = positions if positions.ndim == 3 else positions.mean(axis=1)
    count = positions.shape[-2]
    made = MDAnalysis.Universe.empty(count, n_residues=count // 3, atom_resindex=np.arange(count) // 3, trajectory=True)
    made.add_TopologyAttr("elements", ["O", "H", "H"] * (count // 3))
    dims = None if dimensions is None else np.asarray(dimensions, dtype=np.float32)
    made.load_new(centroids.astype(np.float64), format=BeadReader, dimensions=dims, dt=dt)
    if positions.ndim == 4:
        made.trajectory.beads = positions
    return made
