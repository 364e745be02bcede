"""Sets of rotations by name: those of the core (`Symmetrizer`), and the published grids of `tumble.grids`.

The properties of a set are computed from its matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tumble import grids
from tumble._core import Frames, Symmetrizer
from tumble.set_names import INVERSION, has_inversion

_HIGHEST = 24  # degree up to which exactness is computed
_EQUAL = 1e-12  # difference of weights that rounding explains
_ANY_KEY = (0, 0, 0, 0)


class RotationSet:
    """The rotations and weights that belong to a name.

    Attributes:
        name: Name as given.
        inversion: Whether each rotation comes with its improper partner.
        random: Whether each structure gets random rotations of its own.
        family: `tumble`, `random` for independent random rotations, or one of `grids.FAMILIES`.
    """

    def __init__(self, name: str, seed: int | None = None) -> None:
        """Look up a name.

        Args:
            name: A word of the keyword `symmetrize`, or `FAMILY:ORDER` of a published grid, also with `+inversion`.
            seed: Seed of random rotations, required for them and ignored by other sets.

        Raises:
            ConfigurationError: If there is no such set, or random rotations have no seed.
        """
        self.name = name
        self.inversion = has_inversion(name)
        base = name.removesuffix(INVERSION)
        if grids.is_grid(base):
            frames = grids.grid(base)
            self._fixed: Frames | None = frames.with_inversion() if self.inversion else frames
            self.random = False
            self.family = base.partition(":")[0]
        else:
            self._symmetrizer = Symmetrizer(name, seed=seed)
            self.random = self._symmetrizer.random
            self._fixed = None if self.random else self._symmetrizer.frames()
            self.family = "random" if self.random and not _is_turned_set(base) else "tumble"

    def frames(self, key: Sequence[int] = _ANY_KEY) -> Frames:
        """Return the rotations and weights.

        Args:
            key: Key of the random stream; ignored by other sets.
        """
        return self._symmetrizer.frames(key) if self._fixed is None else self._fixed

    def exactness(self) -> int:
        """Return the degree to which the set is exact: for `random:SET` that of SET, for other random names 0."""
        # A draw itself isn't examined: the time grows with the square of its size, and turning a set changes nothing.
        return self._symmetrizer.exactness(_HIGHEST) if self._fixed is None else self._fixed.exactness(_HIGHEST)


@dataclass(frozen=True)
class Published:
    """A published grid for comparison.

    Attributes:
        name: Family, order and inversion.
        title: Human-readable name of the family.
        count: Number of rotations.
        degree: Degree to which it is exact.
        negative_weights: Whether some weights are negative.
    """

    name: str
    title: str
    count: int
    degree: int
    negative_weights: bool


@dataclass(frozen=True)
class Weight:
    """A weight, and the number of rotations of a set that have it."""

    value: float
    count: int


@dataclass(frozen=True)
class Description:
    """Properties of a set.

    Attributes:
        name: Name as given.
        count: Number of evaluations of the model for each structure.
        degree: Degree to which it is exact: it averages every Wigner function D^l with 1 <= l <= degree to zero, both
            the parts even and odd under inversion.
        parity: Whether it averages a pseudoscalar to zero.
        random: Whether the rotations are drawn anew for each evaluation.
        distinct_weights: The distinct weights, in ascending order.
        weights: The weight of each rotation.
        rotations: The matrix of each rotation; for random rotations, one draw as an example.
        published: The smallest grid of each published family with at least this degree and the same parity.
    """

    name: str
    count: int
    degree: int
    parity: bool
    random: bool
    distinct_weights: tuple[Weight, ...]
    weights: tuple[float, ...]
    rotations: tuple[tuple[tuple[float, ...], ...], ...]
    published: tuple[Published, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return asdict(self)


def describe(name: str) -> Description:
    """Return the properties of a set, and published grids for comparison.

    Raises:
        ConfigurationError: If there is no such set.
    """
    rotation_set = RotationSet(name, seed=0)  # these properties are the same for every draw
    frames = rotation_set.frames()
    degree = rotation_set.exactness()
    return Description(
        name=name,
        count=len(frames),
        degree=degree,
        parity=frames.averages_parity(),
        random=rotation_set.random,
        distinct_weights=tuple(_distinct(frames.weights)),
        weights=tuple(frames.weights.tolist()),
        rotations=tuple(tuple(map(tuple, matrix)) for matrix in frames.rotations.tolist()),
        published=_published(degree, rotation_set.inversion) if degree > 0 else (),
    )


def _is_turned_set(base: str) -> bool:
    """Return whether a random name is `random:SET` and not `random` or `random:n`."""
    _, _, what = base.partition(":")
    return what != "" and not what.isdigit()


def _distinct(weights: NDArray[np.float64]) -> Iterator[Weight]:
    ordered = np.sort(weights)
    for group in np.split(ordered, 1 + np.flatnonzero(np.diff(ordered) > _EQUAL)):
        yield Weight(float(group.mean()), len(group))


def _published(degree: int, inversion: bool) -> tuple[Published, ...]:
    found = []
    for family in grids.FAMILIES.values():
        base = grids.smallest(family, degree)
        if base is not None:
            name = base + INVERSION if inversion else base
            rotation_set = RotationSet(name)
            weights = rotation_set.frames().weights
            negative = bool(weights.min() < 0.0)
            found.append(Published(name, family.title, len(weights), rotation_set.exactness(), negative))
    return tuple(found)
