"""An ASE calculator as the subject of an audit: positions and cell are turned before, and forces back after, a call.

A calculator sees cells in any orientation. An improper rotation would make a right-handed cell left-handed, which some
codes refuse. So all three cell vectors then change their sign: they span the same lattice, and the cell stays
right-handed. A calculator that turns cells to a standard form itself never sees a rotation of a periodic structure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from ase import Atoms
from ase.calculators.calculator import BaseCalculator
from typing_extensions import override

from tumble.audit.subject import LAB, Float, InRotations, Subject, Virial
from tumble.counted import counted
from tumble.error_words import error_words
from tumble.errors import CalculatorError, StructureError


class CalculatorSubject(Subject):
    """An ASE calculator.

    Constraints of a structure don't apply. The energy is the one to which the forces belong, the free energy where
    the calculator has both.

    Attributes:
        calculator: The calculator.
    """

    kind = "calculator"

    def __init__(self, calculator: BaseCalculator, name: str, *, cutoff: float | None = None) -> None:
        """Wrap the calculator.

        Args:
            calculator: Any calculator of ASE.
            name: For tables.
            cutoff: Largest distance of atoms that interact directly, Å; None if unknown.

        Raises:
            CalculatorError: If it isn't a calculator.
        """
        check_calculator(calculator, name)
        super().__init__(name)
        self.calculator = calculator
        self.cutoff = cutoff

    @override
    def evaluate(self, atoms: Atoms, rotations: Float = LAB) -> InRotations:
        _check_geometry(atoms)
        energies, forces = np.empty(len(rotations)), np.empty((len(rotations), len(atoms), 3))
        for k, rotation in enumerate(rotations):
            seen = self._attached(turned(atoms, rotation))
            # First the forces: a calculator that computes what it is asked for then has the energy, too.
            forces[k] = self._forces(seen, rotation) @ rotation
            energies[k] = self._energy(seen, rotation)
        return InRotations(energies, forces, _torques(atoms, forces))

    @override
    def energies(self, structures: Sequence[Atoms]) -> Float:
        return np.array([self._energy(self._attached(_plain_copy(atoms)), LAB[0]) for atoms in structures])

    @override
    def virial(self, atoms: Atoms) -> Virial | None:
        if not atoms.pbc.all():
            return None
        copy = self._attached(_plain_copy(atoms))
        with _failures_named(self.name, atoms, LAB[0]):
            try:
                stress = copy.get_stress(voigt=False, apply_constraint=False)  # type: ignore[no-untyped-call]
            except NotImplementedError:  # or ASE's `PropertyNotImplementedError`, which is one
                return None
        values = -copy.get_volume() * _checked("stress", stress, (3, 3), self.name, atoms)  # type: ignore[no-untyped-call]
        return Virial(values, full=False)

    def _forces(self, seen: Atoms, rotation: Float) -> Float:
        with _failures_named(self.name, seen, rotation):
            forces = seen.get_forces(apply_constraint=False)  # type: ignore[no-untyped-call]
        return _checked("forces", forces, (len(seen), 3), self.name, seen)

    def _energy(self, seen: Atoms, rotation: Float) -> float:
        with _failures_named(self.name, seen, rotation):
            energy = seen.get_potential_energy()  # type: ignore[no-untyped-call]
        free = getattr(self.calculator, "results", {}).get("free_energy")
        energy = energy if free is None else free
        return float(_checked("energy", energy, (), self.name, seen))

    def _attached(self, atoms: Atoms) -> Atoms:
        _check_geometry(atoms)
        self.evaluations += 1
        atoms.calc = self.calculator
        return atoms


def check_calculator(found: object, name: str) -> None:
    """Refuse what isn't a calculator of ASE, such as the class of one.

    Raises:
        CalculatorError: If it isn't one.
    """
    if isinstance(found, type):
        raise CalculatorError(f"`{name}`: expected an ASE calculator, got the class {found.__name__}; call it")
    if not all(hasattr(found, each) for each in ("get_potential_energy", "get_forces")):
        raise CalculatorError(f"`{name}`: expected an ASE calculator, got {type(found).__name__}")


def turned(atoms: Atoms, rotation: Float) -> Atoms:
    """Return a copy without constraints and calculator in which positions and cell are turned, x' = R x.

    Args:
        atoms: The structure.
        rotation: Orthogonal matrix [3, 3]; if it is improper, the cell vectors also change their sign.
    """
    copy = _plain_copy(atoms)
    sign = 1.0 if np.linalg.det(rotation) > 0.0 else -1.0
    copy.set_cell(sign * atoms.cell.array @ rotation.T, scale_atoms=False)  # type: ignore[no-untyped-call]
    copy.set_positions(atoms.positions @ rotation.T)  # type: ignore[no-untyped-call]
    return copy


def describe(atoms: Atoms) -> str:
    """Return a structure's formula and number of atoms, for messages."""
    return f"{atoms.get_chemical_formula()} ({counted(len(atoms), 'atom')})"  # type: ignore[no-untyped-call]


