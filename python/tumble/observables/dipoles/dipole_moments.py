"""Dipole moments of water molecules, in e·Å.

Where they come from is said by a source:

    PointCharges      mu = q_H (b_1 + b_2), from fixed charges of the elements and the vectors b from the oxygen to its
                      hydrogens (nearest images, so wrapping doesn't matter)
    AtomicCharges     the same with a charge for each atom, fixed or of each frame
    GivenDipoles      a dipole of each molecule (or atom) and frame: from the columns mux, muy, muz of LAMMPS, from a
                      model, from an array

Point charges give a proxy: they know nothing of the electrons' response to neighbors. They show what broken symmetry
does to orientations, and little else about true dipoles. (Total dipoles alone:
`tumble.observables.dipoles.system_dipole`.)

Molecules must be neutral, since the dipole of an ion depends on the origin. The sign is that of physics, from the
negative to the positive end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import ase.units
import numpy as np

from tumble.errors import SettingError, TrajectoryError
from tumble.observables.frames.water import Water
from tumble.trajectories.frame_values import FrameSource, FrameValues
from tumble.types import Array

DEBYE_PER_E_ANGSTROM = 1.0 / ase.units.Debye

#: Charges of q-SPC/Fw, a flexible water model made for path integrals: Paesani, Zhang, Case, Cheatham, Voth, J. Chem.
#: Phys. 125, 184507 (2006), table I; e.
Q_SPC_FW: Mapping[str, float] = {"O": -0.84, "H": 0.42}

NEUTRAL = 1e-3  # e, per molecule; charges in files are rounded

_PROXY = "a proxy, which knows nothing of the electrons' response"


class MolecularSource(Protocol):
    """Gives the dipoles of the molecules of a frame."""

    @property
    def description(self) -> str:
        """In words, for metadata."""
        ...

    def molecular(self, ts: Any, water: Water, bonds: Array) -> Array:
        """Return dipoles, [P,M,3] in e·Å, of a frame with the bonds [P,M,2,3] in Å."""
        ...


class PointCharges:
    """Dipoles from fixed charges of the elements.

    A model with its negative charge off the oxygen fits as well: with q-TIP4P/F the dipole is gamma q_H (b_1 + b_2), so
    give gamma q_H for hydrogen.

    Args:
        charges: Of `O` and `H`, e; those of q-SPC/Fw if not given.

    Raises:
        TrajectoryError: If they are of other elements, or don't make a neutral molecule.
    """

    def __init__(self, charges: Mapping[str, float] | None = None) -> None:
        charges = Q_SPC_FW if charges is None else charges
        if set(charges) != {"O", "H"}:
            raise SettingError("charges", f"expected those of O and H, got those of {', '.join(sorted(charges))}")
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
        """In words."""
        return f"point charges of {-2 * self._hydrogen:g} e on O and {self._hydrogen:g} e on H: {_PROXY}"

    def molecular(self, ts: Any, water: Water, bonds: Array) -> Array:
        """Return the dipoles of the molecules, [P,M,3] in e·Å, as `MolecularSource` asks."""
        return np.asarray(self._hydrogen * bonds.sum(axis=-2))


class AtomicCharges:
    """Dipoles from charges of the atoms.

    Args:
        charges: [N] in e, such as `universe.atoms.charges`; or charges of each frame, [N] or [P,N]: the name of an
            entry of `ts.data`, such as `q`, or a function of the time step.
    """

    def __init__(self, charges: FrameSource) -> None:
        varies = isinstance(charges, str) or callable(charges)
        self._varying = FrameValues("charges", charges) if varies else None
        self._fixed = None if varies else np.asarray(charges, dtype=np.float64)

    @property
    def description(self) -> str:
        """In words."""
        return f"{'fixed charges' if self._varying is None else 'charges of each frame'} of the atoms: {_PROXY}"

    def molecular(self, ts: Any, water: Water, bonds: Array) -> Array:
        """Return the dipoles of the molecules, [P,M,3] in e·Å, as `MolecularSource` asks.

        Raises:
            TrajectoryError: If there isn't a charge for each atom, or a molecule isn't neutral.
        """
        charges = self._fixed if self._varying is None else self._varying.at(ts)
        atoms = water.atoms.size
        if charges is None or charges.shape not in [(atoms,), (len(bonds), atoms)]:
            shape = None if charges is None else charges.shape
            raise TrajectoryError(f"`charges`: expected one for each of {atoms} atoms, got the shape {shape}")
        mine = charges[..., water.atoms]
        excess = np.abs(mine.sum(axis=-1)).max()
        if not excess < NEUTRAL:
            raise TrajectoryError(
                f"`charges`: expected neutral molecules, got {excess:.3g} e on one in frame {ts.frame}; the dipole of "
                "an ion depends on the origin"
            )
        return np.asarray(np.einsum("...h,...hx->...x", mine[..., 1:], bonds))


class GivenDipoles:
    """Dipoles that were computed elsewhere.

    Args:
        dipoles: Of each molecule (in the order of the oxygens) or of each atom (then summed over the molecule), for
            one bead or all: [M,3], [P,M,3], [N,3] or [P,N,3] in e·Å for each frame. Given as an array with the frames
            first, as the name of an entry of `ts.data`, as three names such as `("mux", "muy", "muz")`, or as a
            function of the time step.
    """

    description = "given dipoles"

    def __init__(self, dipoles: FrameSource) -> None:
        self._values = FrameValues("dipoles", dipoles)

    def molecular(self, ts: Any, water: Water, bonds: Array) -> Array:
        """Return the dipoles of the molecules, [P,M,3] in e·Å, as `MolecularSource` asks.

        Raises:
            TrajectoryError: If they don't fit molecules and beads.
        """
        found = self._values.at(ts)
        found = found[None] if found.ndim == 2 else found
        beads, atoms = len(bonds), water.atoms.size
        if found.shape == (beads, atoms, 3):
            found = found[:, water.atoms].sum(axis=2)
        if found.shape != (beads, len(water), 3):
            raise TrajectoryError(
                f"`dipoles`: expected {beads} beads of {len(water)} molecules or {atoms} atoms with 3 components, got "
                f"the shape {found.shape}"
            )
        return found
