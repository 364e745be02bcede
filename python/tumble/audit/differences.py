"""Derivatives by central differences, extrapolated from two steps (Richardson).

    D(h) = (y(h) - y(-h)) / 2h        R(h) = (4 D(h/2) - D(h)) / 3 = y' + O(h^4)

R(h) is the result, and its difference from R(2h) shows what it may have missed: an energy surface can be rough on the
scale of the step. The step balances rounding against the fifth derivative, 10^3 eV/Å^5 for a stiff bond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tumble.accuracy import rms
from tumble.audit.check import Value
from tumble.audit.noise import Noise
from tumble.audit.subject import Float

_FIFTH = 1e3  # eV/Å^5
_SHORTEST, _LONGEST = 5e-4, 5e-3  # Å
#: Rounding noise of the derivative in units of that of y, divided by the step.
GAIN = float(np.sqrt(2 * (4 / 3) ** 2 + 2 * (1 / 3 / 2) ** 2))


class Derivative(NamedTuple):
    """A derivative, number or array, and the rms of what it may have missed."""

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
        values: Function that returns y at six places, [6, ...].
        step: h.
    """
    steps = [0.5 * step, step, 2.0 * step]
    found = values([sign * each for each in steps for sign in (1.0, -1.0)])
    near, middle, far = ((found[2 * i] - found[2 * i + 1]) / (2.0 * each) for i, each in enumerate(steps))
    fine, coarse = (4.0 * near - middle) / 3.0, (4.0 * middle - far) / 3.0
    return Derivative(fine, rms(fine - coarse))


def along(values: Callable[[Sequence[Float]], Float], direction: Float) -> Callable[[Sequence[float]], Float]:
    """Return a function of steps along a direction, from one of displacements."""
    return lambda steps: values([step * direction for step in steps])


def missed(
    energies: Callable[[Sequence[Float]], Float],
    forces: Float,
    directions: Iterable[Float],
    step: float,
    energy_noise: float,
) -> Value:
    """Return the rms of (F + grad E) . u over directions u.

    Args:
        energies: Function that returns the energies of displacements, each like a direction, eV.
        forces: F, which should be minus the gradient by the displacements, of the shape of a direction.
        directions: u.
        step: h.
        energy_noise: Rounding noise of an energy, eV.
    """
    misses, left = [], []
    for direction in directions:
        slope = derivative(along(energies, direction), step)
        misses.append(float(slope.value) + float(np.sum(forces * direction)))
        left.append(slope.left)
    return Value(rms(misses), float(np.hypot(GAIN * energy_noise / step, rms(left))))


def signs(random: np.random.Generator, *shape: int) -> Float:
    """Return random signs: for any vector a, the mean of (a . signs)^2 is |a|^2."""
    return random.choice([-1.0, 1.0], size=shape)
