"""Counts of pairs against a count over all images, in one piece and in cells."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from tumble.observables.structure.rdf_pairs import PairCounter
from tumble.trajectories.boxes import face_distances

Array = NDArray[np.float64]

CUBIC = np.diag([9.0, 9.0, 9.0])
BRICK = np.diag([30.0, 12.0, 20.0])
TRICLINIC = np.array([[9.0, 0.0, 0.0], [3.0, 8.5, 0.0], [-2.0, 3.5, 10.0]])


def direct(beads: Array, rows: Array, classes: NDArray[np.intp], bins: int, width: float) -> NDArray[np.int64]:
    """[C,C,B], by looking at every image around."""
    number = int(classes.max()) + 1
    counts = np.zeros((number, number, bins), dtype=np.int64)
    shifts = np.array(list(itertools.product((-3, -2, -1, 0, 1, 2, 3), repeat=3))) @ rows
    for positions in beads:
        for i, j in itertools.permutations(np.flatnonzero(classes >= 0), 2):
            distances = np.linalg.norm(positions[j] - positions[i] + shifts, axis=1)
            counts[classes[i], classes[j]] += np.histogram(distances, bins, (0.0, bins * width))[0]
    return counts


@pytest.mark.parametrize("rows", [CUBIC, TRICLINIC], ids=["cubic", "triclinic"])
@pytest.mark.parametrize("beads", [1, 3])
def test_equals_a_count_over_all_images(rows: Array, beads: int) -> None:
    generator = np.random.default_rng(beads)
    classes = generator.integers(-1, 3, size=14)
    positions = generator.uniform(-0.5, 1.5, size=(beads, 14, 3)) @ rows
    width = face_distances(rows).min() / 2 / 20
    counter = PairCounter(classes, width)
    found = counter.count(counter.places(positions, rows), rows, 20)
    np.testing.assert_array_equal(found, direct(positions, rows, classes, 20, width))


@pytest.mark.parametrize("rows", [4 * CUBIC, BRICK, 4 * TRICLINIC], ids=["cubic", "brick", "triclinic"])
@pytest.mark.parametrize("cutoff", [2.0, 3.5])
def test_cells_give_the_same_as_all_pairs(rows: Array, cutoff: float) -> None:
    generator = np.random.default_rng(2)
    classes = generator.integers(0, 2, size=1500)
    positions = generator.uniform(-0.5, 1.5, size=(1, 1500, 3)) @ rows
    reach = face_distances(rows).min() / 2
    width = cutoff / 10
    counter = PairCounter(classes, width)
    places = counter.places(positions, rows)
    near, far = (counter.count(places, rows, bins) for bins in (10, int(reach / width)))
    np.testing.assert_array_equal(near, far[..., :10])
    assert near.sum() > 1000


def test_listed_pairs_are_the_same_to_the_last_bit() -> None:
    generator = np.random.default_rng(3)
    classes = generator.integers(-1, 2, size=40)
    positions = generator.uniform(-2, 3, size=(4, 40, 3)) @ TRICLINIC
    counted = np.flatnonzero(classes >= 0)
    pairs = np.array(list(itertools.combinations(generator.permutation(counted), 2)))
    counter = PairCounter(classes, 0.001)
    places = counter.places(positions, TRICLINIC)
    every = counter.count(places, TRICLINIC, 3500)
    np.testing.assert_array_equal(counter.count_listed(places, TRICLINIC, 3500, counter.listed(pairs)), every)
    assert counter.count_listed(places, TRICLINIC, 3500, counter.listed(pairs[:0])).sum() == 0


def test_atoms_at_the_same_place_are_a_pair() -> None:
    counter = PairCounter(np.zeros(3, dtype=np.intp), 0.5)
    positions = np.array([[[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 10.0, 1.2]]])
    assert counter.count(counter.places(positions, CUBIC), CUBIC, 4).tolist() == [[[6, 0, 0, 0]]]
