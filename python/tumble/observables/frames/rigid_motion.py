"""Mechanics of point masses: center of mass, angular momentum, inertia, and the rotation from one shape to another.

    L = sum_i m_i (r_i - R) x (v_i - V)        I = sum_i m_i (|s_i|^2 1 - s_i s_i^T),  s = r - R

(Goldstein, Poole and Safko, Classical Mechanics, 3rd edition, chapters 1 and 5.) Masses are in amu, lengths in Å,
times in ps. Angular momenta are given in ħ and torques in eV/rad.
"""

from __future__ import annotations

import numpy as np

from tumble.types import Array
from tumble.units.constants import (
    EV_IN_KJ_PER_MOL,
    SI_ANGSTROM,
    SI_ATOMIC_MASS,
    SI_BOLTZMANN,
    SI_CHARGE,
    SI_HBAR,
    SI_PICOSECOND,
)

_AMU_A2_PS = SI_ATOMIC_MASS * SI_ANGSTROM**2 / SI_PICOSECOND  # J s
#: ħ in amu Å²/ps.
HBAR = SI_HBAR / _AMU_A2_PS
#: An ħ/ps, the unit of torques as changes of angular momentum, in eV.
EV_PER_HBAR_PS = SI_HBAR / SI_PICOSECOND / SI_CHARGE
#: A kJ/mol, the unit of energies and torques in MDAnalysis, in eV.
EV_PER_KJ_MOL = 1 / EV_IN_KJ_PER_MOL
#: Boltzmann's constant in amu Å²/ps² per K.
BOLTZMANN_AMU_A2_PS2 = SI_BOLTZMANN / (_AMU_A2_PS / SI_PICOSECOND)
#: Ratio to the largest moment of inertia, below which a moment counts as zero.
LINEAR = 1e-6


def about_center(values: Array, masses: Array) -> Array:
    """Return positions or velocities relative to the center of mass.

    Args:
        values: [N,3].
        masses: [N].
    """
    return np.asarray(values - masses @ values / masses.sum())


def angular_momentum(positions: Array, velocities: Array, masses: Array) -> Array:
    """Return the angular momentum about the center of mass, [3] in ħ.

    Args:
        positions: [N,3] in Å.
        velocities: [N,3] in Å/ps.
        masses: [N] in amu.
    """
    arms, speeds = about_center(positions, masses), about_center(velocities, masses)
    return np.asarray(masses @ np.cross(arms, speeds) / HBAR)


def inertia_tensor(arms: Array, masses: Array) -> Array:
    """Return the tensor of inertia about the origin of `arms`, [3,3] in amu Å².

    Args:
        arms: [N,3] in Å.
        masses: [N] in amu.
    """
    second = np.einsum("i,ia,ib->ab", masses, arms, arms)
    return np.asarray(np.trace(second) * np.eye(3) - second)


def rotational_freedoms(inertias: Array) -> Array:
    """Return the number of rotational degrees of freedom of bodies with these tensors of inertia, [...].

    Args:
        inertias: [...,3,3] in amu Å².
    """
    moments = np.linalg.eigvalsh(inertias)
    return np.asarray(np.sum(moments > LINEAR * np.maximum(moments[..., -1:], 1e-9), axis=-1))


def best_rotations(products: Array) -> Array:
    """Return the proper rotations that superimpose shapes with the least squared distance, [...,3,3].

    With the singular value decomposition sum_i m_i x_i y_i^T = U S V^T, the R that minimizes sum_i m_i |x_i - R y_i|^2
    is U diag(1, 1, det(U V^T)) V^T. It is never a reflection, even if the atoms lie in a plane. (Kabsch, Acta Cryst. A
    34, 827 (1978).)

    Args:
        products: sum_i m_i x_i y_i^T with x and y relative to their centers of mass, [...,3,3].
    """
    u, _, v = np.linalg.svd(products)
    u[..., :, 2] *= np.sign(np.linalg.det(u @ v))[..., None]
    return np.asarray(u @ v)
