"""Dipole moments of water molecules, in e·Å.

A source provides the dipoles:

    PointCharges      mu = q_H (b_1 + b_2), from fixed charges of the elements and the vectors b from the oxygen to its
                      hydrogens (nearest images, so wrapping doesn't matter)
    AtomicCharges     the same with a charge for each atom, constant or for each frame
    GivenDipoles      a dipole for each molecule (or atom) and frame: from the columns mux, muy, muz of LAMMPS, from a
                      model, or from an array

Point charges are a proxy: they ignore the electronic response to neighbors. They show the effect of broken symmetry on
orientations, but say little else about true dipoles. (For total dipoles see
`tumble.observables.dipoles.system_dipole`.)

Molecules must be neutral, since the dipole of an ion depends on the origin. Dipoles point from the negative to the
positive end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import ase.units
import numpy as np

from tumble.errors import ConfigurationError, NotApplicableError, SettingError
from tumble.observables.frames.water import Water
from tumble.trajectories.frame_values import FrameSource, FrameValues
from tumble.types import Array

DEBYE_PER_E_ANGSTROM = 1.0 / ase.units.Debye

#: Charges of q-SPC/Fw, a flexible water model made for path integrals: Paesani, Zhang, Case, Cheatham, Voth, J. Chem.
#: Phys. 125, 184507 (2006), table I; e.
Q_SPC_FW: Mapping[str, float] = {"O": -0.84, "H": 0.42}

NEUTRAL = 1e-3  # e, per molecule; charges in files are rounded

_PROXY = "a proxy, which ignores the electronic response"


class MolecularSource(Protocol):
    """A source of the dipoles of the molecules of a frame."""

    @property
    def description(self) -> str:
        """Description in words, for metadata."""
        ...

    def molecular(self, ts: Any, water: Water, bonds: Array) -> Array:
        """Return the dipoles, [P,M,3] in e·Å, of a frame with the bonds [P,M,2,3] in Å."""
        ...


class PointCharges:
    """Dipoles from fixed charges of the elements.

    This also covers models whose negative charge isn't on the oxygen: for q-TIP4P/F the dipole is
    gamma q_H (b_1 + b_2), so give gamma q_H for hydrogen.

    Args:
        charges: Charges of `O` and `H`, e; the default is q-SPC/Fw.

    Raises:
        SettingError: If other elements are given, or the molecule isn't neutral.
    """

    def __init__(self, charges: Mapping[str, float] | None = None) -> None:
        charges = Q_SPC_FW if charges is None else charges
        if set(charges) != {"O", "H"}:
            raise SettingError("charges", f"expected charges of O and H, got {', '.join(sorted(charges))}")
        excess = charges["O"] + 2 * charges["H"]
        if not abs(excess) < NEUTRAL:
            raise SettingError(
                "charges",
                f"expected a neutral molecule, O + 2 H = 0, got {excess:g} e; the dipole of an ion depends on the "
                "origin",
            )
        self._hydrogen = float(charges["H"])

    @property
    def description(self) -> str:
        """Description in words, for metadata."""
        return f"point charges of {-2 * self._hydrogen:g} e on O and {self._hydrogen:g} e on H: {_PROXY}"

    def molecular(self, ts: Any, water: Water, bonds: Array) -> Array:
        """Return the dipoles of the molecules, [P,M,3] in e·Å, as `MolecularSource` asks."""
        return np.asarray(self._hydrogen * bonds.sum(axis=-2))


class AtomicCharges:
    """Dipoles from charges of the atoms.

    Args:
        charges: Constant charges [N] in e, such as `universe.atoms.charges`; or charges for each frame, [N] or [P,N],
            given as the name of an entry of `ts.data`, such as `q`, or as a function of the time step.
    """

    def __init__(self, charges: FrameSource) -> None:
        varies = isinstance(charges, str) or callable(charges)
        self._varying = FrameValues("charges", charges) if varies else None
        self._fixed = None if varies else np.asarray(charges, dtype=np.float64)

    @property
    def description(self) -> str:
        """Description in words, for metadata."""
        return f"{'fixed charges' if self._varying is None else 'charges of each frame'} of the atoms: {_PROXY}"

    def molecular(self, ts: Any, water: Water, bonds: Array) -> Array:
        """Return the dipoles of the molecules, [P,M,3] in e·Å, as `MolecularSource` asks.

        Raises:
            ConfigurationError: If there isn't a charge for each atom.
            NotApplicableError: If a molecule isn't neutral.
        """
        charges = self._fixed if self._varying is None else self._varying.at(ts)
        atoms = water.atoms.size
        if charges is None or charges.shape not in [(atoms,), (len(bonds), atoms)]:
            shape = None if charges is None else charges.shape
            raise ConfigurationError(f"`charges`: expected a charge for each of {atoms} atoms, got the shape {shape}")
        mine = charges[..., water.atoms]
        excess = np.abs(mine.sum(axis=-1)).max()
        if not excess < NEUTRAL:
            raise NotApplicableError(
                f"`charges`: expected neutral molecules, got {excess:.3g} e on one in frame {ts.frame}; the dipole of "
                "an ion depends on the origin"
            )
        return np.asarray(np.einsum("...h,...hx->...x", mine[..., 1:], bonds))


class GivenDipoles:
    """Dipoles that were computed elsewhere.

    Args:
        dipoles: Dipoles of each molecule (in the order of the oxygens) or of each atom (to be summed over the
            molecule), for one bead or all: [M,3], [P,M,3], [N,3] or [P,N,3] in e·Å for each frame. They are given as an
            array with the frames first, as the name of an entry of `ts.data`, as three names such as `("mux", "muy",
            "muz")`, or as a function of the time step.
    """

    description = "given dipoles"

    def __init__(self, dipoles: FrameSource) -> None:
        self._values = FrameValues("dipoles", dipoles)

    def molecular(self, ts: Any, water: Water, bonds: Array) -> Array:
        """Return the dipoles of the molecules, [P,M,3] in e·Å, as `MolecularSource` asks.

        Raises:
            ConfigurationError: If their number doesn't match molecules and beads.
        """
        found = self._values.at(ts)
        found = found[None] if found.ndim == 2 else found
        beads, atoms = len(bonds), water.atoms.size
        if found.shape == (beads, atoms, 3):
            found = found[:, water.atoms].sum(axis=2)
        if found.shape != (beads, len(water), 3):
            raise ConfigurationError(
                f"`dipoles`: expected {beads} beads of {len(water)} molecules or {atoms} atoms with 3 components, got "
                f"the shape {found.shape}"
            )
        return found
