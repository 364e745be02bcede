"""ASE calculators whose symmetry error is known in closed form; a module for `--calculator`.

With the vectors v = r u of all pairs within a cutoff, images included, a weight w(r) and a fixed direction n,

    E_2 = 1/2 sum_(i≠j) w r^2 P_2(u n)        E_1 = sum_(Z_i > Z_j) w r P_1(u n)

are of degree 2, even, and of degree 1, odd, when everything is turned. The addition theorem gives their mean squares
over rotations:

    <E_l^2> = 1/(2l + 1) sum_pq F_p F_q P_l(u_p u_q)        F = w r^l, halved for l = 2

`Handed` is exact under rotations, and changes its sign under inversion: the triple product of the first four atoms.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

from support.toy_calculator import ToyCalculator

CUTOFF = 4.0
AXIS = np.array([0.48, 0.6, 0.64])
EVEN, ODD = 0.02, 0.01  # eV/Å^2, eV/Å


class Planted(ToyCalculator):
    """The sum of both terms, each with its factor."""

    def __init__(self, even: float = 0.0, odd: float = 0.0) -> None:
        super().__init__()
        self.even, self.odd = even, odd
        self.unpicklable = lambda: None  # as in many a calculator

    def results_of(self, atoms: Atoms) -> dict[str, Any]:
        i, j, v = neighbor_list("ijD", atoms, CUTOFF)
        square, along = (v**2).sum(axis=1), v @ AXIS
        weight, slope = _weight(square)
        down = self.odd * (atoms.numbers[i] > atoms.numbers[j])
        second = 0.5 * self.even * (1.5 * along**2 - 0.5 * square)
        gradient = (2 * slope * (second + down * along))[:, None] * v
        gradient += (0.5 * self.even * weight)[:, None] * (3 * along[:, None] * AXIS - v)
        gradient += (weight * down)[:, None] * AXIS
        forces = np.zeros((len(atoms), 3))
        np.add.at(forces, i, gradient)
        np.add.at(forces, j, -gradient)
        return {"energy": float(weight @ (second + down * along)), "forces": forces}


class Handed(ToyCalculator):
    """E = ODD * det(r_1 - r_0, r_2 - r_0, r_3 - r_0), eV with Å^3."""

    def results_of(self, atoms: Atoms) -> dict[str, Any]:
        a, b, c = atoms.positions[1:4] - atoms.positions[0]
        forces = np.zeros((len(atoms), 3))
        forces[1:4] = -ODD * np.array([np.cross(b, c), np.cross(c, a), np.cross(a, b)])
        forces[0] = -forces[1:4].sum(axis=0)
        return {"energy": float(ODD * a @ np.cross(b, c)), "forces": forces}


def even() -> Planted:
    return Planted(even=EVEN)


def odd() -> Planted:
    return Planted(odd=ODD)


def both() -> Planted:
    return Planted(EVEN, ODD)


def handed() -> Handed:
    return Handed()


def mean_square(atoms: Atoms, degree: int) -> float:
    """Return <E_l^2> of `both` for l = 1 or 2, eV^2, by the addition theorem."""
    i, j, v = neighbor_list("ijD", atoms, CUTOFF)
    if degree == 1:
        v = v[atoms.numbers[i] > atoms.numbers[j]]
    length = np.linalg.norm(v, axis=1)
    cosines = np.clip((v / length[:, None]) @ (v / length[:, None]).T, -1, 1)
    sizes = _weight(length**2)[0] * (ODD * length if degree == 1 else 0.5 * EVEN * length**2)
    polynomial = cosines if degree == 1 else 1.5 * cosines**2 - 0.5
    return float(sizes @ polynomial @ sizes) / (2 * degree + 1)


def _weight(square: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (1 - r^2 / cutoff^2)^2 and its derivative with respect to r^2."""
    inside = 1 - square / CUTOFF**2
    return inside**2, -2 * inside / CUTOFF**2
