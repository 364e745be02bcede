"""Labels of a structure for a training, by name: what ASE reads as energy and forces, or any key of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from tumble.errors import TrainingError
from tumble.frames import labels
from tumble.hints import nearest_name
from tumble.train.dipoles import DipoleKind
from tumble.train.sections import DIPOLE_UNITS, DataConfig
from tumble.train.targets import DIPOLE, ENERGY, FORCES, Target

Floats = NDArray[np.float64]

_GEOMETRY = ("numbers", "positions")


@dataclass(frozen=True)
class DipoleLabel:
    """A dipole of one structure: [N, 3], [3] or a number, e Å."""

    kind: DipoleKind
    values: Floats


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
        FramesError: If an energy or force that ASE has read isn't finite.
        TrainingError: If a label is missing or has another shape, or isn't finite.
    """
    usual = labels(atoms, where)
    energy, forces, dipole = usual.energy, None, None
    missing = []
    if data.energy is not None:
        energy = float(_named(atoms, data.energy, where, "energy", ((),)))
    elif ENERGY in targets and energy is None:
        missing.append("energy")
    if FORCES in targets and data.forces is not None:
        forces = _named(atoms, data.forces, where, "forces", ((len(atoms), 3),))
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
        dipole = _dipole(atoms, where, data)
    return StructureLabels(energy, forces, dipole)


def _dipole(atoms: Atoms, where: str, data: DataConfig) -> DipoleLabel:
    """Return the dipole, whose kind is recognized by its shape."""
    kinds = {(len(atoms), 3): DipoleKind.ATOMS, (3,): DipoleKind.VECTOR, (): DipoleKind.MAGNITUDE}
    values = DIPOLE_UNITS[data.dipole_unit] * _named(atoms, data.dipole, where, "dipole", tuple(kinds))
    kind = kinds[values.shape]
    if kind is DipoleKind.MAGNITUDE and values < 0.0:
        raise TrainingError(f"{where}: expected a magnitude `{data.dipole}` of at least 0, got {values:g}")
    return DipoleLabel(kind, values)


def _named(atoms: Atoms, key: str, where: str, what: str, shapes: tuple[tuple[int, ...], ...]) -> Floats:
    """Return a label by its key: an array of the atoms, an entry of the header, or a result that ASE has recognized."""
    results = {} if atoms.calc is None else atoms.calc.results
    known = {**results, **atoms.info, **{k: v for k, v in atoms.arrays.items() if k not in _GEOMETRY}}
    if key not in known:
        hint = nearest_name(key, known, "labels") or "; it has no labels"
        raise TrainingError(f"{where}: expected a label `{key}` for the {what}, got none{hint}")
    try:
        values = np.asarray(known[key], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TrainingError(f"{where}: expected numbers as `{key}` for the {what}, got {known[key]!r}") from error
    if values.shape not in shapes:
        expected = " or ".join(str(list(shape)) if shape else "one number" for shape in shapes)
        raise TrainingError(f"{where}: expected `{key}` of shape {expected} for the {what}, got {list(values.shape)}")
    if not np.isfinite(values).all():
        raise TrainingError(f"{where}: expected finite `{key}`, got a NaN or infinity; remove the structure")
    return values
