"""Elements of the input, of the model and of the driver's structure."""

from __future__ import annotations

import pytest
from ase import Atoms
from ase.io import write
from support.ipi_inputs import WATER, findings, view_of

from tumble.errors import NotApplicableError
from tumble.ipi_check.checks.elements import Elements
from tumble.ipi_check.finding import Level
from tumble.ipi_check.view import View


def test_sound(case_of) -> None:
    assert findings(Elements, case_of()) == []
    assert findings(Elements, case_of(view=view_of(WATER, ["O", "H1", "D"]))) == []


def test_elements_that_the_model_lacks(case_of) -> None:
    atoms = Atoms("OHNa", WATER.positions, cell=WATER.cell, pbc=True)
    (found,) = findings(Elements, case_of(atoms=atoms))
    assert (found.level, "Na" in found.text, "O, H" in found.text) == (Level.ERROR, True, True)


def test_labels_without_element(case_of) -> None:
    found = findings(Elements, case_of(view=view_of(WATER, ["O", "H", "MW"])))
    assert any("labels MW" in each.text for each in found)


def test_another_order(case_of, tmp_path) -> None:
    write(tmp_path / "driver.extxyz", WATER[[1, 0, 2]])
    (found,) = findings(Elements, case_of(structure=tmp_path / "driver.extxyz"))
    assert (found.level, "atom 1 is O for i-PI and H for the driver" in found.text) == (Level.ERROR, True)


def test_another_number(case_of, tmp_path) -> None:
    write(tmp_path / "driver.extxyz", WATER[:2])
    (found,) = findings(Elements, case_of(structure=tmp_path / "driver.extxyz"))
    assert (found.level, "3 atoms, the driver's structure 2" in found.text) == (Level.ERROR, True)


def test_a_structure_that_is_not_there(case_of, tmp_path) -> None:
    (found,) = findings(Elements, case_of(structure=tmp_path / "nothing.xyz"))
    assert (found.level, "nothing.xyz" in found.text) == (Level.ERROR, True)


def test_no_structure(case_of) -> None:
    start = "<file mode='ase'> start.extxyz </file>"
    (found,) = findings(Elements, case_of((start, "<file mode='chk'> RESTART </file>")))
    assert (found.level, "--structure" in found.cure) == (Level.NOTE, True)
    with pytest.raises(NotApplicableError):
        findings(Elements, case_of((start, ""), view=View()))
