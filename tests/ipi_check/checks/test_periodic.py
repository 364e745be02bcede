"""Periodic boundaries of i-PI and of the driver."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from ase import Atoms
from support.ipi_inputs import WATER, findings, view_of
from support.systems import systems

from tumble.errors import NotApplicableError
from tumble.ipi_check.checks.periodic import Periodic
from tumble.ipi_check.finding import Level

BAROSTAT = "<barostat mode='isotropic'> <tau units='femtosecond'> 250 </tau> </barostat>"
NPT = ("<dynamics mode='nvt'>", f"<dynamics mode='npt'> {BAROSTAT}")


@pytest.mark.parametrize("name", ["liquid", "triclinic"])
@pytest.mark.parametrize("changes", [(), (NPT,)])
def test_a_liquid(case_of, name: str, changes: tuple[tuple[str, str], ...]) -> None:
    atoms: Atoms = systems()[name]
    assert findings(Periodic, case_of(*changes, atoms=atoms)) == []


def test_wrapping_without_images(case_of) -> None:
    pbc = ("mode='unix'", "mode='unix' pbc='True'")
    assert findings(Periodic, case_of(pbc), Level.ERROR) == []
    (found,) = findings(Periodic, case_of(pbc, periodic="xy"), Level.ERROR)
    assert ("along z" in found.text, found.cure) == (True, "pbc='False'")


def test_a_molecule_counts_as_periodic(case_of) -> None:
    (found,) = findings(Periodic, case_of())
    assert (found.level, "--periodic none" in found.cure) == (Level.NOTE, True)
    assert findings(Periodic, case_of(periodic="")) == []


def test_images_within_the_range(case_of) -> None:
    """A molecule of 1.5 Å in a cell of 10 Å sees its images if the range is 9 Å, and not if it is 8 Å."""
    for cutoff, count in ((8.0, 0), (9.0, 1)):
        case = case_of(view=view_of(WATER, cell=np.diag([10.0, 10.0, 10.0]).tolist()))
        case.model.metadata = SimpleNamespace(cutoff=cutoff)
        assert len(findings(Periodic, case, Level.WARNING)) == count


@pytest.mark.parametrize("shift", [0.0, 5.0, 9.0])
def test_a_slab_that_counts_as_periodic(case_of, shift: float) -> None:
    """Wherever it is in the cell, a barostat would close the gap; without one there is nothing to say."""
    slab = systems()["liquid"].copy()
    slab.set_cell([9.9, 9.9, 20.0])
    slab.positions[:, 2] = (slab.positions[:, 2] + shift) % 20.0
    slab.positions = np.roll(slab.positions, 7, axis=0)
    slab.pbc = True
    assert findings(Periodic, case_of(view=view_of(slab), periodic="xyz")) == []
    (found,) = findings(Periodic, case_of(NPT, view=view_of(slab), periodic="xyz"))
    assert "mostly empty along z" in found.text


def test_pressure_without_images(case_of) -> None:
    (found,) = findings(Periodic, case_of(NPT, periodic=""), Level.ERROR)
    assert "x, y, z" in found.text
    (found,) = findings(Periodic, case_of(NPT), Level.WARNING)
    assert "a barostat closes the gap" in found.text


def test_no_cell(case_of) -> None:
    with pytest.raises(NotApplicableError, match="cell is unknown"):
        findings(Periodic, case_of(view=view_of(WATER, cell=np.zeros((3, 3)).tolist()), periodic="xyz"))
