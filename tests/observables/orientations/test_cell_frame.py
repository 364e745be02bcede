"""The rotation of a cell against rotations that were put in."""

from __future__ import annotations

import numpy as np
import pytest
from MDAnalysis.lib.mdamath import triclinic_box
from scipy.spatial.transform import Rotation

from tumble.errors import SettingError
from tumble.observables.orientations.cell_frame import cell_rotation, cell_vectors

CELL = np.array([[8.0, 0.0, 0.0], [2.5, 7.5, 0.0], [-1.5, 2.0, 9.0]])


def test_rotation_of_a_cell_that_is_turned() -> None:
    turned = Rotation.from_euler("zyx", [100, 20, -70], degrees=True).as_matrix()
    np.testing.assert_allclose(cell_rotation(CELL @ turned, CELL), turned, atol=1e-12)


def test_symmetric_strain_is_no_rotation() -> None:
    strain = np.eye(3) + np.array([[0.02, 0.03, -0.01], [0.03, -0.04, 0.02], [-0.01, 0.02, 0.05]])
    np.testing.assert_allclose(cell_rotation(CELL @ strain, CELL), np.eye(3), atol=1e-12)
    turned = Rotation.from_euler("z", 10, degrees=True).as_matrix()
    np.testing.assert_allclose(cell_rotation(CELL @ strain @ turned, CELL), turned, atol=1e-12)


def test_cell_of_mdanalysis() -> None:
    np.testing.assert_allclose(cell_vectors(triclinic_box(*CELL)), CELL, atol=1e-5)


@pytest.mark.parametrize("dimensions", [None, np.array([0.0, 0, 0, 90, 90, 90])])
def test_missing_cell_is_refused(dimensions: np.ndarray | None) -> None:
    with pytest.raises(SettingError, match=r"`frame`: .*box"):
        cell_vectors(dimensions)
