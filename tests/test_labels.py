"""Labels of structures: where they are found, and what is refused. `tests/train/test_labels.py` has their forms."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from tumble.errors import ConfigurationError, FramesError
from tumble.labels import (
    KINDS,
    DipoleKind,
    LabelNames,
    dipole_label,
    energy_label,
    force_label,
    named_labels,
    usable_energy,
)

FORCES = np.array([[1.0, 0, 0], [0, 2, 0], [0, 0, 3]])


@pytest.fixture
def atoms() -> Atoms:
    """Three atoms, for which the shapes of all forms of a dipole are alike."""
    molecule = Atoms("OHH", np.eye(3))
    molecule.calc = SinglePointCalculator(molecule, energy=-3.0, forces=FORCES)
    molecule.info |= {"U0": -2.5, "moment": np.array([0.0, 3.0, 4.0]), "tensor": np.eye(3)}
    molecule.arrays |= {"F": 2.0 * FORCES, "moments": FORCES}
    return molecule


def test_names_come_before_what_ase_reads(atoms: Atoms) -> None:
    usual = named_labels(atoms, LabelNames(), "a")
    assert (usual.energy, usual.dipole, usual.empty) == (-3.0, None, False)
    np.testing.assert_array_equal(usual.forces, FORCES)
    named = named_labels(atoms, LabelNames("U0", "F", "moment"), "a")
    assert named.energy == -2.5
    np.testing.assert_array_equal(named.forces, 2.0 * FORCES)
    assert named.dipole is not None
    assert named.dipole.kind is DipoleKind.VECTOR


def test_without_labels() -> None:
    assert named_labels(Atoms("O"), LabelNames(), "a").empty
    with pytest.raises(FramesError, match=r"^a: .*`U0` for the energy, got none; it has no labels$"):
        energy_label(Atoms("O"), "U0", "a")


@pytest.mark.parametrize("spoiled", ["energy", "forces"])
def test_only_what_is_wanted_has_to_be_finite(atoms: Atoms, spoiled: str) -> None:
    """Neither a kind that isn't wanted nor a usual label behind a name is looked at."""
    atoms.calc.results[spoiled] = np.nan * atoms.calc.results[spoiled]
    (other,) = {"energy", "forces"} - {spoiled}
    found = named_labels(atoms, LabelNames(dipole="moment"), "a", [other, "dipole"])
    assert getattr(found, spoiled) is None
    assert getattr(found, other) is not None
    assert found.dipole is not None
    assert not named_labels(atoms, LabelNames("U0", "F"), "a").empty
    with pytest.raises(FramesError, match=rf"^a: expected finite {spoiled}, got a NaN or infinity"):
        named_labels(atoms, LabelNames(), "a")


def test_a_named_label_that_is_not_finite(atoms: Atoms) -> None:
    atoms.info["U0"], atoms.arrays["F"][1, 2] = np.inf, np.nan
    assert usable_energy(atoms, "U0", "a") is usable_energy(atoms, "gone", "a") is None
    assert usable_energy(atoms, None, "a") == -3.0
    with pytest.raises(FramesError, match=r"^a: expected finite `U0`"):
        energy_label(atoms, "U0", "a")
    with pytest.raises(FramesError, match=r"^a: expected finite `F`"):
        force_label(atoms, "F", "a")


def test_the_place_of_a_dipole_decides_what_it_is(atoms: Atoms) -> None:
    assert dipole_label(atoms, "moments", "e*angstrom", "a").kind is DipoleKind.ATOMS
    with pytest.raises(FramesError, match=r"^a: .*`tensor` of shape \[3\] or one number for the dipole, got \[3, 3\]"):
        dipole_label(atoms, "tensor", "e*angstrom", "a")
    with pytest.raises(ConfigurationError, match=r"`dipole_unit`: .*debye, got au"):
        LabelNames(dipole_unit="au")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(DipoleKind.ATOMS, FORCES), (DipoleKind.VECTOR, [1, 2, 3]), (DipoleKind.MAGNITUDE, np.sqrt(14.0))],
)
def test_the_form_of_a_label(kind: DipoleKind, expected: object) -> None:
    np.testing.assert_allclose(kind.of(FORCES), expected)


def test_what_a_model_can_be_compared_with() -> None:
    assert LabelNames("U0", dipole="mu").comparable_kinds("both", ("energy", "dipole")) == KINDS
    assert LabelNames(dipole="mu").comparable_kinds("dipoles", ("energy", "dipole"), {"dipole"}) == ("dipole",)
    with pytest.raises(ConfigurationError, match=r"`dipole`: .*got `plain` without it"):
        LabelNames(dipole="mu").comparable_kinds("plain", ("energy",))
    with pytest.raises(ConfigurationError, match=r"`forces`: .*`dipoles` was trained for dipoles alone, got `F`"):
        LabelNames(forces="F", dipole="mu").comparable_kinds("dipoles", ("energy", "dipole"), {"dipole"})
