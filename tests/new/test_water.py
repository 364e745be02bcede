"""Geometry of water molecules against the lengths and angles that were asked for."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.new import water


def lengths_and_angles(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """O–H distances, [n, 2], and H–O–H angles in degrees, [n]."""
    molecules = positions.reshape(-1, 3, 3)
    bonds = molecules[:, 1:] - molecules[:, :1]
    lengths = np.linalg.norm(bonds, axis=2)
    cosines = (bonds[:, 0] * bonds[:, 1]).sum(axis=1) / lengths.prod(axis=1)
    return lengths, np.degrees(np.arccos(cosines))


def test_molecules_on_a_lattice_keep_their_shape() -> None:
    centers = np.arange(15.0).reshape(5, 3)
    positions = water.on_lattice(centers, water.monomer(0.97, 106.0), np.random.default_rng(1))
    lengths, angles = lengths_and_angles(positions)
    np.testing.assert_allclose(lengths, 0.97)
    np.testing.assert_allclose(angles, 106.0)
    np.testing.assert_allclose(positions[::3], centers)
    normals = np.cross(positions[1::3] - centers, positions[2::3] - centers)
    assert np.linalg.matrix_rank(normals) == 3  # each has its own orientation


def test_another_geometry_keeps_bisector_and_plane() -> None:
    before = water.on_lattice(np.zeros((1, 3)), water.monomer(1.1, 113.0), np.random.default_rng(2))
    after = water.with_geometry(before, 0.95, 104.0)
    lengths, angles = lengths_and_angles(after)
    np.testing.assert_allclose(lengths, 0.95)
    np.testing.assert_allclose(angles, 104.0)
    for one, other in ((before[1] + before[2], after[1] + after[2]), (before[1] - before[2], after[1] - after[2])):
        np.testing.assert_allclose(one / np.linalg.norm(one), other / np.linalg.norm(other), atol=1e-12)


def test_molecules_move_into_a_triclinic_cell_as_a_whole() -> None:
    cell = np.array([[5.0, 0, 0], [-2.0, 4.0, 0], [1.0, 1.0, 6.0]])
    start = water.on_lattice(np.array([[20.0, -7.0, 3.0]]), water.monomer(), np.random.default_rng(3))
    moved = water.inside(start, cell)
    np.testing.assert_allclose(moved - moved[0], start - start[0], atol=1e-12)
    fractions = moved[0] @ np.linalg.inv(cell)
    assert ((fractions >= 0) & (fractions < 1)).all()
    shifts = (moved[0] - start[0]) @ np.linalg.inv(cell)
    np.testing.assert_allclose(shifts, shifts.round(), atol=1e-12)


def test_box_has_the_density() -> None:
    """55.5084 mol of water are 1000 g: 1 g/cm³ is 0.0334286 molecules per Å³."""
    assert 64 / water.box_edge(64, 1.0) ** 3 == pytest.approx(0.033429, abs=2e-6)
