"""Labels of a structure for a training: what ASE reads as energy and forces, or those with other names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ase import Atoms

from tumble.errors import TrainingError
from tumble.frames import labels
from tumble.labels import DipoleLabel, Floats, dipole_label, energy_label, force_label
from tumble.train.sections import DataConfig
from tumble.train.targets import DIPOLE, ENERGY, FORCES, Target


@dataclass(frozen=True)
class StructureLabels:
    """Labels of one structure; None for what it doesn't have.

    Attributes:
        energy: eV.
        forces: [N, 3], eV/Å.
        dipole: Dipole.
    """

    energy: float | None
    forces: Floats | None
    dipole: DipoleLabel | None


def read_labels(atoms: Atoms, where: str, data: DataConfig, targets: Sequence[Target]) -> StructureLabels:
    """Return the labels of a structure.

    An energy that isn't a target is returned, too, if the structure has one, for the composition baseline.

    Args:
        atoms: Structure, as read by ASE.
        where: File and number of the structure, for messages.
        data: Names of the labels.
        targets: Labels that the structure must have.

    Raises:
        FramesError: If a label isn't finite, or one with a name is missing or has another shape.
        TrainingError: If a label without a name is missing.
    """
    usual = labels(atoms, where)
    energy, forces, dipole = usual.energy, None, None
    missing = []
    if data.energy is not None:
        energy = energy_label(atoms, data.energy, where)
    elif ENERGY in targets and energy is None:
        missing.append("energy")
    if FORCES in targets and data.forces is not None:
        forces = force_label(atoms, data.forces, where)
    elif FORCES in targets:
        forces = usual.forces
        missing += ["forces"] if forces is None else []
    if missing:
        required = " and ".join(target.name for target in targets if target is not DIPOLE)
        raise TrainingError(
            f"{where}: expected labels of {required}, got no {' and '.join(missing)}; name the key in `data`, such as "
            f"`{missing[0]}: KEY`, or train without it (`loss.{missing[0]}: 0`)"
        )
    if DIPOLE in targets:
        dipole = dipole_label(atoms, data.dipole, data.dipole_unit, where)
    return StructureLabels(energy, forces, dipole)
