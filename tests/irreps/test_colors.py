from __future__ import annotations

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from tumble.errors import ConfigurationError
from tumble.irreps.colors import colors


def frames() -> list[Atoms]:
    found = [Atoms("HO", positions=[[0, 0, 0], [1, 0, 0]]), Atoms("H", positions=[[0, 0, 0]])]
    for i, atoms in enumerate(found):
        atoms.info |= {"mu": 0.5 * i, "field": np.array([3.0, 4.0, 0.0]), "phase": ["ice", "gas"][i], "odd": object()}
        atoms.set_array("charge_of", np.arange(len(atoms)) + 10.0 * i)
        atoms.calc = SinglePointCalculator(
            atoms, forces=np.full((len(atoms), 3), 1.0), dipole=np.array([0.0, 0.0, 2.0])
        )
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("species", ["H", "O", "H"]),
        ("energy", [1.0, 2.0, 3.0]),
        ("mu", [0.0, 0.0, 0.5]),
        ("field", [5.0, 5.0, 5.0]),
        ("phase", ["ice", "ice", "gas"]),
        ("charge_of", [0.0, 1.0, 10.0]),
        ("positions", [0.0, 1.0, 0.0]),
        ("forces", [3**0.5] * 3),
        ("dipole", [2.0] * 3),
    ],
)
def test_properties_of_structures_and_atoms(name: str, expected: list[object]) -> None:
    assert colors(frames(), name, np.array([1.0, 2.0, 3.0])).tolist() == expected


def test_words_of_atoms_in_a_file(tmp_path: Path) -> None:
    """ASE reads them as objects."""
    molecule = Atoms("OH", [[0, 0, 0], [0, 0, 1]])
    molecule.arrays["residue"] = np.array(["wat", "hyd"])
    ase.io.write(tmp_path / "a.extxyz", molecule)
    read = ase.io.read(tmp_path / "a.extxyz", ":")
    assert colors(read, "residue", np.zeros(2)).tolist() == ["wat", "hyd"]


def test_numbers_that_are_not_finite() -> None:
    some = frames()
    some[0].info["mu"] = np.nan
    assert np.isnan(colors(some, "mu", np.zeros(3))).tolist() == [True, True, False]
    some[1].info["mu"] = np.inf
    with pytest.raises(ConfigurationError, match=r"`color`: expected finite numbers as `mu`, got none"):
        colors(some, "mu", np.zeros(3))


def test_unknown_and_impossible_properties() -> None:
    with pytest.raises(ConfigurationError, match=r"structure 0, got `phse`; did you mean `phase`"):
        colors(frames(), "phse", np.zeros(3))
    with pytest.raises(ConfigurationError, match=r"`odd` of structure 0"):
        colors(frames(), "odd", np.zeros(3))
    other = frames()
    del other[1].info["mu"]
    with pytest.raises(ConfigurationError, match=r"structure 1, got `mu`"):
        colors(other, "mu", np.zeros(3))
