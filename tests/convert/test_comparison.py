from __future__ import annotations

import ase.build
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.calculators.morse import MorsePotential

from tumble.convert.comparison import TOLERANCES, Difference, compare
from tumble.errors import ConversionError


class Failing(Calculator):
    implemented_properties = ("energy", "forces")

    def calculate(self, *arguments: object) -> None:
        raise KeyError("cell")


def structures() -> list[Atoms]:
    argon = ase.build.bulk("Ar", cubic=True)
    argon.rattle(0.05, seed=1)
    argon.info["name"] = "argon"
    return [argon, Atoms("Ar2", positions=[[0, 0, 0], [0, 0, 3.5]])]


def difference(energy: float, force: float, expected: float = 0.0, largest: float = 0.0) -> Difference:
    return Difference("x", 1, expected + energy, expected, force, largest)


def test_differences_of_two_calculators() -> None:
    ours, theirs = MorsePotential(epsilon=1.001, r0=3.7), MorsePotential(epsilon=1.0, r0=3.7)
    found = compare(ours, theirs, structures())
    assert [(each.name, each.atoms) for each in found] == [("argon", 4), ("structure 1", 2)]
    for each, atoms in zip(found, structures(), strict=True):
        # energies and forces are proportional to epsilon
        assert each.energy == pytest.approx(1.001 * each.expected_energy)
        atoms.calc = theirs
        assert each.largest_force == pytest.approx(np.abs(atoms.get_forces()).max())
        assert each.force == pytest.approx(1e-3 * each.largest_force)


def test_structures_keep_their_calculator() -> None:
    atoms = structures()[1]
    compare(MorsePotential(), MorsePotential(), [atoms])
    assert atoms.calc is None


def test_the_other_packages_failure_is_one_error() -> None:
    with pytest.raises(ConversionError, match="package's own calculator fails for `argon`: KeyError: 'cell'"):
        compare(MorsePotential(), Failing(), structures())


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("scale", [0.5, 1.0, 1000.0])
def test_tolerances_are_relative_to_what_is_large(dtype: str, scale: float) -> None:
    energy, force = TOLERANCES[dtype]
    large = max(1.0, scale)
    assert difference(0.9 * energy * large, 0.9 * force * large, scale, scale).allowed(dtype)
    assert not difference(-1.1 * energy * large, 0.0, scale, scale).allowed(dtype)
    assert not difference(0.0, 1.1 * force * large, scale, scale).allowed(dtype)


def test_nan_is_never_allowed() -> None:
    assert not difference(float("nan"), 0.0).allowed("float32")
    assert not difference(0.0, float("nan")).allowed("float32")
