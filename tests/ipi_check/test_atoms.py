"""Atoms at the start of a run."""

from __future__ import annotations

import numpy as np
import pytest
from ase.io import write
from support.ipi_inputs import WATER, view_of

from tumble.errors import FramesError
from tumble.ipi_check.atoms import from_file, from_view


def test_from_ipi() -> None:
    atoms = from_view(view_of(WATER, ["O", "D", "H1"]).systems[0])
    assert (atoms.labels, atoms.elements) == (("O", "D", "H1"), ("O", "H", "H"))
    assert (atoms.spread, atoms.moving) == (0.1, True)
    ase = atoms.to_ase("xz")
    assert ase.pbc.tolist() == [True, False, True]
    np.testing.assert_allclose(ase.cell.array, WATER.cell.array)


def test_from_a_file(tmp_path) -> None:
    write(tmp_path / "a.xyz", WATER)
    atoms = from_file(tmp_path / "a.xyz")
    np.testing.assert_allclose(atoms.positions, WATER.positions, atol=1e-7)
    assert (atoms.elements, atoms.spread, atoms.moving) == (("O", "H", "H"), None, None)
    with pytest.raises(FramesError):
        from_file(tmp_path / "none.xyz")
