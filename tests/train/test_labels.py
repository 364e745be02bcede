"""Labels by name, in files that ASE writes and reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from tumble.errors import FramesError, TrainingError
from tumble.labels import DipoleKind, NamedLabels
from tumble.train.labels import read_labels
from tumble.train.sections import DataConfig
from tumble.train.targets import DIPOLE, ENERGY, FORCES, Target

MOMENTS = np.array([[0.1, 0.2, 0.3], [0, 0, 0], [0, 0, -1.0]])


@pytest.fixture
def atoms(tmp_path: Path) -> Atoms:
    """A molecule of a file with an energy and forces of its own, and with others under their names."""
    molecule = Atoms("OHH", [[0, 0, 0], [0.8, 0.6, 0], [-0.8, 0.6, 0.1]])
    molecule.calc = SinglePointCalculator(molecule, energy=-3.0, forces=np.ones((3, 3)))
    molecule.info |= {"U0_atom": -2.5, "mu": 1.5, "moment": np.array([0.0, 0.3, 0.4]), "label": "abc", "below": -0.1}
    molecule.arrays |= {"dft_forces": 2.0 * MOMENTS, "moments": MOMENTS}
    ase.io.write(tmp_path / "one.extxyz", molecule)
    return ase.io.read(tmp_path / "one.extxyz")


def read(atoms: Atoms, *targets: Target, **keys: Any) -> NamedLabels:
    return read_labels(atoms, "`one.extxyz`, frame 0", DataConfig(Path("one.extxyz"), **keys), targets)


def test_what_ase_reads(atoms: Atoms) -> None:
    found = read(atoms, ENERGY, FORCES)
    assert found.energy == -3.0
    np.testing.assert_allclose(found.forces, 1.0)
    assert found.dipole is None


def test_names(atoms: Atoms) -> None:
    found = read(atoms, ENERGY, FORCES, energy="U0_atom", forces="dft_forces")
    assert found.energy == -2.5
    np.testing.assert_allclose(found.forces, 2.0 * MOMENTS, atol=1e-8)


def test_what_is_not_trained_is_not_needed(atoms: Atoms) -> None:
    assert read(atoms, ENERGY).forces is None
    assert read(atoms, DIPOLE, dipole="mu").energy == -3.0  # for the baseline
    atoms.calc = None
    assert read(atoms, DIPOLE, dipole="mu").energy is None


@pytest.mark.parametrize(
    ("key", "kind", "value"),
    [
        ("moments", DipoleKind.ATOMS, MOMENTS),
        ("moment", DipoleKind.VECTOR, [0.0, 0.3, 0.4]),
        ("mu", DipoleKind.MAGNITUDE, 1.5),
    ],
)
@pytest.mark.parametrize(("unit", "factor"), [("e*angstrom", 1.0), ("debye", 0.20819434)])  # CODATA
def test_dipoles(atoms: Atoms, key: str, kind: DipoleKind, value: Any, unit: str, factor: float) -> None:
    found = read(atoms, DIPOLE, dipole=key, dipole_unit=unit).dipole
    assert found is not None
    assert found.kind is kind
    np.testing.assert_allclose(found.values, factor * np.asarray(value), rtol=1e-7)


def test_dipole_that_ase_knows(tmp_path: Path) -> None:
    """Its reader takes a `dipole` for a result, in the header as well as among the columns of atoms."""
    for place, kind, value in (("info", DipoleKind.VECTOR, [0.0, 0.5, 0.0]), ("arrays", DipoleKind.ATOMS, MOMENTS)):
        molecule = Atoms("OHH", [[0, 0, 0], [0.8, 0.6, 0], [-0.8, 0.6, 0]])
        getattr(molecule, place)["dipole"] = np.asarray(value)
        ase.io.write(tmp_path / "one.extxyz", molecule)
        found = read(ase.io.read(tmp_path / "one.extxyz"), DIPOLE).dipole
        assert found is not None
        assert found.kind is kind
        np.testing.assert_allclose(found.values, value, atol=1e-8)


@pytest.mark.parametrize(
    ("targets", "keys", "message"),
    [
        ((ENERGY,), {"energy": "U0_atoms"}, r"frame 0: .*`U0_atoms` for the energy.*`U0_atom`"),
        ((ENERGY,), {"energy": "label"}, r"frame 0: .*numbers as `label`.*'abc'"),
        ((ENERGY,), {"energy": "moment"}, r"frame 0: .*`moment` of shape one number for the energy, got \[3\]"),
        ((FORCES,), {"forces": "moment"}, r"frame 0: .*`moment` of shape \[3, 3\] for the forces, got \[3\]"),
        ((DIPOLE,), {}, r"frame 0: .*`dipole` for the dipole, got none"),
        ((DIPOLE,), {"dipole": "q"}, r"frame 0: .*`q` of shape \[3, 3\] for the dipole, got \[3\]"),
        ((DIPOLE,), {"dipole": "tensor"}, r"frame 0: .*`tensor` of shape \[3\] or one number.*got \[3, 3\]"),
        ((DIPOLE,), {"dipole": "below"}, r"frame 0: .*`below` of at least 0, got -0\.1"),
    ],
)
def test_refused(atoms: Atoms, targets: tuple[Target, ...], keys: dict[str, str], message: str) -> None:
    atoms.arrays["q"], atoms.info["tensor"] = np.ones(3), np.eye(3)
    with pytest.raises(FramesError, match=message):
        read(atoms, *targets, **keys)


def test_an_energy_for_the_baseline_alone_may_be_missing(atoms: Atoms) -> None:
    """One for which no training asks doesn't refuse the file."""
    atoms.calc.results |= {"energy": float("nan"), "forces": np.full((3, 3), np.nan)}
    found = read(atoms, DIPOLE, dipole="mu")
    assert (found.energy, found.forces) == (None, None)
    assert read(atoms, DIPOLE, dipole="mu", energy="gone").energy is None
    with pytest.raises(FramesError, match=r"frame 0: .*finite energy"):
        read(atoms, ENERGY)


def test_missing_and_unusable_numbers(atoms: Atoms) -> None:
    atoms.info["U0_atom"] = float("nan")
    with pytest.raises(FramesError, match=r"frame 0: .*finite `U0_atom`"):
        read(atoms, ENERGY, energy="U0_atom")
    atoms.calc = None
    with pytest.raises(TrainingError, match=r"of energy and forces, got no energy and forces; .*`energy: KEY`"):
        read(atoms, ENERGY, FORCES)
    with pytest.raises(TrainingError, match=r"of energy, got no energy; .*`loss\.energy: 0`"):
        read(atoms, ENERGY)
