"""Files of a structure, read by other codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.io import read

from tumble.new.structure_files import ipi_xyz, lammps_data, mass_of
from tumble.new.systems.system import System

CELL = [[7.0, 0, 0], [-1.5, 6.0, 0], [0.7, -0.4, 8.0]]
TRICLINIC = Atoms("NaClOH", np.random.default_rng(1).uniform(0, 6, (4, 3)), cell=CELL, pbc=True)
ISOLATED = Atoms("OHH", [[3.0, 0, 0], [3.6, 0.7, 0], [3.6, -0.7, 0]])


def test_lammps_data_of_a_triclinic_box(tmp_path: Path) -> None:
    (tmp_path / "a.data").write_text(lammps_data(System("a", "salt", TRICLINIC), "a test"))
    found = read(tmp_path / "a.data", format="lammps-data", atom_style="atomic")
    assert list(found.symbols) == ["Na", "Cl", "O", "H"]
    np.testing.assert_allclose(found.cell.array, CELL, atol=1e-9)
    np.testing.assert_allclose(found.positions, TRICLINIC.positions, atol=1e-7)


def test_ipi_reads_a_triclinic_box(tmp_path: Path) -> None:
    from ipi.utils.io import read_file
    from ipi.utils.units import unit_to_user

    path = tmp_path / "a.xyz"
    path.write_text(ipi_xyz(System("a", "salt", TRICLINIC)))
    with path.open() as stream:
        found = read_file("xyz", stream)
    np.testing.assert_allclose(unit_to_user("length", "angstrom", found["cell"].h), np.transpose(CELL), atol=1e-8)
    np.testing.assert_allclose(
        unit_to_user("length", "angstrom", found["atoms"].q).reshape(-1, 3), TRICLINIC.positions, atol=1e-7
    )


def test_isolated_structures_have_room() -> None:
    lines = lammps_data(System("a", "a molecule", ISOLATED), "a test").splitlines()
    box = np.array([line.split()[:2] for line in lines if line.endswith("hi")], dtype=float)
    np.testing.assert_allclose(np.ptp(box, axis=1), 22.0)
    assert (ISOLATED.positions - box[:, 0]).min() > 9.9
    assert (box[:, 1] - ISOLATED.positions).min() > 9.9


def test_masses_of_water_are_those_of_ipi() -> None:
    from ipi.utils.units import Elements

    for symbol in "OH":
        assert mass_of(symbol) == Elements.mass_list[symbol]
    assert mass_of("Na") == pytest.approx(22.98977, abs=1e-4)  # IUPAC
