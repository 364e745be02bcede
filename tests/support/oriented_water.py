"""Trajectories of rigid water molecules with given orientations, for tests of what is made of molecular axes.

In the frame of the molecule the bisector is z and the plane is xz.
"""

from __future__ import annotations

import MDAnalysis
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from support import rotors

Array = NDArray[np.float64]

HALF_ANGLE = np.radians(52.26)
BONDS = 0.9572 * np.array([[np.sin(HALF_ANGLE), 0, np.cos(HALF_ANGLE)], [-np.sin(HALF_ANGLE), 0, np.cos(HALF_ANGLE)]])
EDGE = 3.2  # Å, between molecules


def positions(turned: Array) -> Array:
    """Positions [...,3M,3] of molecules on a cubic lattice, whose axes are the columns of matrices [...,M,3,3]."""
    count = turned.shape[-3]
    side = int(np.ceil(count ** (1 / 3) - 1e-9))
    oxygens = EDGE * np.array(list(np.ndindex(side, side, side)), dtype=float)[:count]
    bonds = np.einsum("...ab,hb->...ha", turned, BONDS)
    oxygens = np.broadcast_to(oxygens[:, None], (*turned.shape[:-2], 1, 3))
    return np.concatenate([oxygens, oxygens + bonds], axis=-2).reshape(*turned.shape[:-3], -1, 3)


def universe(turned: Array, *, boxed: bool = True, dt: float = 0.01) -> MDAnalysis.Universe:
    """Of molecules with the axes [T,M,3,3], or [T,P,M,3,3] for ring polymers."""
    side = int(np.ceil(turned.shape[-3] ** (1 / 3) - 1e-9)) * EDGE
    return rotors.universe(positions(turned), [side, side, side, 90, 90, 90] if boxed else None, dt)


def isotropic(seed: int, *shape: int) -> Array:
    """Axes of molecules at independent random orientations, [...,3,3]."""
    found = Rotation.random(int(np.prod(shape)), random_state=np.random.default_rng(seed)).as_matrix()
    return np.asarray(found.reshape(*shape, 3, 3))


def with_bisectors(bisectors: Array, seed: int) -> Array:
    """Axes whose z are given unit vectors [...,3], at a random angle about these, [...,3,3]."""
    flat = bisectors.reshape(-1, 3)
    generator = np.random.default_rng(seed)
    across = np.cross(flat, generator.normal(size=flat.shape))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return np.stack([across, np.cross(flat, across), flat], axis=-1).reshape(*bisectors.shape, 3)
