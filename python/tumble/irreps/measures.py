"""Descriptions of the features of each l that don't change under rotations.

With features f_icm of atom i, channel c and component m of one irrep, over all atoms of all frames, and E the energy of
a frame,

    power                p = mean_ic sum_m f_icm^2
    share of power       p_l / sum_l' p_l'
    share of gradient    G_l / sum_l' G_l',   G = sum_ic |dE/df_ic| |f_ic|,   |f_ic|^2 = sum_m f_icm^2
    participation ratio  (tr C)^2 / tr C^2,   C_cc' = mean_im f_icm f_ic'm

The sums over l' are over the irreps of one layer. C is the covariance of the channels: for 0e the mean over atoms is
subtracted, while the mean of all other irreps vanishes over rotations and inversion, not over the atoms of some frames.
The ratio is the number of channels of equal variance without correlations that would give the same: from 1 to their
number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tumble.irreps.bootstrap import Bootstrap, Estimate
from tumble.irreps.layers import Layers, Part
from tumble.irreps.observers import Recorded

Float = NDArray[np.float64]

_ROUNDING = 1e-12  # of squares, relative: of single precision, and of differences in double precision


@dataclass(frozen=True)
class Measures:
    """Descriptions of one part.

    Attributes:
        power: Mean square of a channel's norm.
        power_share: Of the layer; None if all its features are zero.
        gradient_share: Of the layer; None if its features don't depend on positions, or nothing depends on them.
        participation_ratio: Of the channels; None if no feature varies by more than rounding.
    """

    power: Estimate
    power_share: Estimate | None
    gradient_share: Estimate | None
    participation_ratio: float | None


@dataclass
class _Sums:
    """Sums over atoms: those of each frame, and those of all."""

    power: list[float] = field(default_factory=list)
    gradient: list[float | None] = field(default_factory=list)
    products: Float | float = 0.0
    mean: Float | float = 0.0


class Tally:
    """Sums over frames, from which the measures follow."""

    def __init__(self, layers: Layers) -> None:
        """Begin with no frames."""
        self._layers = layers
        self._sums = {part: _Sums() for part in layers.parts}
        self._atoms: list[int] = []

    def add(self, recorded: Mapping[Part, Recorded], first_atom: NDArray[np.int64]) -> None:
        """Add some frames.

        Args:
            recorded: Features of all parts.
            first_atom: First atom of each frame, and their number at the end.
        """
        self._atoms += np.diff(first_atom).tolist()
        for part, found in recorded.items():
            sums, features = self._sums[part], found.features
            squares = np.square(features).sum(axis=2)
            sums.power += np.add.reduceat(squares.sum(axis=1), first_atom[:-1]).tolist()
            if found.gradients is None:
                sums.gradient += [None] * (len(first_atom) - 1)
            else:
                products = np.linalg.norm(found.gradients, axis=2) * np.sqrt(squares)
                sums.gradient += np.add.reduceat(products.sum(axis=1), first_atom[:-1]).tolist()
            sums.products = sums.products + np.einsum("icm,idm->cd", features, features, optimize=True)
            sums.mean = sums.mean + features.sum(axis=(0, 2))

    def measures(self, bootstrap: Bootstrap) -> dict[Part, Measures]:
        """Return the measures of all parts."""
        found = {}
        atoms = np.array(self._atoms, dtype=np.float64)[:, None]
        for name in self._layers.names:
            parts = self._layers.of(name)
            powers = np.array([self._sums[part].power for part in parts]).T / [part.channels for part in parts]
            total = float(sum(np.trace(self._sums[part].products) for part in parts))
            gradients = np.array([self._sums[part].gradient for part in parts], dtype=np.float64).T  # None is NaN
            for place, part in enumerate(parts):
                found[part] = Measures(
                    power=bootstrap.estimate(lambda p, n: p[..., 0] / n[..., 0], powers[:, [place]], atoms),
                    power_share=_share(bootstrap, powers, place) if powers.sum() > 0.0 else None,
                    gradient_share=_share(bootstrap, gradients, place) if gradients.sum() > 0.0 else None,
                    participation_ratio=self._participation_ratio(part, total),
                )
        return found

    def _participation_ratio(self, part: Part, total: float) -> float | None:
        """Return the ratio; None if what varies is rounding, compared with all features of the layer."""
        sums, rows = self._sums[part], float(sum(self._atoms))
        products = np.asarray(sums.products)
        if part.irrep == "0e":
            products = products - np.outer(sums.mean, sums.mean) / rows
        if np.trace(products) <= _ROUNDING * total:
            return None
        return float(np.trace(products) ** 2 / np.sum(products**2))


def _share(bootstrap: Bootstrap, values: Float, place: int) -> Estimate:
    def share(sums: Float) -> Float:
        with np.errstate(divide="ignore", invalid="ignore"):
            quotient: Float = sums[..., place] / sums.sum(axis=-1)
        return quotient

    return bootstrap.estimate(share, values)
