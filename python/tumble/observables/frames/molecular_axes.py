"""Axes of molecules, as unit vectors.

The axes of water:

    bisector    bisector of the two O-H bonds: the direction of the dipole
    OH          both O-H bonds of each molecule
    normal      normal of the molecular plane

The normal is a line without a sign: the molecule prefers neither direction, so results must not depend on which of
them is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.frames.snapshot import Snapshot
from tumble.observables.frames.water import BrokenMolecules, Water
from tumble.types import Array

AXES = ("bisector", "OH", "normal")
_LINES = ("normal",)


@dataclass(frozen=True)
class MolecularAxis:
    """An axis of molecules of any kind.

    Attributes:
        name: Name of the axis in the names of quantities.
        vectors: Function that takes the positions of all beads [P,N,3] in Å and the box (edges and angles, None without
            one) and returns unit vectors, [P,V,3]. Parallel analyses need a function defined at the top of a module.
        line: Whether the axis has no sign.
    """

    name: str
    vectors: Callable[[Array, Array | None], Array]
    line: bool = False


class MolecularAxes:
    """The axes of the molecules of a trajectory.

    Args:
        universe: A `MDAnalysis.Universe`; it must be water, with elements, if an axis is given by name.
        axes: Names of axes of water, or axes of other molecules.

    Attributes:
        water: The water molecules; None if no axis is one of water.
        names: Names of the axes.
        lines: Whether each axis has no sign.

    Raises:
        ConfigurationError: If an axis isn't known, or two have the same name.
        NotApplicableError: If this isn't water and should be.
    """

    def __init__(self, universe: Any, axes: Sequence[str | MolecularAxis] = AXES) -> None:
        for axis in axes:
            if isinstance(axis, str) and axis not in AXES:
                raise ConfigurationError(f"`axes`: expected {', '.join(AXES)} or a `MolecularAxis`, got `{axis}`")
        self._axes = tuple(axes)
        self.names = tuple(axis if isinstance(axis, str) else axis.name for axis in axes)
        self.lines = tuple(axis in _LINES if isinstance(axis, str) else axis.line for axis in axes)
        if len(axes) == 0 or len(set(self.names)) < len(axes):
            raise ConfigurationError(f"`axes`: expected axes of different names, got {', '.join(self.names) or 'none'}")
        self.water = Water(universe) if any(isinstance(axis, str) for axis in axes) else None

    def of_beads(self, snapshot: Snapshot) -> list[Array]:
        """Return unit vectors along each axis of all beads of a frame, [P,V,3].

        Raises:
            ConfigurationError: If one isn't a unit vector.
            NotApplicableError: If one isn't defined.
        """
        known = {} if self.water is None else axes_of_beads(self.water, snapshot)
        return self._chosen(known, snapshot.beads, snapshot.dimensions)

    def of_centroid(self, snapshot: Snapshot) -> list[Array]:
        """Return unit vectors along each axis of the centroid of a frame, [1,V,3].

        Raises:
            ConfigurationError: If one isn't a unit vector.
            NotApplicableError: If one isn't defined.
        """
        known = {} if self.water is None else axes_of_centroid(self.water, snapshot)
        return self._chosen(known, snapshot.centroid[None], snapshot.dimensions)

    def _chosen(self, known: Mapping[str, Array], positions: Array, dimensions: Array | None) -> list[Array]:
        found = []
        for axis, name in zip(self._axes, self.names, strict=True):
            vectors = known[name] if isinstance(axis, str) else axis.vectors(positions, dimensions)
            found.append(_checked(vectors, name, len(positions)))
        return found

    def count_broken(self, broken: BrokenMolecules, snapshot: Snapshot) -> None:
        """Count the broken molecules of a frame."""
        if self.water is not None:
            broken.count(self.water, self.water.bonds_of_centroid(snapshot), snapshot.frame)


def axes_of_beads(water: Water, snapshot: Snapshot) -> dict[str, Array]:
    """Return `axes_of_water` of all beads of a frame, computed once for all callers."""
    return snapshot.once(("axes", water.key), lambda: axes_of_water(water.bonds_of_beads(snapshot)))


def axes_of_centroid(water: Water, snapshot: Snapshot) -> dict[str, Array]:
    """Return `axes_of_water` of the centroid of a frame, with P = 1, computed once for all callers."""
    key = ("axes of the centroid", water.key)
    return snapshot.once(key, lambda: axes_of_water(water.bonds_of_centroid(snapshot)[None]))


def axes_of_water(bonds: Array) -> dict[str, Array]:
    """Return unit vectors along the axes of water molecules.

    Args:
        bonds: Vectors from each oxygen to its two hydrogens, [P,M,2,3].

    Returns:
        `bisector` and `normal`, [P,M,3], and `OH`, [P,2M,3]; NaN for a linear molecule.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        units = _normalized(bonds)
        first, second = units[..., 0, :], units[..., 1, :]
        return {
            "bisector": _normalized(first + second),
            "OH": units.reshape(len(units), -1, 3),
            "normal": _normalized(_cross(first, second)),
        }


def _cross(one: Array, other: Array) -> Array:
    # The same as `np.cross`, which is slow for few vectors.
    found = np.empty_like(one)
    for axis in range(3):
        b, c = (axis + 1) % 3, (axis + 2) % 3
        found[..., axis] = one[..., b] * other[..., c] - one[..., c] * other[..., b]
    return found


def _normalized(vectors: Array) -> Array:
    # `einsum` is faster than `norm` along a short axis.
    return np.asarray(vectors / np.sqrt(np.einsum("...x,...x", vectors, vectors))[..., None])


def _checked(vectors: Array, name: str, beads: int) -> Array:
    vectors = np.asarray(vectors, dtype=np.float64)
    if vectors.ndim != 3 or vectors.shape[0] != beads or vectors.shape[1] == 0 or vectors.shape[2] != 3:
        raise ConfigurationError(f"`axes`: expected vectors of shape ({beads}, V, 3) for `{name}`, got {vectors.shape}")
    squares = np.einsum("...x,...x", vectors, vectors)
    wrong = ~(np.abs(squares - 1) < 1e-4)
    if wrong.any():
        length = np.sqrt(squares[wrong][0])
        kind = NotApplicableError if np.isnan(length) else ConfigurationError  # a straight molecule has no bisector
        raise kind(f"`axes`: expected unit vectors for `{name}`, got one of the length {length:.4g}")
    return vectors
