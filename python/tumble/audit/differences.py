"""Derivatives by central differences, extrapolated from two steps (Richardson).

    D(h) = (y(h) - y(-h)) / 2h        y' = (4 D(h) - D(2h)) / 3 + O(h^4)

The step balances rounding against the fifth derivative, 10^3 eV/Å^5 for a stiff bond.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from tumble.audit.noise import Noise
from tumble.audit.subject import Float

_FIFTH = 1e3  # eV/Å^5
_SHORTEST, _LONGEST = 5e-4, 5e-3  # Å
_LEFT = 1e-2  # part of the difference between both steps that may be left after the extrapolation
#: Rounding noise of the derivative in units of that of y, divided by the step.
GAIN = float(np.sqrt(2 * (4 / 3 / 2) ** 2 + 2 * (1 / 3 / 4) ** 2))


class Derivative(NamedTuple):
    """A derivative, number or array, and an estimate of what the extrapolation left."""

    value: Float
    left: float


def step_for(noise: Noise, atoms: int) -> float:
    """Return the step h along a direction in which every coordinate changes by h, Å.

    Args:
        noise: Rounding noise of the structure.
        atoms: Number of atoms.
    """
    return float(np.clip((noise.energy / np.sqrt(3 * atoms) / _FIFTH) ** 0.2, _SHORTEST, _LONGEST))


def derivative(values: Callable[[Sequence[float]], Float], step: float) -> Derivative:
    """Return the derivative at zero.

    Args:
        values: Function that returns y at four places, [4, ...].
        step: h.
    """
    near_plus, near_minus, far_plus, far_minus = values([step, -step, 2.0 * step, -2.0 * step])
    near, far = (near_plus - near_minus) / (2.0 * step), (far_plus - far_minus) / (4.0 * step)
    return Derivative((4.0 * near - far) / 3.0, _LEFT * float(np.sqrt(np.mean((near - far) ** 2))))


def signs(random: np.random.Generator, *shape: int) -> Float:
    """Return random signs: for any vector a, the mean of (a . signs)^2 is |a|^2."""
    return random.choice([-1.0, 1.0], size=shape)
