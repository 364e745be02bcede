"""A converted Behler-Parrinello potential in real LAMMPS and i-PI: the numbers of the ASE calculator, to 1e-10."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.behler_parrinello import write_folder
from support.ipi_single_point import from_ipi
from support.numbers import assert_same, from_ase, from_lammps
from support.systems import systems

import tumble
from tumble.convert import Request, convert

SETTINGS = ("cutoff_type 2", "scale_symmetry_functions", "center_symmetry_functions")
TRICLINIC = systems()["triclinic"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_folder(tmp_path_factory.mktemp("n2p2") / "potential", *SETTINGS)
    path = convert("n2p2", Request(str(folder.path)), folder.path.parent / "model.pt").path
    assert tumble.Calculator(path, device="cpu").get_forces(TRICLINIC).std() > 0.01
    return path


@pytest.mark.parametrize("ranks", [1, 2])
def test_lammps(model: Path, tmp_path: Path, ranks: int) -> None:
    assert_same(from_lammps(model, TRICLINIC, tmp_path, ranks=ranks), from_ase(model, TRICLINIC))


def test_driver(model: Path, tmp_path: Path) -> None:
    ours, seen = from_ipi(model, TRICLINIC, tmp_path)
    np.testing.assert_allclose(seen.positions, TRICLINIC.positions, atol=1e-12)
    assert_same(ours, from_ase(model, seen))
