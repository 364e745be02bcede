"""Energies of harmonic ring polymers: limits, and the exact average over the ring polymer's Gaussian."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.new.ring_polymer import MODES, exact_energy, ring_polymer_energy
from tumble.units.constants import BOLTZMANN


@pytest.mark.parametrize("mode", MODES)
def test_one_bead_is_classical_and_many_are_exact(mode: float) -> None:
    assert ring_polymer_energy(mode, 300.0, 1) == pytest.approx(BOLTZMANN * 300.0)
    assert ring_polymer_energy(mode, 300.0, 4096) == pytest.approx(exact_energy(mode, 300.0), rel=1e-5)


def test_zero_point_energy_of_a_stretch() -> None:
    """1 eV is 8065.544 1/cm; kT at 300 K is 208.5 1/cm, so a stretch has its zero-point energy alone."""
    assert exact_energy(3700.0, 300.0) == pytest.approx(3700.0 / 8065.544 / 2, rel=1e-6)


def test_a_matrix_of_springs_gives_the_same() -> None:
    """Mean of the virial energy over the Gaussian of the coordinates, with the springs as a matrix, in eV and 1/cm."""
    beads, temperature, mode = 6, 250.0, 1640.0
    thermal, quantum = BOLTZMANN * temperature, mode / 8065.544
    ring = 2 * np.eye(beads) - np.roll(np.eye(beads), 1, axis=0) - np.roll(np.eye(beads), -1, axis=0)
    # exp(−(P kT/ħ²) … ): with x in ħ/√(m eV), each bead has the energy ω² x²/2 and the springs (P kT)² x²
    stiffness = ((beads * thermal) ** 2 * ring + quantum**2 * np.eye(beads)) / (beads * thermal)
    potential = 0.5 * quantum**2 * np.trace(np.linalg.inv(stiffness)) / beads
    assert ring_polymer_energy(mode, temperature, beads) == pytest.approx(2 * potential, rel=1e-4)
