"""Units of the start."""

from __future__ import annotations

import ase.units
import numpy as np
import pytest
from ase.build import molecule
from ase.io import write
from support.ipi_inputs import WATER, findings, view_of

from tumble.errors import NotApplicableError
from tumble.ipi_check.checks.geometry import Geometry
from tumble.ipi_check.finding import Level


def scaled(positions: float, cell: float = 1.0):
    return view_of(
        WATER,
        positions=(WATER.positions * positions).tolist(),
        cell=(np.asarray(WATER.cell.array) * cell).tolist(),
    )


def test_sound(case_of) -> None:
    assert findings(Geometry, case_of()) == []
    # Another structure than that of the driver, as after a restart.
    moved = WATER.positions + np.random.default_rng(0).normal(scale=0.05, size=(3, 3))
    assert findings(Geometry, case_of(view=view_of(WATER, positions=moved.tolist()))) == []


def test_bohr_for_angstrom(case_of) -> None:
    (found,) = findings(Geometry, case_of(view=scaled(ase.units.Bohr)))
    assert (found.level, "0.529 times" in found.text) == (Level.ERROR, True)


def test_a_file_in_bohr(case_of, tmp_path) -> None:
    """ASE takes its numbers as ångström; i-PI reads its unit, and the driver doesn't need positions."""
    in_bohr = WATER.copy()
    in_bohr.positions /= ase.units.Bohr
    write(tmp_path / "bohr.extxyz", in_bohr)
    assert findings(Geometry, case_of(structure=tmp_path / "bohr.extxyz")) == []


@pytest.mark.parametrize("name", ["N2", "CO", "C2H2", "H2", "CO2"])
def test_short_bonds(case_of, name: str) -> None:
    found = molecule(name)
    found.set_cell([12.0, 12.0, 12.0])
    assert findings(Geometry, case_of(view=view_of(found), structure=None, periodic="xyz")) == []


def test_atoms_that_overlap(case_of) -> None:
    (found,) = findings(Geometry, case_of(view=scaled(0.4)))
    assert (found.level, "O and H are 0.38 Å apart" in found.text) == (Level.ERROR, True)


def test_labels_that_are_no_elements(case_of) -> None:
    with pytest.raises(NotApplicableError, match="labels"):
        findings(Geometry, case_of(view=view_of(WATER, labels=["O", "Q", "Q"])))


def test_no_cell(case_of) -> None:
    """ASE reads no cell from a file of i-PI, if that can't be asked."""
    view = view_of(WATER, cell=np.zeros((3, 3)).tolist())
    assert findings(Geometry, case_of(view=view, periodic="xyz")) == []


def test_a_cell_in_other_units(case_of) -> None:
    """The atoms of a liquid extend over the cell, or over 1.9 cells if that is in bohr."""
    spread = WATER.positions.copy()
    spread[2] = [11.5, 11.5, 11.5]
    cell = (np.asarray(WATER.cell.array) * ase.units.Bohr * 0.5).tolist()
    found = findings(Geometry, case_of(view=view_of(WATER, positions=spread.tolist(), cell=cell)))
    assert any("cells along x, y, z" in each.text and each.level is Level.WARNING for each in found)
    assert findings(Geometry, case_of(view=view_of(WATER, positions=spread.tolist()))) == []
