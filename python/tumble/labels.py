"""Labels of a structure under any name: an array of the atoms, an entry of the header, or what ASE has recognized.

A dipole is recognized by its place and shape: an array [N, 3] of the atoms is the dipole of each atom, [3] in the
header is that of the structure, and a number there is its magnitude. The place matters for three atoms, where [3] might
be a number for each atom, and [3, 3] might be a tensor of the structure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import ase.units
import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from tumble.errors import ConfigurationError, FramesError
from tumble.hints import nearest_name

Floats = NDArray[np.float64]

DIPOLE_UNITS = {"e*angstrom": 1.0, "debye": ase.units.Debye}  # in e Å
KINDS = ("energy", "forces", "dipole")
_GEOMETRY = ("numbers", "positions")


class DipoleKind(Enum):
    """What the label of a dipole is."""

    ATOMS = "the dipole of each atom"
    VECTOR = "the dipole of each structure"
    MAGNITUDE = "the magnitude of each structure's dipole"

    def of(self, atomic: Floats) -> Floats:
        """Return the dipoles of atoms [N, 3] in the form of the label."""
        if self is DipoleKind.ATOMS:
            return atomic
        total = atomic.sum(axis=0)
        return np.asarray(np.linalg.norm(total)) if self is DipoleKind.MAGNITUDE else total


@dataclass(frozen=True)
class DipoleLabel:
    """A dipole of one structure: [N, 3], [3] or a number, e Å."""

    kind: DipoleKind
    values: Floats


@dataclass(frozen=True)
class LabelNames:
    """Names of labels in a file.

    Attributes:
        energy: Key of the energies, eV; None for what ASE reads as energy.
        forces: Key of the forces, eV/Å; None for what ASE reads as forces.
        dipole: Key of the dipoles; None if they aren't wanted.
        dipole_unit: ``e*angstrom`` or ``debye``.
    """

    energy: str | None = None
    forces: str | None = None
    dipole: str | None = None
    dipole_unit: str = "e*angstrom"

    def __post_init__(self) -> None:
        """Check the unit.

        Raises:
            ConfigurationError: If it is unknown.
        """
        if self.dipole_unit not in DIPOLE_UNITS:
            raise ConfigurationError(f"`dipole_unit`: expected {' or '.join(DIPOLE_UNITS)}, got {self.dipole_unit}")

    def comparable_kinds(self, name: str, outputs: Sequence[str], fitted: Collection[str] = KINDS) -> tuple[str, ...]:
        """Return the kinds of labels to compare a model with: dipoles alone if it was trained for nothing else.

        An energy that was never trained means nothing, and neither do its forces.

        Args:
            name: Of the model.
            outputs: That it declares.
            fitted: What its training fitted, some of `KINDS`.

        Raises:
            ConfigurationError: If dipoles are named, but the model has none; or energies or forces, but it was trained
                for dipoles alone.
        """
        if self.dipole is not None and "dipole" not in outputs:
            raise ConfigurationError(f"`dipole`: expected a model with the output `dipole`, got `{name}` without it")
        if {"energy", "forces"} & set(fitted):
            return KINDS
        for key in ("energy", "forces"):
            label = getattr(self, key)
            if label is not None:
                raise ConfigurationError(
                    f"`{key}`: expected no such label, since `{name}` was trained for dipoles alone, got `{label}`"
                )
        return ("dipole",)


@dataclass(frozen=True)
class NamedLabels:
    """Labels of a structure; None for what it doesn't have.

    Attributes:
        energy: eV.
        forces: eV/Å, [N, 3].
        dipole: The dipole, if it has a name.
    """

    energy: float | None
    forces: Floats | None
    dipole: DipoleLabel | None = None

    @property
    def empty(self) -> bool:
        """Whether there are none."""
        return self.energy is None and self.forces is None and self.dipole is None


def named_labels(atoms: Atoms, names: LabelNames, where: str, wanted: Collection[str] = KINDS) -> NamedLabels:
    """Return the labels of a structure: those with names, and what ASE reads as energy and forces for the others.

    Args:
        atoms: Structure, as read by ASE.
        names: Names of the labels.
        where: File and number of the structure, for messages.
        wanted: Some of `KINDS`; others aren't looked at.

    Raises:
        FramesError: If a label isn't finite, or one with a name is missing or has another shape.
    """
    dipole = names.dipole if "dipole" in wanted else None
    return NamedLabels(
        energy=energy_label(atoms, names.energy, where) if "energy" in wanted else None,
        forces=force_label(atoms, names.forces, where) if "forces" in wanted else None,
        dipole=None if dipole is None else dipole_label(atoms, dipole, names.dipole_unit, where),
    )


def energy_label(atoms: Atoms, key: str | None, where: str) -> float | None:
    """Return the energy of a structure, eV; without a key what ASE reads, if anything.

    See `named_label` for the rest.
    """
    energy = _energy(atoms, key, where)
    return None if energy is None else float(_finite(np.asarray(energy), key, where, "energy"))


def usable_energy(atoms: Atoms, key: str | None, where: str) -> float | None:
    """Return the energy of a structure as `energy_label`, but None if it is missing or isn't finite."""
    energy = _energy(atoms, key, where) if key is None or key in _known(atoms) else None
    return energy if energy is not None and np.isfinite(energy) else None


