"""Convergence of path integrals with the number of beads, for harmonic modes.

A ring polymer of P beads with Trotter springs has in a mode of frequency ω the mean energy

    E_P = k T Σ_k ω² / (ω_k² + ω²),    ω_k = 2 (P k T / ħ) sin(k π / P),    k = 0 … P − 1

(Ceriotti, Parrinello, Markland, Manolopoulos, J. Chem. Phys. 133, 124104 (2010), section II), of which half is kinetic,
and the exact one is (ħω/2) coth(ħω / 2kT).
"""

from __future__ import annotations

import numpy as np

from tumble.units.constants import BOLTZMANN, SI_CHARGE, SI_HBAR, SI_LIGHT

#: 1/cm: a libration, a bend and a stretch of water.
MODES = (500.0, 1640.0, 3700.0)
_EV_PER_WAVENUMBER = 2 * np.pi * SI_HBAR * SI_LIGHT * 100 / SI_CHARGE


def ring_polymer_energy(mode: float, temperature: float, beads: int) -> float:
    """Return the mean energy of a harmonic mode with so many beads, eV.

    Args:
        mode: Wavenumber, 1/cm.
        temperature: K.
        beads: Number of beads; 1 gives the classical energy.
    """
    thermal, quantum = BOLTZMANN * temperature, _EV_PER_WAVENUMBER * mode
    springs = 2 * beads * thermal * np.sin(np.pi * np.arange(beads) / beads)
    return float(thermal * np.sum(quantum**2 / (springs**2 + quantum**2)))


def exact_energy(mode: float, temperature: float) -> float:
    """Return the mean energy of a quantum-mechanical oscillator, eV.

    Args:
        mode: Wavenumber, 1/cm.
        temperature: K.
    """
    quantum = _EV_PER_WAVENUMBER * mode
    return float(0.5 * quantum / np.tanh(0.5 * quantum / (BOLTZMANN * temperature)))
