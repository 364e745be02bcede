"""Densities on the sphere, counted in bins of equal area in cos(theta) and phi.

theta is the angle to z; phi is the angle about z, from x towards y, -180 to 180 degrees. Densities are relative to the
isotropic density, which is 1 everywhere; divided by 4 pi they are per steradian.

    F = -ln g    in kT, relative to the isotropic distribution
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tumble.errors import ConfigurationError
from tumble.observables.quantities.quantity import Axis
from tumble.types import Array


class SphereMap:
    """Bins on the sphere.

    Args:
        bins: Number of bins along cos(theta), and along phi, which must be even.

    Raises:
        ConfigurationError: If these numbers aren't possible.
    """

    def __init__(self, bins: tuple[int, int]) -> None:
        if bins[0] < 1 or bins[1] < 2 or bins[1] % 2 == 1:
            raise ConfigurationError(
                "`bins`: expected at least 1 along cos(theta) and an even number along phi, got "
                f"{bins[0]} and {bins[1]}"
            )
        self.bins = bins

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Axes with the midpoints of the bins."""
        rows, columns = self.bins
        return (
            Axis("cos θ", "1", (np.arange(rows) + 0.5) * 2 / rows - 1),
            Axis("φ", "°", (np.arange(columns) + 0.5) * 360 / columns - 180),
        )

    def density(self, vectors: Array, *, line: bool = False) -> Array:
        """Return the density of unit vectors [V,3] in each bin, relative to the isotropic density.

        Args:
            vectors: [V,3].
            line: Whether each vector and its opposite count half.
        """
        return self.of_sets(vectors, [(len(vectors), line)])[0]

    def of_sets(self, vectors: Array, sets: Sequence[tuple[int, bool]]) -> list[Array]:
        """Return the density of each of several sets of unit vectors.

        Args:
            vectors: Unit vectors of all sets, one set after the other, [V,3].
            sets: For each set, the number of vectors, and whether each vector and its opposite count half.
        """
        rows, columns = self.bins
        row = np.clip(((vectors[:, 2] + 1) * (rows / 2)).astype(np.intp), 0, rows - 1)
        angle = np.arctan2(vectors[:, 1], vectors[:, 0])
        column = ((angle + np.pi) * (columns / (2 * np.pi))).astype(np.intp) % columns
        bins = row * columns + column
        found, first = [], 0
        for size, line in sets:
            counts = np.bincount(bins[first : first + size], minlength=rows * columns).reshape(rows, columns)
            density = counts * (rows * columns / size)
            if line:
                density = 0.5 * (density + np.roll(density[::-1], columns // 2, axis=1))
            found.append(np.asarray(density))
            first += size
        return found


def free_energy(density: Array, errors: Array) -> tuple[Array, Array]:
    """Return the free energy F in kT of a density, and its error; NaN where the density is zero and F is unknown."""
    known = density > 0
    safe = np.where(known, density, 1.0)
    return np.where(known, -np.log(safe), np.nan), np.where(known, errors / safe, np.nan)