def _energy(atoms: Atoms, key: str | None, where: str) -> float | None:
    """Return the energy of a structure, which may not be finite."""
    if key is not None:
        return float(_label(atoms, key, where, "energy", ((),)))
    usual = results_of(atoms).get("energy")
    return None if usual is None else float(usual)


def force_label(atoms: Atoms, key: str | None, where: str) -> Floats | None:
    """Return the forces of a structure [N, 3], eV/Å; without a key what ASE reads, if anything.

    See `named_label` for the rest.
    """
    if key is not None:
        return named_label(atoms, key, where, "forces", ((len(atoms), 3),))
    usual = results_of(atoms).get("forces")
    return None if usual is None else _finite(np.asarray(usual, dtype=np.float64), None, where, "forces")


def dipole_label(atoms: Atoms, key: str, unit: str, where: str) -> DipoleLabel:
    """Return the dipole of a structure.

    Args:
        atoms: Structure, as read by ASE.
        key: Name of the label.
        unit: One of `DIPOLE_UNITS`.
        where: File and number of the structure, for messages.

    Raises:
        FramesError: As by `named_label`, or if a magnitude is negative.
    """
    of_atoms: dict[tuple[int, ...], DipoleKind] = {(len(atoms), 3): DipoleKind.ATOMS}
    of_structure: dict[tuple[int, ...], DipoleKind] = {(3,): DipoleKind.VECTOR, (): DipoleKind.MAGNITUDE}
    if key in atoms.arrays:
        kinds = of_atoms
    elif key in atoms.info:
        kinds = of_structure
    else:  # ASE takes either for a result
        kinds = of_atoms | of_structure
    values = DIPOLE_UNITS[unit] * named_label(atoms, key, where, "dipole", tuple(kinds))
    kind = kinds[np.shape(values)]
    if kind is DipoleKind.MAGNITUDE and values < 0.0:
        raise FramesError(f"{where}: expected a magnitude `{key}` of at least 0, got {values:g}")
    return DipoleLabel(kind, np.asarray(values))


def named_label(atoms: Atoms, key: str, where: str, what: str, shapes: tuple[tuple[int, ...], ...]) -> Floats:
    """Return a label by its name.

    Args:
        atoms: Structure, as read by ASE.
        key: Name of the label.
        where: File and number of the structure, for messages.
        what: What the label is, for messages.
        shapes: Possible shapes.

    Raises:
        FramesError: If there is no such label, or it isn't finite or has another shape.
    """
    return _finite(_label(atoms, key, where, what, shapes), key, where, what)


def _label(atoms: Atoms, key: str, where: str, what: str, shapes: tuple[tuple[int, ...], ...]) -> Floats:
    """Return a label by its name; it may not be finite."""
    known = _known(atoms)
    if key not in known:
        hint = nearest_name(key, known, "labels") or "; it has no labels"
        raise FramesError(f"{where}: expected a label `{key}` for the {what}, got none{hint}")
    try:
        values = np.asarray(known[key], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise FramesError(f"{where}: expected numbers as `{key}` for the {what}, got {known[key]!r}") from error
    if values.shape not in shapes:
        expected = " or ".join(str(list(shape)) if shape else "one number" for shape in shapes)
        raise FramesError(f"{where}: expected `{key}` of shape {expected} for the {what}, got {list(values.shape)}")
    return values


def _known(atoms: Atoms) -> dict[str, Any]:
    """Return all that may be a label."""
    return {**results_of(atoms), **atoms.info, **{k: v for k, v in atoms.arrays.items() if k not in _GEOMETRY}}


def results_of(atoms: Atoms) -> dict[str, Any]:
    """Return what ASE reads as results of a calculation."""
    return {} if atoms.calc is None else atoms.calc.results


def _finite(values: Floats, key: str | None, where: str, what: str) -> Floats:
    """Return a label, if it is finite."""
    if not np.isfinite(values).all():
        name = what if key is None else f"`{key}`"
        raise FramesError(f"{where}: expected finite {name}, got a NaN or infinity; remove the structure")
    return values
