"""Errors of averages over n random rotations, as a function of n.

Draws are averaged in pairs, pairs in fours, and so on: N draws give N / n independent averages over n draws. In
addition to the errors of these averages, only one unpaired average for each n is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tumble.probe.options import powers_of_two
from tumble.probe.records import Deviation, deviation, mean_deviation

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Draw:
    """An average over some rotations: energy in eV, forces [N, 3] in eV/Å, torque [3] in eV/rad."""

    energy: float
    forces: Float
    torque: Float

    def averaged_with(self, other: Draw) -> Draw:
        """Return the average over the rotations of both, which must have equal numbers of them."""
        return Draw(
            0.5 * (self.energy + other.energy), 0.5 * (self.forces + other.forces), 0.5 * (self.torque + other.torque)
        )


class Doubling:
    """Errors of averages over 1, 2, 4 ... draws."""

    def __init__(self, reference: Draw, most: int) -> None:
        """Prepare the sums.

        Args:
            reference: Result with which the averages are compared.
            most: Largest number of draws, at least 1.
        """
        self._reference = reference
        levels = len(powers_of_two(most))
        self._waiting: list[Draw | None] = [None] * levels
        self._found: list[list[Deviation]] = [[] for _ in range(levels)]

    def add(self, draw: Draw) -> None:
        """Add a draw."""
        for level, waiting in enumerate(self._waiting):
            self._found[level].append(
                deviation(draw.energy - self._reference.energy, draw.forces - self._reference.forces, draw.torque)
            )
            if waiting is None:
                self._waiting[level] = draw
                return
            self._waiting[level] = None
            draw = waiting.averaged_with(draw)

    def deviations(self) -> list[Deviation]:
        """Return the mean deviation of the averages, for each number of draws."""
        return [mean_deviation(found) for found in self._found]
