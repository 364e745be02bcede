"""Densities on the sphere against NumPy's histogram and distributions that are known."""

from __future__ import annotations

import numpy as np
import pytest
from support import rotors

from tumble.errors import ConfigurationError
from tumble.observables.orientations.sphere_map import SphereMap, free_energy

VECTORS = rotors.directions(np.random.default_rng(1), 5000)


def test_equal_to_a_histogram_of_numpy() -> None:
    rows, columns = 6, 10
    degrees = np.degrees(np.arctan2(VECTORS[:, 1], VECTORS[:, 0]))
    edges = np.linspace(-1, 1, rows + 1), np.linspace(-180, 180, columns + 1)
    counts = np.histogram2d(VECTORS[:, 2], degrees, edges)[0]
    found = SphereMap((rows, columns))
    np.testing.assert_allclose(found.density(VECTORS), counts * rows * columns / len(VECTORS))
    assert found.density(VECTORS).mean() == pytest.approx(1.0)
    for axis, edge in zip(found.axes, edges, strict=True):
        np.testing.assert_allclose(axis.values, 0.5 * (edge[1:] + edge[:-1]))


def test_lines_count_in_both_directions() -> None:
    found = SphereMap((6, 10))
    both = found.density(np.concatenate([VECTORS, -VECTORS]))
    np.testing.assert_allclose(found.density(VECTORS, line=True), both)


def test_poles_and_seam_are_inside() -> None:
    found = SphereMap((2, 4)).density(np.array([[0, 0, 1.0], [0, 0, -1.0], [-1.0, 0.0, 0.0], [-1.0, -0.0, 0.0]]))
    assert found.sum() == pytest.approx(8.0)


def test_free_energy_of_a_known_density() -> None:
    density, errors = np.array([[1.0, np.exp(-0.5)], [0.0, 2.0]]), np.array([[0.1, 0.1], [0.0, 0.1]])
    values, found = free_energy(density, errors)
    np.testing.assert_allclose(values, [[0.0, 0.5], [np.nan, -np.log(2)]])
    np.testing.assert_allclose(found, [[0.1, 0.1 * np.exp(0.5)], [np.nan, 0.05]])


@pytest.mark.parametrize("bins", [(0, 4), (4, 3), (4, 0)])
def test_bad_bins_are_refused(bins: tuple[int, int]) -> None:
    with pytest.raises(ConfigurationError, match=rf"an even number along phi, got {bins[0]} and {bins[1]}"):
        SphereMap(bins)
