"""Labels of a structure for a training: what ASE reads as energy and forces, or those with other names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ase import Atoms

from tumble.errors import TrainingError
from tumble.labels import LabelNames, NamedLabels, named_labels, usable_energy
from tumble.train.sections import DataConfig
from tumble.train.targets import DIPOLE, ENERGY, Target


def read_labels(atoms: Atoms, where: str, data: DataConfig, targets: Sequence[Target]) -> NamedLabels:
    """Return the labels of a structure.

    An energy that isn't a target is returned, too, if the structure has a finite one, for the composition baseline.

    Args:
        atoms: Structure, as read by ASE.
        where: File and number of the structure, for messages.
        data: Names of the labels.
        targets: Labels that the structure must have.

    Raises:
        FramesError: If a target isn't finite, or a label with a name is missing or has another shape.
        TrainingError: If a label without a name is missing.
    """
    names = LabelNames(data.energy, data.forces, data.dipole, data.dipole_unit)
    found = named_labels(atoms, names, where, [target.name for target in targets])
    if ENERGY not in targets:
        found = replace(found, energy=usable_energy(atoms, data.energy, where))
    required = [target.name for target in targets if target is not DIPOLE]
    missing = [name for name in required if getattr(found, name) is None]
    if missing:
        raise TrainingError(
            f"{where}: expected labels of {' and '.join(required)}, got no {' and '.join(missing)}; name the key in "
            f"`data`, such as `{missing[0]}: KEY`, or train without it (`loss.{missing[0]}: 0`)"
        )
    return found
