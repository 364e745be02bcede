"""Random orthogonal matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def random_rotations(count: int, seed: int | np.random.Generator) -> NDArray[np.float64]:
    """Draw matrices [count, 3, 3], uniform over O(3): each is proper or improper with equal chance.

    They are the factors Q of QR decompositions of Gaussian matrices, with the diagonal of R made positive (Mezzadri,
    Notices AMS 54, 592, 2007).

    Args:
        count: Number of matrices.
        seed: Seed, or a generator to draw from.
    """
    q, r = np.linalg.qr(np.random.default_rng(seed).standard_normal((count, 3, 3)))
    matrices: NDArray[np.float64] = q * np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None, :]
    return matrices


def random_proper_rotations(count: int, seed: int | np.random.Generator) -> NDArray[np.float64]:
    """Draw proper rotations [count, 3, 3], uniform over SO(3): the improper ones of `random_rotations` change sign.

    Args:
        count: Number of matrices.
        seed: Seed, or a generator to draw from.
    """
    matrices = random_rotations(count, seed)
    proper: NDArray[np.float64] = matrices * np.sign(np.linalg.det(matrices))[:, None, None]
    return proper
