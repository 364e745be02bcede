"""Published grids of rotations, for comparison with Tumble's own sets.

Each is a product of a quadrature rule for a direction and equally spaced angles, in Euler angles (convention z-x-z):

    R = R_z(gamma) R_x(beta) R_z(alpha)        dR = sin(beta) dalpha dbeta dgamma / 8 pi^2

A Wigner function D^l_mm' is exp(-i m alpha) d^l_mm'(beta) exp(-i m' gamma), so n equally spaced angles average all
functions with 0 < |m| < n to zero. The other functions must be integrated exactly over beta, or over the directions
(beta, alpha).

- `legendre:L`: Gauss-Legendre in cos(beta) with L nodes, 2 L - 1 angles alpha and gamma; exact to degree 2 L - 2. Used
  by M. F. Langer, S. N. Pozdnyakov and M. Ceriotti, Mach. Learn.: Sci. Technol. 5, 04LT01 (2024): 18 rotations
  (L = 2), 75 (L = 3), and 150 (L = 3 with inversion); `get_quadrature` of lab-cosmo/pet, and `grid_mode` `legendre`,
  `grid_order` L of i-PI's `ffrotations`.
- `ipi-lebedev:L`: directions of the Lebedev rule of order L, L angles gamma; exact to degree L - 1, since L angles
  are one too few for degree L. `grid_mode` `lebedev`, `grid_order` L of i-PI's `ffrotations`.
- `lebedev:t`: directions of the smallest Lebedev rule of positive weights and order t or more, t + 1 angles gamma;
  exact to degree t. M. Gräf and D. Potts, Numer. Funct. Anal. Optim. 30, 665 (2009), section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import lebedev_rule
from scipy.special import roots_legendre

from tumble._core import Frames
from tumble.errors import ConfigurationError

Float = NDArray[np.float64]

#: Orders of SciPy's Lebedev rules, up to grids of a few thousand rotations.
LEBEDEV_ORDERS = (3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29)
_NEGATIVE_WEIGHTS = (13, 25, 27)  # orders of the rules that have some
_AT_POLE = 1e-9  # unit vectors closer than this to the z axis are at a pole


class Family(NamedTuple):
    """A family of grids.

    Attributes:
        name: Word before the colon.
        title: Human-readable name.
        build: Function that returns the grid of an order.
        orders: Possible orders.
        degree: Function that returns the degree to which the grid of an order is exact, by construction.
    """

    name: str
    title: str
    build: Callable[[int], Frames]
    orders: range | tuple[int, ...]
    degree: Callable[[int], int]


def legendre(order: int) -> Frames:
    """Return the Gauss-Legendre product grid with `order` nodes in cos(beta): order (2 order - 1)^2 rotations."""
    if order == 1:  # i-PI uses the identity; the formula would give a rotation by 90 degrees
        return Frames(np.eye(3)[None], [1.0])
    cosines, weights = roots_legendre(order)
    angles = _equal_angles(2 * order - 1)
    alpha, node, gamma = (index.ravel() for index in np.indices((len(angles), order, len(angles))))
    rotations = euler_zxz(angles[alpha], np.arccos(cosines)[node], angles[gamma])
    return Frames(rotations, weights[node] / (weights.sum() * len(angles) ** 2))


def ipi_lebedev(order: int) -> Frames:
    """Return i-PI's grid: the Lebedev rule of `order` times `order` angles."""
    return _lebedev(order, order)


def lebedev(degree: int) -> Frames:
    """Return the smallest Lebedev rule with positive weights that is exact to `degree`, times `degree` + 1 angles."""
    order = next(n for n in LEBEDEV_ORDERS if n >= degree and n not in _NEGATIVE_WEIGHTS)
    return _lebedev(order, degree + 1)


FAMILIES = {
    family.name: family
    for family in (
        Family("legendre", "products of Langer et al. 2024 and i-PI", legendre, range(1, 13), lambda n: 2 * n - 2),
        Family("ipi-lebedev", "Lebedev rules in i-PI's ffrotations", ipi_lebedev, LEBEDEV_ORDERS, lambda n: n - 1),
        Family("lebedev", "Lebedev rules with t + 1 angles", lebedev, range(1, 25), lambda t: t),
    )
}


def is_grid(name: str) -> bool:
    """Return whether a specification names one of these grids rather than one of the core's sets."""
    return name.partition(":")[0] in FAMILIES


def grid(name: str) -> Frames:
    """Return the rotations and weights of a grid with the name `FAMILY:ORDER`.

    Raises:
        ConfigurationError: If the family has no grid of this order.
    """
    head, _, order = name.partition(":")
    family = FAMILIES[head]
    if not (order.isascii() and order.isdigit() and int(order) in family.orders):
        known = family.orders
        listed = f"{known[0]} to {known[-1]}" if isinstance(known, range) else ", ".join(map(str, known))
        raise ConfigurationError(f"`{head}:N`: expected N among {listed}, got `{name}`")
    return family.build(int(order))


def smallest(family: Family, degree: int) -> str | None:
    """Return the name of a family's smallest grid that is exact to a degree, or None if it has none."""
    order = next((order for order in family.orders if family.degree(order) >= degree), None)
    return None if order is None else f"{family.name}:{order}"


def euler_zxz(alpha: Float, beta: Float, gamma: Float) -> Float:
    """Return R_z(gamma) R_x(beta) R_z(alpha), [K, 3, 3].

    Args:
        alpha: First angle [K], rad.
        beta: Second angle [K], rad.
        gamma: Third angle [K], rad.
    """
    matrices: Float = _about_z(gamma) @ _about_x(beta) @ _about_z(alpha)
    return matrices


def _lebedev(order: int, angles: int) -> Frames:
    (x, y, z), weights = lebedev_rule(order)
    # At the poles alpha is arbitrary; i-PI's table has pi / 2.
    alpha = np.where(np.hypot(x, y) < _AT_POLE, 0.5 * np.pi, np.arctan2(y, x))
    beta = np.arccos(np.clip(z, -1.0, 1.0))
    gamma = np.repeat(_equal_angles(angles), len(weights))
    rotations = euler_zxz(np.tile(alpha, angles), np.tile(beta, angles), gamma)
    return Frames(rotations, np.tile(weights, angles) / (weights.sum() * angles))


def _equal_angles(count: int) -> Float:
    return 2.0 * np.pi * np.arange(count) / count


def _about_z(angles: Float) -> Float:
    c, s, zero, one = np.cos(angles), np.sin(angles), np.zeros_like(angles), np.ones_like(angles)
    matrices: Float = np.array([[c, -s, zero], [s, c, zero], [zero, zero, one]]).transpose(2, 0, 1)
    return matrices


def _about_x(angles: Float) -> Float:
    c, s, zero, one = np.cos(angles), np.sin(angles), np.zeros_like(angles), np.ones_like(angles)
    matrices: Float = np.array([[one, zero, zero], [zero, c, -s], [zero, s, c]]).transpose(2, 0, 1)
    return matrices
