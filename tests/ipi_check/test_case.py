"""What the checks know of a system."""

from __future__ import annotations

import pytest
from ase.io import write
from support.ipi_inputs import WATER, view_of

from tumble.errors import NotApplicableError
from tumble.ipi_check.view import View

START = "<file mode='ase'> start.extxyz </file>"


def test_periodic_directions_are_those_of_the_driver(case_of, tmp_path) -> None:
    assert case_of().periodic == "xyz"
    assert case_of(periodic="").periodic == ""
    slab = WATER.copy()
    slab.pbc = [True, True, False]
    write(tmp_path / "slab.extxyz", slab)
    assert case_of(structure=tmp_path / "slab.extxyz").periodic == "xy"


def test_atoms_without_ipi(case_of) -> None:
    case = case_of(view=View())
    assert (case.atoms.elements, case.atoms.spread) == (("O", "H", "H"), None)
    with pytest.raises(NotApplicableError, match="unknown"):
        _ = case_of((START, ""), view=View()).atoms


def test_steps_that_are_left(case_of) -> None:
    assert case_of(("<total_steps> 1000", "<step> 400 </step> <total_steps> 1000")).steps == 600


def test_nothing_is_measured_without_a_budget(case_of) -> None:
    with pytest.raises(NotApplicableError, match="evaluations 0"):
        _ = case_of(evaluations=0).stiffness


def test_an_atom_has_no_vibration(case_of) -> None:
    with pytest.raises(NotApplicableError, match="no vibration"):
        _ = case_of(atoms=WATER[:1]).stiffness


def test_a_start_without_vibrations_is_not_measured_again(case_of, monkeypatch) -> None:
    case = case_of(atoms=WATER[:1])
    with pytest.raises(NotApplicableError, match="no vibration"):
        _ = case.stiffness
    monkeypatch.setattr(case.model, "forces", lambda structures: pytest.fail("evaluated again"))
    with pytest.raises(NotApplicableError, match="no vibration"):
        _ = case.stiffness


def test_elements_that_the_model_lacks(case_of) -> None:
    atoms = WATER.copy()
    atoms.symbols[0] = "S"
    with pytest.raises(NotApplicableError, match="lacks elements"):
        _ = case_of(atoms=atoms).stiffness


def test_a_failure_is_not_repeated(case_of, monkeypatch) -> None:
    case = case_of(model="raises", view=view_of(WATER, positions=(0.88 * WATER.positions).tolist()))
    calls = []
    forces = case.model.forces
    monkeypatch.setattr(case.model, "forces", lambda structures: calls.append(1) or forces(structures))
    for _ in range(2):
        with pytest.raises(NotApplicableError, match="the model fails for the start"):
            _ = case.stiffness
    assert len(calls) == 1
