"""A model whose weights its package contains, by name: 7net-0, which breaks parity, with and without `symmetrize`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.ipi_single_point import from_ipi
from support.numbers import from_core, from_lammps_in_turn
from support.peers import Labels, calculate, convert
from support.systems import systems

from tumble import metadata

pytestmark = [pytest.mark.peers, pytest.mark.timeout(2400)]

BOX = systems()["triclinic"]
MIRRORED = Atoms(BOX.symbols, positions=-BOX.positions, cell=BOX.cell, pbc=True)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pretrained") / "7net-0.pt"
    done = convert("sevennet", "7net-0", path, "--elements", "O", "H")
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> list[Labels]:
    """SevenNet's numbers for the box and its mirror image."""
    return calculate("sevennet", "7net-0", [BOX, MIRRORED], tmp_path_factory.mktemp("labels"))


def test_metadata(model: Path) -> None:
    document = metadata.read(model)
    assert (document["name"], document["cutoff"], document["depth"], document["licence"]) == ("7net-0", 5.0, 5, "MIT")
    assert "10.1021/acs.jctc.4c00190" in document["citation"]
    symmetry = document["symmetry"]
    assert symmetry["kind"] == "rotations"
    assert symmetry["under_inversion"]["force_error"] > 1e-3 > 1e-5 > symmetry["under_rotations"]["force_error"]


@pytest.mark.parametrize("ranks", [1, 2])
def test_lammps(model: Path, labels: list[Labels], tmp_path: Path, ranks: int) -> None:
    """A range of 25 Å in a box of 7 Å; averaged over inversion, it is the mean of two of SevenNet's own results."""
    found = from_lammps_in_turn(
        {"bare": (model, BOX, ""), "averaged": (model, BOX, "symmetrize inversion")}, tmp_path, ranks=ranks
    )
    plain, mirrored = labels
    assert abs(plain.energy - mirrored.energy) > 1e-3  # parity is broken
    largest = np.abs(plain.forces).max()
    assert found["bare"].energy == pytest.approx(plain.energy, rel=1e-6)
    np.testing.assert_allclose(found["bare"].forces, plain.forces, rtol=0, atol=1e-5 * largest)
    assert found["averaged"].energy == pytest.approx((plain.energy + mirrored.energy) / 2, rel=1e-6)
    mean = (plain.forces - mirrored.forces) / 2
    np.testing.assert_allclose(found["averaged"].forces, mean, rtol=0, atol=1e-5 * largest)


def test_driver(model: Path, labels: list[Labels], tmp_path: Path) -> None:
    found, _ = from_ipi(model, BOX, tmp_path)
    assert found.energy == pytest.approx(labels[0].energy, rel=1e-6)
    largest = np.abs(labels[0].forces).max()
    np.testing.assert_allclose(found.forces, labels[0].forces, rtol=0, atol=1e-5 * largest)


def test_the_frame_torque_does_not_see_parity(model: Path) -> None:
    result = from_core(model, BOX)
    assert np.abs(result.torque).max() < 1e-4 * np.abs(result.virial).max()
