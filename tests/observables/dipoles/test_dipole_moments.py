"""Dipoles of molecules from each source, against sums over charges times positions."""

from __future__ import annotations

from pathlib import Path

import ase.units
import MDAnalysis
import numpy as np
import pytest
from support.rotors import BISECTOR, HALF, HYDROGEN, Array, atoms, directions, universe

from tumble.errors import ConfigurationError, NotApplicableError, SettingError
from tumble.observables.dipoles.dipole_moments import (
    DEBYE_PER_E_ANGSTROM,
    AtomicCharges,
    GivenDipoles,
    MolecularSource,
    PointCharges,
)
from tumble.observables.frames.water import Water
from tumble.trajectories.centroid import beads_of

GENERATOR = np.random.default_rng(1)
BOX = [9.0, 10.0, 11.0, 90.0, 90.0, 90.0]
OXYGENS = np.array([[[1.0, 1.0, 1.0], [5.0, 5.0, 5.0]]])
SUMS = BISECTOR * directions(GENERATOR, 1, 2)
CHARGES = np.array([-0.8, 0.4, 0.4, -0.7, 0.3, 0.4])


def moments(source: MolecularSource, made: MDAnalysis.Universe) -> Array:
    water = Water(made)
    ts = made.trajectory[0]
    return source.molecular(ts, water, water.bonds(beads_of(ts), ts.dimensions))


def made() -> MDAnalysis.Universe:
    return universe(atoms(OXYGENS, SUMS), BOX)


def test_point_charges_are_analytic() -> None:
    assert moments(PointCharges(), made())[0] == pytest.approx(HYDROGEN * SUMS[0], abs=1e-6)
    assert moments(PointCharges({"O": -1.0, "H": 0.5}), made())[0] == pytest.approx(0.5 * SUMS[0], abs=1e-6)


def test_default_charges_give_the_moment_of_q_spc_fw_in_its_own_geometry() -> None:
    # 2 q_H b cos(theta / 2) with b = 1 Å and theta = 112°, converted with the value 4.80320 D of 1 e·Å (CODATA).
    assert 2 * HYDROGEN * np.cos(np.radians(56)) * DEBYE_PER_E_ANGSTROM == pytest.approx(0.469722 * 4.80320, rel=1e-5)
    assert pytest.approx(1 / ase.units.Debye) == DEBYE_PER_E_ANGSTROM


def test_wrapped_molecules_are_whole() -> None:
    positions = atoms(OXYGENS + 8.3, SUMS)
    inside = np.mod(positions, BOX[:3])
    assert np.abs(inside - positions).max() > 5
    assert moments(PointCharges(), universe(inside, BOX))[0] == pytest.approx(HYDROGEN * SUMS[0], abs=1e-5)


def test_atomic_charges_are_the_sum_of_charge_times_position() -> None:
    positions = made().atoms.positions.astype(np.float64)
    expected = (CHARGES[:, None] * positions).reshape(2, 3, 3).sum(axis=1)
    assert moments(AtomicCharges(CHARGES), made())[0] == pytest.approx(expected, abs=1e-5)
    assert moments(AtomicCharges(lambda _: CHARGES), made())[0] == pytest.approx(expected, abs=1e-5)


def test_charges_of_beads() -> None:
    positions = np.stack([atoms(OXYGENS, SUMS), atoms(OXYGENS, -SUMS)], axis=1)
    charges = np.stack([CHARGES, 2 * CHARGES])
    found = moments(AtomicCharges(lambda _: charges), universe(positions, BOX))
    expected = np.einsum("pn,pnx->pnx", charges, positions[0]).reshape(2, 2, 3, 3).sum(axis=2)
    assert found == pytest.approx(expected, abs=1e-5)


def test_given_dipoles_of_molecules_and_of_atoms() -> None:
    of_atoms = GENERATOR.normal(size=(1, 6, 3))
    of_molecules = of_atoms.reshape(1, 2, 3, 3).sum(axis=2)
    assert moments(GivenDipoles(of_atoms), made()) == pytest.approx(of_molecules)
    assert moments(GivenDipoles(of_molecules), made()) == pytest.approx(of_molecules)


def test_columns_of_a_lammps_dump(tmp_path: Path) -> None:
    positions = atoms(OXYGENS, SUMS)[0]
    of_atoms = GENERATOR.normal(size=(6, 3))
    rows = [
        " ".join([str(i + 1), "OHH"[i % 3], *(f"{x:.6f}" for x in [*positions[i], CHARGES[i], *of_atoms[i]])])
        for i in range(6)
    ]
    header = "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n6\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 10\n0 11\n"
    path = tmp_path / "water.lammpstrj"
    path.write_text(header + "ITEM: ATOMS id element x y z q mux muy muz\n" + "\n".join(rows) + "\n")
    dump = universe(atoms(OXYGENS, SUMS), BOX)
    dump.load_new(str(path), format="LAMMPSDUMP", additional_columns=["q", "mux", "muy", "muz"], dt=1.0)
    expected = (CHARGES[:, None] * positions).reshape(2, 3, 3).sum(axis=1)
    assert moments(AtomicCharges("q"), dump)[0] == pytest.approx(expected, abs=1e-5)
    given = moments(GivenDipoles(("mux", "muy", "muz")), dump)[0]
    assert given == pytest.approx(of_atoms.reshape(2, 3, 3).sum(axis=1), abs=1e-5)
    dump.trajectory.close()


def test_molecule_with_a_site_off_the_oxygen() -> None:
    # q-TIP4P/F: the negative charge at M = gamma O + (1 - gamma)/2 (H + H), gamma = 0.73612, q_H = 0.5564 e.
    gamma, hydrogen = 0.73612, 0.5564
    oxygen, first, second = atoms(OXYGENS, SUMS)[0, :3]
    site = gamma * oxygen + (1 - gamma) / 2 * (first + second)
    expected = hydrogen * (first + second - 2 * site)
    found = moments(PointCharges({"O": -2 * gamma * hydrogen, "H": gamma * hydrogen}), made())[0, 0]
    assert found == pytest.approx(expected, abs=1e-5)


def test_description_names_the_charges_and_says_what_they_are_not() -> None:
    assert PointCharges().description.startswith("point charges of -0.84 e on O and 0.42 e on H: a proxy")
    assert HALF**2 + (BISECTOR / 2) ** 2 < 1  # the molecules of these tests are whole


def test_wrong_elements() -> None:
    with pytest.raises(SettingError, match=r"`charges`: .*got H, Na, O"):
        PointCharges({"O": -0.8, "H": 0.4, "Na": 1.0})


@pytest.mark.parametrize("charge", [0.41, float("nan")])
def test_charged_molecule(charge: float) -> None:
    with pytest.raises(SettingError, match=r"`charges`: .*O \+ 2 H = 0"):
        PointCharges({"O": -0.84, "H": charge})


def test_charged_molecule_in_a_frame() -> None:
    charges = CHARGES.copy()
    charges[1] += 0.1
    with pytest.raises(NotApplicableError, match=r"`charges`: .*got 0\.1 e.* frame 0"):
        moments(AtomicCharges(charges), made())


def test_number_of_charges() -> None:
    with pytest.raises(ConfigurationError, match=r"`charges`: .* 6 atoms, got .*\(5,\)"):
        moments(AtomicCharges(CHARGES[:5]), made())


def test_shape_of_dipoles() -> None:
    with pytest.raises(ConfigurationError, match=r"`dipoles`: .* 1 beads.* 2 molecules.* 6 atoms.* \(1, 4, 3\)"):
        moments(GivenDipoles(np.zeros((1, 4, 3))), made())
