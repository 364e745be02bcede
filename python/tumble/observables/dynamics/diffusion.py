"""Diffusion constants: slopes of mean square displacements, and their finite-size correction for a periodic box."""

from __future__ import annotations

import numpy as np

from tumble.types import Array
from tumble.units.constants import SI_ANGSTROM, SI_BOLTZMANN, SI_PICOSECOND

# Of a simple cubic lattice: Yeh and Hummer, J. Phys. Chem. B 108, 15873 (2004), below equation 12.
XI = 2.837297

_SQUARE_ANGSTROM_PER_PS = SI_ANGSTROM**2 / SI_PICOSECOND  # in m^2/s


def diffusion_constants(lags: Array, displacements: Array) -> Array:
    """Return diffusion constants: half the slopes of least-squares lines through mean square displacements along axes.

        D_a = 1/2 d/dt <(x_a(t) - x_a(0))^2>

    Args:
        lags: [L] in ps.
        displacements: Mean square displacements along axes, [...,L] in Å^2.

    Returns:
        [...] in Å^2/ps.
    """
    centered = lags - lags.mean()
    return np.asarray(0.5 * (displacements @ centered) / (centered @ centered))


def finite_size_correction(edge: float, temperature: float, viscosity: float) -> float:
    """Return by how much hydrodynamic interactions with periodic images reduce a diffusion constant in a cubic box.

        D_infinite - D = xi kT / (6 pi eta L),        xi = 2.837297

    (Dünweg and Kremer, J. Chem. Phys. 99, 6983 (1993); Yeh and Hummer, equation 12.)

    Args:
        edge: L, Å.
        temperature: K.
        viscosity: Shear viscosity eta of the same model, which is independent of the size of the box, mPa s.

    Returns:
        Å^2/ps.
    """
    meters = edge * SI_ANGSTROM
    friction = 6 * np.pi * viscosity * 1e-3 * meters
    return float(XI * SI_BOLTZMANN * temperature / friction / _SQUARE_ANGSTROM_PER_PS)
