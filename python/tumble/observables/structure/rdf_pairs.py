"""Numbers of pairs of atoms by distance in a periodic box, by NumPy alone.

Positions become 32-bit integers, of which the whole range is one edge of the cell. Their differences wrap around as
periodic boundaries do, so that subtraction gives the nearest image along each edge. That is the nearest of all
images for distances up to half the smallest distance between opposite faces, in a cell of any shape. Distances have the
precision of 32-bit floating-point numbers.

Boxes of many cutoffs are divided into cells not thinner than the cutoff, and only atoms of cells that touch are
looked at; in others all pairs are. Work is done in tiles that fit into a cache.
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
_FEWEST_PER_CELL = 16  # atoms, below which Python takes longer than the distances
_SMALL = TILE // 8  # distances in a tile, likewise
_RANGE = 2.0**32


class _Tile(NamedTuple):
    """Pairs of the rows and the columns.

    Attributes:
        rows: Places, [3,P,n].
        columns: Places, [3,P,m].
        row_classes: Ascending, [n].
        column_classes: Ascending up to `own` and from there on, [m].
        own: Among these first columns the rows are found as well, in this tile or another: their pairs are met twice.
    """

    rows: Places
    columns: Places
    row_classes: Indices
    column_classes: Indices
    own: int


class Listed(NamedTuple):
    """Pairs of an atom of one class and one of another: the classes, and places in the order of `PairCounter`."""

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
        # By class, so that atoms of a class are a slice.
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
        """Return the atoms that count as integers, [3,P,n], of positions [P,N,3] in a cell with these vectors [3,3]."""
        return _places(beads[:, self._order], rows)

    def count(self, places: Places, rows: Array, bins: int) -> Counts:
        """All pairs of different atoms of a bead, summed over beads.

        Args:
            places: See `places`.
            rows: Vectors of the cell, [3,3] in Å.
            bins: Number of bins, B; the last one ends at half the smallest distance between opposite faces, or before.

        Returns:
            Number of ordered pairs of an atom of one class and another of the second, [C,C,B]; symmetric.
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
        # Each atom met itself once in each bead.
        diagonal = np.arange(self._number)
        counts[diagonal, diagonal, 0] -= places.shape[1] * np.bincount(self._classes, minlength=self._number)
        return counts

    def listed(self, pairs: Indices) -> list[Listed]:
        """Return pairs of atoms that count, each pair once, [K,2], by their classes."""
        first, second = self._place_of[pairs].T
        classes = self._classes[first] * self._number + self._classes[second]
        groups = ((divmod(int(both), self._number), classes == both) for both in np.unique(classes))
        return [Listed(a, b, first[chosen], second[chosen]) for (a, b), chosen in groups]

    def count_listed(self, places: Places, rows: Array, bins: int, pairs: Sequence[Listed]) -> Counts:
        """The same for given pairs of atoms alone; to the last bit, it is a part of what `count` gives.

        Args:
            places: As for `count`.
            rows: As for `count`.
            bins: As for `count`.
            pairs: See `listed`.
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
        """Tiles that together hold each pair."""
        _, beads, atoms = places.shape
        divisions = _divisions(rows, cutoff, atoms)
        if divisions is not None:
            for bead in range(beads):
                for columns, own in _neighborhoods(places[:, bead], divisions):
                    yield from self._split(places[:, bead : bead + 1, columns], self._classes[columns], own)
            return
        # Pairs in a group of atoms are met twice. With an eighth of all atoms that wastes a sixteenth of the work.
        group = max(1, min(max(atoms // 8, _SMALL // atoms), TILE // atoms))
        batch = max(1, TILE // (group * atoms))
        for bead, start in itertools.product(range(0, beads, batch), range(0, atoms, group)):
            chosen = places[:, bead : bead + batch, start:]
            yield from self._split(chosen, self._classes[start:], min(group, atoms - start))

    def _split(self, places: Places, classes: Indices, own: int) -> Iterator[_Tile]:
        """Cuts the pairs of the first `own` atoms with all of them into tiles that aren't too large."""
        step = max(1, TILE // (places.shape[1] * places.shape[2]))
        for start in range(0, own, step):
            rows = slice(start, min(start + step, own))
            yield _Tile(places[:, :, rows], places, classes[rows], classes, own)

    def _slices(self, classes: Indices, start: int = 0) -> list[tuple[int, slice]]:
        """The classes that are there with their places, counted from `start`; they are in ascending order."""
        limits = [start + int(limit) for limit in np.searchsorted(classes, self._limits)]
        pairs = enumerate(itertools.pairwise(limits))
        return [(each, slice(first, last)) for each, (first, last) in pairs if last > first]

    def _terms(self, rows: Array) -> list[list[tuple[int, np.float32]]]:
        """Edges with a component along each axis, and that, from integers to widths of a bin.

        Of d = s h, terms that are zero by the shape of the cell are left out: a rectangular box has one for each axis.
        """
        scale = (rows / (_RANGE * self._width)).astype(np.float32)
        return [[(edge, scale[edge, axis]) for edge in range(3) if scale[edge, axis] != 0] for axis in range(3)]

    def _in_widths(
        self, first: Places, second: Places, terms: Sequence[Sequence[tuple[int, np.float32]]]
    ) -> NDArray[np.float32]:
        """Distances of places [3,...], in widths of a bin; valid until the next call."""
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
    """Positions [P,N,3] as integers [3,P,N]: fractions of the edges, times 2^32 modulo 2^32."""
    fractions = np.moveaxis(beads @ np.linalg.inv(rows), -1, 0)
    fractions = (fractions - np.floor(fractions)) * _RANGE
    return np.ascontiguousarray(fractions.astype(np.int64).astype(np.int32))


def _histogram(numbers: NDArray[np.float32], bins: int) -> Counts:
    """How many of the numbers [...] lie in each of the bins [0, 1), [1, 2) and so on."""
    # Numbers beyond are counted, too, and dropped: that is faster than to leave them out.
    return np.bincount(numbers.astype(np.intp).ravel(), minlength=bins)[:bins]


def _divisions(rows: Array, cutoff: float, atoms: int) -> tuple[int, int, int] | None:
    """Into how many cells each edge is divided; None if that spares less than half of all pairs."""
    most = max(1.0, (atoms / _FEWEST_PER_CELL) ** (1 / 3))
    divisions = np.clip(np.floor(face_distances(rows) / cutoff), 1, np.floor(most)).astype(int)
    if np.prod(np.minimum(divisions, 3)) > 0.5 * np.prod(divisions):
        return None
    return int(divisions[0]), int(divisions[1]), int(divisions[2])


def _neighborhoods(places: Places, divisions: tuple[int, int, int]) -> Iterator[tuple[Indices, int]]:
    """For each cell, its atoms and then those of half of the cells around it, so that two cells meet once.

    Yields:
        Indices, ascending in both parts, and how many are of the cell itself.
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
    """For each cell, the cells that touch it and have a larger number."""
    found = []
    for cell, place in enumerate(np.ndindex(*divisions)):
        around = itertools.product(
            *([(x + step) % size for step in (-1, 0, 1)] for x, size in zip(place, divisions, strict=True))
        )
        numbers = {int(np.ravel_multi_index(other, divisions)) for other in around}
        found.append(tuple(sorted(number for number in numbers if number > cell)))
    return tuple(found)
