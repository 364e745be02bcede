from __future__ import annotations

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


def test_unknown_and_impossible_properties() -> None:
    with pytest.raises(ConfigurationError, match=r"structure 0, got `phse`; did you mean `phase`"):
        colors(frames(), "phse", np.zeros(3))
    with pytest.raises(ConfigurationError, match=r"`odd` of structure 0"):
        colors(frames(), "odd", np.zeros(3))
    other = frames()
    del other[1].info["mu"]
    with pytest.raises(ConfigurationError, match=r"structure 1, got `mu`"):
        colors(other, "mu", np.zeros(3))
