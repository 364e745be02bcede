"""Depth 5 with a cutoff of 6 Å, as converted models have: a range of 30 Å in boxes of a few atoms, in every engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.ipi_single_point import from_ipi
from support.numbers import assert_same, from_core, from_lammps
from support.systems import scattered, systems

ModelFile = Callable[[str], Path]

SYSTEMS = {
    "three atoms": scattered("OHH", np.array([[3.6, 0.0, 0.0], [0.7, 3.3, 0.0], [-0.6, 0.5, 3.9]]), [True] * 3, seed=3),
    "slab": systems()["slab"],
    "molecule": systems()["molecule"],
}


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", SYSTEMS)
def test_lammps(tmp_path: Path, model_file: ModelFile, name: str, ranks: int) -> None:
    atoms = SYSTEMS[name]
    ours = from_lammps(model_file("deep_pet"), atoms, tmp_path, ranks=ranks)
    assert_same(ours, from_core(model_file("deep_pet"), atoms))
    if ranks > 1:
        assert "a halo of 32.5 A, 5 x (cutoff + skin)" in (tmp_path / "lammps.out").read_text()


def test_driver(tmp_path: Path, model_file: ModelFile) -> None:
    ours, seen = from_ipi(model_file("deep_pet"), SYSTEMS["three atoms"], tmp_path)
    assert_same(ours, from_core(model_file("deep_pet"), seen))


def test_supercell(model_file: ModelFile) -> None:
    """Extensive: eight times the energy in a box that is twice as wide, where the range exceeds both."""
    small: Atoms = SYSTEMS["three atoms"]
    one, eight = (from_core(model_file("deep_pet"), atoms).energy for atoms in (small, small * (2, 2, 2)))
    assert eight == pytest.approx(8 * one, rel=1e-11)