def _check_geometry(atoms: Atoms) -> None:
    """Refuse what a model file refuses, too, and what calculators turn into errors of all kinds, or into NaN."""
    if len(atoms) == 0:
        raise StructureError("expected at least one atom, got none")
    lengths = atoms.cell.lengths()
    for name, values in (("positions", atoms.positions), ("cell", lengths)):
        if not np.isfinite(values).all():
            raise StructureError(f"`{name}`: expected finite numbers, got a NaN or infinity")
    if np.any(atoms.pbc & (lengths == 0.0)):
        raise StructureError(
            f"`cell`: expected a vector for each periodic direction, got pbc {atoms.pbc.tolist()} and vectors of "
            f"{', '.join(f'{length:g}' for length in lengths)} Å"
        )


def _plain_copy(atoms: Atoms) -> Atoms:
    copy: Atoms = atoms.copy()  # type: ignore[no-untyped-call]
    copy.set_constraint(None)  # type: ignore[no-untyped-call]
    return copy


def _torques(atoms: Atoms, forces: Float) -> Float:
    """Return the frame torques, [K, 3]: of an open structure minus the torque of its forces, else NaN."""
    if atoms.pbc.any():
        return np.full((len(forces), 3), np.nan)
    torques: Float = -np.cross(atoms.positions[None] - atoms.positions.mean(axis=0), forces).sum(axis=1)
    return torques


def _checked(what: str, value: object, shape: tuple[int, ...], name: str, atoms: Atoms) -> Float:
    try:
        values = np.asarray(value)
        if values.dtype.kind == "c":  # numpy would only warn
            raise TypeError("complex ones")
        values = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CalculatorError(f"`{name}`: expected numbers as {what} of {describe(atoms)}, got {error}") from error
    # An energy may be an array with one value. But a transposed array isn't what it seems, although its size is right.
    if _without_ones(values.shape) == _without_ones(shape):
        values = values.reshape(shape)
    if values.shape != shape:
        raise CalculatorError(
            f"`{name}`: expected {what} of shape {shape} for {describe(atoms)}, got the shape {values.shape}"
        )
    if not np.isfinite(values).all():
        raise CalculatorError(f"`{name}`: expected finite {what} of {describe(atoms)}, got a NaN or infinity")
    return values


def _without_ones(shape: tuple[int, ...]) -> list[int]:
    return [length for length in shape if length != 1]


@contextmanager
def _failures_named(name: str, atoms: Atoms, rotation: Float) -> Iterator[None]:
    """Name the structure and the rotation in whatever the calculator raises."""
    try:
        yield
    except CalculatorError:  # of a `tumble.Symmetrized`, which names the rotation of its set
        raise
    except (Exception, SystemExit) as error:  # whatever code of another package raises
        lab = np.array_equal(rotation, LAB[0])
        where = "in the lab frame" if lab else f"turned by {np.round(rotation, 4).tolist()}"
        raise CalculatorError(
            f"`{name}`: the calculator fails for {describe(atoms)} {where}: {error_words(error)}"
        ) from error
