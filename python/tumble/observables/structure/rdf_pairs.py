"""Counts of pairs of atoms by distance in a periodic box, computed with NumPy alone.

Fractional coordinates become 32-bit integers, whose whole range is the length of one edge of the box. Differences of
such integers wrap around as periodic boundaries do, so a subtraction gives the nearest image along each edge. For
distances up to half the smallest distance between opposite faces this is the nearest of all images, in a box of any
shape. Distances have the precision of 32-bit floating-point numbers.

A box that is many cutoffs wide is divided into cells not thinner than the cutoff, and only pairs within a cell or in
cells that touch are computed. In a smaller box all pairs are computed. The work is done in tiles that fit into a cache.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tumble.trajectories.boxes import face_distances
from tumble.types import Array

Indices = NDArray[np.intp]
Counts = NDArray[np.int64]
Places = NDArray[np.int32]  # positions as integers, [3,...]

TILE = 1 << 16  # distances in a tile
_FEWEST_PER_CELL = 16  # atoms in a cell; with fewer, the overhead of Python exceeds the time for the distances
_SMALL = TILE // 8  # distances in a tile, likewise
_RANGE = 2.0**32


class _Tile(NamedTuple):
    """All pairs of n atoms (the rows) with m atoms (the columns).

    Attributes:
        rows: Places of the rows, [3,P,n].
        columns: Places of the columns, [3,P,m].
        row_classes: Classes of the rows, ascending, [n].
        column_classes: Classes of the columns, [m]; ascending before `own`, and again from `own` on.
        own: Number of leading columns that are also rows of this tile or another one. Tiles contain each pair of these
            atoms twice, once in either order.
    """

    rows: Places
    columns: Places
    row_classes: Indices
    column_classes: Indices
    own: int


class Listed(NamedTuple):
    """Pairs of atoms of two classes.

    Attributes:
        one: Class of the first atoms.
        other: Class of the second atoms.
        first: Indices of the first atoms in the order that `PairCounter` uses.
        second: Indices of the second atoms, likewise.
    """

    one: int
    other: int
    first: Indices
    second: Indices


class PairCounter:
    """Counts pairs by distance and by the classes of both atoms.

    Args:
        classes: Class of each atom, from 0 to C - 1; -1 for atoms that don't count, [N].
        width: Width of a bin, Å.
    """

    def __init__(self, classes: Indices, width: float) -> None:
        atoms = np.flatnonzero(classes >= 0)
        # Sort by class, so that the atoms of a class are a slice.
        self._order = atoms[np.argsort(classes[atoms], kind="stable")]
        self._classes = classes[self._order]
        self._place_of = np.full(len(classes), -1)
        self._place_of[self._order] = np.arange(len(self._order))
        self._number = int(classes.max()) + 1
        self._limits = np.arange(self._number + 1)
        self._width = width
        size = max(TILE, len(self._order))
        self._differences = np.empty(size, dtype=np.int32)
        self._work = np.empty((3, size), dtype=np.float32)

    def places(self, beads: Array, rows: Array) -> Places:
        """Return the positions of the atoms that count, as integers.

        Args:
            beads: Positions of all beads, [P,N,3] in Å.
            rows: Vectors of the box, [3,3] in Å.

        Returns:
            Places in the internal order of atoms, [3,P,n].
        """
        return _places(beads[:, self._order], rows)

    def count(self, places: Places, rows: Array, bins: int) -> Counts:
        """Count all pairs of different atoms within each bead, summed over beads.

        Args:
            places: Positions from the method `places`.
            rows: Vectors of the box, [3,3] in Å.
            bins: Number of bins, B. The last one may end at most at half the smallest distance between opposite faces.

        Returns:
            Number of ordered pairs for each class of the first atom and each class of the second, [C,C,B]; symmetric.
        """
        counts = np.zeros((self._number, self._number, bins), dtype=np.int64)
        terms = self._terms(rows)
        for tile in self._tiles(places, rows, bins * self._width):
            numbers = self._in_widths(tile.rows[..., None], tile.columns[:, :, None, :], terms)
            own = self._slices(tile.column_classes[: tile.own])
            beyond = self._slices(tile.column_classes[tile.own :], tile.own)
            for a, row in self._slices(tile.row_classes):
                for b, column in own:
                    counts[a, b] += _histogram(numbers[:, row, column], bins)
                for b, column in beyond:
                    found = _histogram(numbers[:, row, column], bins)
                    counts[a, b] += found
                    counts[b, a] += found
        # In each bead every atom was also paired with itself, once.
        diagonal = np.arange(self._number)
        counts[diagonal, diagonal, 0] -= places.shape[1] * np.bincount(self._classes, minlength=self._number)
        return counts

    def listed(self, pairs: Indices) -> list[Listed]:
        """Group pairs of atoms by their classes, for `count_listed`.

        Args:
            pairs: Indices of atoms that count, each pair once, [K,2].
        """
        first, second = self._place_of[pairs].T
        classes = self._classes[first] * self._number + self._classes[second]
        groups = ((divmod(int(both), self._number), classes == both) for both in np.unique(classes))
        return [Listed(a, b, first[chosen], second[chosen]) for (a, b), chosen in groups]

    def count_listed(self, places: Places, rows: Array, bins: int, pairs: Sequence[Listed]) -> Counts:
        """Count given pairs of atoms only, with exactly the same rounding of distances as in `count`.

        Args:
            places: Positions from the method `places`.
            rows: Vectors of the box, [3,3] in Å.
            bins: Number of bins, as for `count`.
            pairs: Pairs from the method `listed`.

        Returns:
            Number of ordered pairs, [C,C,B], as from `count`.
        """
        counts = np.zeros((self._number, self._number, bins), dtype=np.int64)
        terms = self._terms(rows)
        step = max(1, len(self._differences) // places.shape[1])
        for a, b, first, second in pairs:
            for start in range(0, len(first), step):
                one, other = first[start : start + step], second[start : start + step]
                numbers = self._in_widths(places[:, :, one], places[:, :, other], terms)
                found = _histogram(numbers, bins)
                counts[a, b] += found
                counts[b, a] += found
        return counts

    def _tiles(self, places: Places, rows: Array, cutoff: float) -> Iterator[_Tile]:
        """Generate tiles that together contain every pair."""
        _, beads, atoms = places.shape
        divisions = _divisions(rows, cutoff, atoms)
        if divisions is not None:
            for bead in range(beads):
                for columns, own in _neighborhoods(places[:, bead], divisions):
                    yield from self._split(places[:, bead : bead + 1, columns], self._classes[columns], own)
            return
        # Pairs within a group are computed twice. Groups of an eighth of all atoms thus add an eighth to the work.
        group = max(1, min(max(atoms // 8, _SMALL // atoms), TILE // atoms))
        batch = max(1, TILE // (group * atoms))
        for bead, start in itertools.product(range(0, beads, batch), range(0, atoms, group)):
            chosen = places[:, bead : bead + batch, start:]
            yield from self._split(chosen, self._classes[start:], min(group, atoms - start))

    def _split(self, places: Places, classes: Indices, own: int) -> Iterator[_Tile]:
        """Divide the pairs of the first `own` atoms with all atoms into tiles of limited size."""
        step = max(1, TILE // (places.shape[1] * places.shape[2]))
        for start in range(0, own, step):
            rows = slice(start, min(start + step, own))
            yield _Tile(places[:, :, rows], places, classes[rows], classes, own)

    def _slices(self, classes: Indices, start: int = 0) -> list[tuple[int, slice]]:
        """Return the slice of each class that occurs in an ascending list; slices are counted from `start`."""
        limits = [start + int(limit) for limit in np.searchsorted(classes, self._limits)]
        pairs = enumerate(itertools.pairwise(limits))
        return [(each, slice(first, last)) for each, (first, last) in pairs if last > first]

    def _terms(self, rows: Array) -> list[list[tuple[int, np.float32]]]:
        """Return the terms of the product d = s h that yields distance vectors, in units of a bin width.

        s are differences of integer positions, h are the vectors of the box in rows. For each axis, the terms are the
        edges with a non-zero component along it, with that component. A rectangular box has one term for each axis.
        """
        scale = (rows / (_RANGE * self._width)).astype(np.float32)
        return [[(edge, scale[edge, axis]) for edge in range(3) if scale[edge, axis] != 0] for axis in range(3)]

    def _in_widths(
        self, first: Places, second: Places, terms: Sequence[Sequence[tuple[int, np.float32]]]
    ) -> NDArray[np.float32]:
        """Return the distances between places [3,...], in widths of a bin; the next call overwrites the array."""
        shape = np.broadcast_shapes(first.shape[1:], second.shape[1:])
        size = int(np.prod(shape))
        steps = self._differences[:size].reshape(shape)
        work = self._work[:, :size].reshape(3, *shape)
        distance: NDArray[np.float32] = work[0]
        along, term = work[1], work[2]
        for axis, edges in enumerate(terms):
            component = distance if axis == 0 else along
            for index, (edge, scale) in enumerate(edges):
                np.subtract(first[edge], second[edge], out=steps)
                product = component if index == 0 else term
                np.copyto(product, steps, casting="unsafe")
                product *= scale
                if index > 0:
                    component += term
            component *= component
            if axis > 0:
                distance += along
        np.sqrt(distance, out=distance)
        return distance


def _places(beads: Array, rows: Array) -> Places:
    """Return positions [P,N,3] as integers [3,P,N]: fractional coordinates times 2^32, modulo 2^32."""
    fractions = np.moveaxis(beads @ np.linalg.inv(rows), -1, 0)
    fractions = (fractions - np.floor(fractions)) * _RANGE
    return np.ascontiguousarray(fractions.astype(np.int64).astype(np.int32))


def _histogram(numbers: NDArray[np.float32], bins: int) -> Counts:
    """Return how many of the numbers [...] are in each of the bins [0, 1), [1, 2) and so on."""
    # Numbers beyond the last bin are counted, too, and then dropped, which is faster than selecting first.
    return np.bincount(numbers.astype(np.intp).ravel(), minlength=bins)[:bins]


def _divisions(rows: Array, cutoff: float, atoms: int) -> tuple[int, int, int] | None:
    """Return the number of cells along each edge; None if cells would save less than half of all pairs."""
    most = max(1.0, (atoms / _FEWEST_PER_CELL) ** (1 / 3))
    divisions = np.clip(np.floor(face_distances(rows) / cutoff), 1, np.floor(most)).astype(int)
    if np.prod(np.minimum(divisions, 3)) > 0.5 * np.prod(divisions):
        return None
    return int(divisions[0]), int(divisions[1]), int(divisions[2])


def _neighborhoods(places: Places, divisions: tuple[int, int, int]) -> Iterator[tuple[Indices, int]]:
    """For each cell, generate its atoms, followed by the atoms of half of the cells around it.

    Each pair of cells that touch occurs once.

    Yields:
        Indices of atoms, ascending in both parts, and the number of atoms of the cell itself.
    """
    wide = np.ascontiguousarray(places).view(np.uint32).astype(np.uint64)
    cells = [wide[axis] * np.uint64(divisions[axis]) >> np.uint64(32) for axis in range(3)]
    numbers = np.ravel_multi_index([each.astype(np.intp) for each in cells], divisions)
    order = np.argsort(numbers, kind="stable")
    limits = np.searchsorted(numbers[order], np.arange(np.prod(divisions) + 1)).tolist()
    groups = [order[first:last] for first, last in itertools.pairwise(limits)]
    for own, later in zip(groups, _later_cells(divisions), strict=True):
        if len(own) > 0:
            beyond = [groups[other] for other in later]
            yield np.concatenate([own, np.sort(np.concatenate([own[:0], *beyond]))]), len(own)


@lru_cache(maxsize=8)
def _later_cells(divisions: tuple[int, int, int]) -> tuple[tuple[int, ...], ...]:
    """Return, for each cell, the cells that touch it and have a larger number."""
    found = []
    for cell, place in enumerate(np.ndindex(*divisions)):
        around = itertools.product(
            *([(x + step) % size for step in (-1, 0, 1)] for x, size in zip(place, divisions, strict=True))
        )
        numbers = {int(np.ravel_multi_index(other, divisions)) for other in around}
        found.append(tuple(sorted(number for number in numbers if number > cell)))
    return tuple(found)
