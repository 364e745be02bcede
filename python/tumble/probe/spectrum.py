"""Spectrum of an energy over the degrees of rotation.

Let E(R) be the energy of the model when everything is turned by R. Its even and odd parts under inversion are

    E_+-(R) = (E(R) +- E(-R)) / 2        E_+-(R) = sum_lmm' c^l_mm' sqrt(2l + 1) D^l_mm'(R)

over proper rotations R. The functions sqrt(2l + 1) D^l_mm' of real spherical harmonics are orthonormal for the
normalized Haar measure, so the power of a degree and the sum of powers are (Parseval)

    P_l = sum_mm' (c^l_mm')^2 = (2l + 1) sum_jk w_j w_k E_j E_k chi_l(R_j^T R_k)        sum_{l>0} P_l = Var E

An exactly invariant energy has only the even P_0, its mean. The odd P_0 is a pseudoscalar, which no set of proper
rotations removes. The coefficients are sums over a quadrature of degree t: c^l is exact if E has no component
above degree t - l.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.integrate import lebedev_rule

from tumble._core import Frames
from tumble.grids import LEBEDEV_ORDERS
from tumble.probe.records import StructureSpectrum
from tumble.spherical import load_o3

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Spectrum:
    """Mean powers over structures, eV^2.

    Attributes:
        even: P_l of the part that is even under inversion, [L + 1]; P_0, the mean energy, is set to 0.
        odd: P_l of the part that is odd under inversion, [L + 1], including P_0.
        even_total: Variance of the even part over the quadrature.
        odd_total: Mean square of the odd part over the quadrature.
        quadrature_degree: Degree t of the quadrature; P_l is exact if the energy has no component above degree t - l.
        evaluations: Number of rotations in the quadrature, including improper partners.
    """

    even: tuple[float, ...]
    odd: tuple[float, ...]
    even_total: float
    odd_total: float
    quadrature_degree: int
    evaluations: int

    @property
    def rest(self) -> float:
        """Part of the mean square over the quadrature that isn't in degrees up to L, eV^2."""
        return self.even_total + self.odd_total - sum(self.even) - sum(self.odd)


def wigner(rotations: Float, l: int) -> Float:  # noqa: E741
    """Return Wigner matrices for real spherical harmonics, [K, 2l + 1, 2l + 1].

    D^l_mm'(R) = sum_p w_p Y_lm(R x_p) Y_lm'(x_p) over a Lebedev rule, with harmonics of mean square 1. Unlike formulas
    in Euler angles, this loses no digits near the poles.

    Args:
        rotations: Proper rotations [K, 3, 3].
        l: Degree, up to 11.
    """
    points, weights = lebedev_rule(next(order for order in LEBEDEV_ORDERS if order >= 2 * l))
    turned = np.einsum("kab,bp->kpa", rotations, points)
    matrices: Float = np.einsum(
        "kpm,pn,p->kmn", _harmonics(turned, l), _harmonics(points.T, l), weights / weights.sum(), optimize=True
    )
    return matrices


class Projector:
    """Projection of energies on a quadrature onto the degrees of rotation."""

    def __init__(self, proper: Frames, highest: int) -> None:
        """Tabulate the functions.

        Args:
            proper: Proper rotations and weights, exact at least to degree 2 `highest`.
            highest: Highest degree L.
        """
        self._weights = proper.weights
        self._functions = [
            np.sqrt(2 * l + 1.0) * wigner(proper.rotations, l).reshape(len(proper), -1)
            for l in range(highest + 1)  # noqa: E741
        ]

    def powers(self, energies: Float) -> tuple[list[float], float]:
        """Return P_l for l from 0 to L, and the mean square of the energies, both in eV^2.

        Args:
            energies: Energies, eV, [K].
        """
        weighted = self._weights * energies
        powers = [float(np.sum((weighted @ functions) ** 2)) for functions in self._functions]
        return powers, float(weighted @ energies)

    def parts(self, plain: Float, inverted: Float) -> StructureSpectrum:
        """Return the powers and their total, for the even part without its mean and for the odd part.

        Args:
            plain: E(R_k), eV, [K].
            inverted: E(-R_k), eV, [K].
        """
        # The mean is larger than the variations by orders of magnitude; subtracting it first preserves digits.
        even = 0.5 * ((plain - plain[0]) + (inverted - plain[0]))
        even -= self._weights @ even
        (_, *even_powers), even_total = self.powers(even)
        odd_powers, odd_total = self.powers(0.5 * (plain - inverted))
        return StructureSpectrum([0.0, *even_powers], odd_powers, even_total, odd_total)


def _harmonics(points: Float, l: int) -> Float:  # noqa: E741
    values: Float = (
        load_o3("spectrum")
        .spherical_harmonics(l, torch.from_numpy(points), normalize=True, normalization="component")
        .numpy()
    )
    return values
