"""Dipoles of a trajectory: sums, averages over beads, and what is said of broken molecules."""

from __future__ import annotations

import numpy as np
import pytest
from support.rotors import BISECTOR, HYDROGEN, atoms, directions, universe

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.dipoles.system_dipole import SystemDipole, TotalDipoles, WaterDipoles
from tumble.observables.frames.snapshot import Snapshot
from tumble.observables.frames.water import BrokenMolecules

GENERATOR = np.random.default_rng(2)
BOX = [20.0, 20.0, 20.0, 90.0, 90.0, 90.0]
OXYGENS = np.array([[[1.0, 1.0, 1.0], [5.0, 5.0, 5.0], [15.0, 15.0, 15.0]]])


def test_sum_over_molecules_averaged_over_beads() -> None:
    sums = BISECTOR * directions(GENERATOR, 1, 4, 3)
    made = universe(atoms(np.repeat(OXYGENS[:, None], 4, axis=1), sums), BOX)
    found = SystemDipole(made).bead_average(Snapshot(made.trajectory[0]), BrokenMolecules())
    assert found == pytest.approx(HYDROGEN * sums[0].mean(axis=0).sum(axis=0))


def test_total_dipoles_need_no_water() -> None:
    made = universe(atoms(OXYGENS, BISECTOR * directions(GENERATOR, 1, 3)), BOX)
    made.atoms.elements = ["Na"] * 9
    of_beads = GENERATOR.normal(size=(1, 5, 3))
    broken = BrokenMolecules()
    dipole = SystemDipole(made, TotalDipoles(of_beads))
    assert dipole.bead_average(Snapshot(made.trajectory[0]), broken) == pytest.approx(of_beads[0].mean(axis=0))
    alone = SystemDipole(made, TotalDipoles(of_beads[:, 0]))
    assert alone.bead_average(Snapshot(made.trajectory[0]), broken) == pytest.approx(of_beads[0, 0])
    assert dipole.notes(broken, 1) == ("Dipoles are from given dipoles of the whole system.",)
    with pytest.raises(ConfigurationError, match=r"`dipoles`: .* \(3,\).* \(beads, 3\), got \(5, 2\)"):
        SystemDipole(made, TotalDipoles(of_beads[..., :2])).bead_average(Snapshot(made.trajectory[0]), broken)


def test_broken_molecules_are_counted_and_said() -> None:
    positions = np.repeat(atoms(OXYGENS, BISECTOR * directions(GENERATOR, 1, 3)), 3, axis=0)
    positions[1:, 4] = positions[1:, 3] + [2.0, 0.0, 0.0]
    made = universe(positions, BOX)
    dipoles, broken = WaterDipoles(made), BrokenMolecules()
    for ts in made.trajectory:
        dipoles.molecular(Snapshot(ts), broken)
    assert (broken.number, broken.first_frame) == (2, 1)
    note = dipoles.notes(broken, 3)[1]
    assert note.startswith("2 of 9 molecules (summed over frames) were broken")
    assert "above 1.35 Å, the first in frame 1" in note


def test_other_systems_are_refused() -> None:
    made = universe(atoms(OXYGENS, BISECTOR * directions(GENERATOR, 1, 3)), BOX)
    made.atoms.elements = ["Na"] * 9
    with pytest.raises(NotApplicableError, match="this isn't water"):
        WaterDipoles(made)


def test_ions_in_water_have_dipoles_of_molecules_but_no_total() -> None:
    made = universe(atoms(OXYGENS, BISECTOR * directions(GENERATOR, 1, 3)), BOX)
    made.atoms.elements = ["Na", "Cl", "Cl", *["O", "H", "H"] * 2]
    dipoles = WaterDipoles(made)
    assert dipoles.molecular(Snapshot(made.trajectory[0]), BrokenMolecules()).shape == (1, 2, 3)
    assert dipoles.notes(BrokenMolecules(), 1)[-1].startswith("Dipoles include water only: 2 Cl, 1 Na are")
    with pytest.raises(NotApplicableError, match="got 2 Cl, 1 Na as well"):
        SystemDipole(made)
    given = SystemDipole(made, TotalDipoles(np.ones((1, 3))))
    assert given.bead_average(Snapshot(made.trajectory[0]), BrokenMolecules()) == pytest.approx(np.ones(3))
