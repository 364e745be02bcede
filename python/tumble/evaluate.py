"""Accuracy of a model or an ASE calculator on labeled structures.

Energies are compared per atom. Models and references often differ by a constant, on which no observable depends, so
errors are also given after subtracting the mean error of the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from os import PathLike, fspath
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import BaseCalculator
from numpy.typing import NDArray

from tumble import _core
from tumble.accuracy import Errors, ErrorSums, errors_of
from tumble.audit.calculator_subject import CalculatorSubject
from tumble.errors import ConfigurationError, FramesError, StructureError
from tumble.frames import read_frames
from tumble.labels import KINDS, LabelNames, NamedLabels, named_labels
from tumble.metadata import fitted_by_training
from tumble.structures import frames_of, located, to_graph, to_structure

_USUAL = LabelNames()  # what ASE reads as energy and forces


@dataclass(frozen=True)
class Accuracy:
    """Errors of a model on one file; None for labels that the file doesn't have.

    Attributes:
        file: Path as given.
        frames: Number of structures.
        atoms: Number of atoms in all structures together.
        energy: Errors of the energy, eV per atom.
        energy_shifted: Errors of the energy after subtracting `energy_shift`, eV per atom.
        energy_shift: Mean error of the energy, eV per atom.
        forces: Errors of the force components, eV/Å.
        energy_total: Errors of the energy of a structure, eV.
        dipole: Errors of the dipole, e Å: of components, or of magnitudes if these are the labels.
        compared: Kinds of labels that were looked for, some of `tumble.labels.KINDS`.
    """

    file: str
    frames: int
    atoms: int
    energy: Errors | None
    energy_shifted: Errors | None
    energy_shift: float | None
    forces: Errors | None
    energy_total: Errors | None = None
    dipole: Errors | None = None
    compared: tuple[str, ...] = KINDS

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return asdict(self)


def evaluate(
    potential: _core.Potential,
    path: str | PathLike[str],
    *,
    batch: int = 8,
    frames: Iterable[Atoms] | None = None,
    symmetrizer: _core.Symmetrizer | None = None,
    names: LabelNames = _USUAL,
) -> Accuracy:
    """Return the errors of a model on a file of any length, which is read and evaluated batch by batch.

    Args:
        potential: Loaded model.
        path: File that ASE reads.
        batch: Number of structures in one evaluation.
        frames: Structures of the file, if the caller reads it (to show the progress).
        symmetrizer: Rotations over which each structure is averaged; without it, the lab frame alone.
        names: Names of the labels.

    Raises:
        ConfigurationError: As by `compared_kinds`, or if `batch` isn't above 0.
        FramesError: If the file is missing, is empty, can't be read, has neither energies nor forces, or has labels
            that aren't finite or lead to errors that aren't finite.
        StructureError: If a structure has an element that the model doesn't know, or can't be evaluated; the message
            begins with the file and its number.
        EvaluationError: If the model fails.
    """
    if batch < 1:
        raise ConfigurationError(f"`batch`: expected an integer above 0, got {batch}")
    kinds = compared_kinds(potential, names)
    species, cutoff = potential.metadata.species, potential.metadata.cutoff

    def predict(group: Sequence[Atoms], where: Sequence[str]) -> Iterator[_Prediction]:
        structures, graph = _graph(group, where, species, cutoff)
        result = potential.evaluate(graph, [] if symmetrizer is None else frames_of(symmetrizer, structures))
        dipoles = result.outputs["dipole"] if names.dipole is not None else None
        for i, energy in enumerate(result.energies):
            atoms = slice(graph.first_atom[i], graph.first_atom[i + 1])
            yield _Prediction(float(energy), result.forces[atoms], None if dipoles is None else dipoles[atoms])

    return _compare(predict, path, read_frames(path) if frames is None else frames, batch, names, kinds)


def compared_kinds(potential: _core.Potential, names: LabelNames) -> tuple[str, ...]:
    """Return the kinds of labels with which a model can be compared: dipoles alone if it was trained for nothing else.

    Args:
        potential: Loaded model.
        names: Names of the labels.

    Raises:
        ConfigurationError: If labels are named that the model has no numbers for, or dipoles aren't named although it
            has nothing else.
    """
    metadata = potential.metadata
    fitted = fitted_by_training(json.loads(metadata.to_json()))
    kinds = names.comparable_kinds(metadata.name, metadata.outputs, fitted)
    if kinds == ("dipole",) and names.dipole is None:
        raise ConfigurationError(
            f"`dipole`: expected the key of a label, since `{metadata.name}` was trained for dipoles alone, got none"
        )
    return kinds


def check_labels(path: str | PathLike[str], names: LabelNames, kinds: Collection[str] = KINDS) -> None:
    """Check the labels of a file, which takes far less time than an evaluation that ends at a missing one.

    Args:
        path: File that ASE reads.
        names: Names of the labels.
        kinds: Kinds of labels to look for, some of `tumble.labels.KINDS`.

    Raises:
        FramesError: If the file can't be read, a label isn't finite, one with a name is missing, or there are none.
    """
    count, labeled = 0, False
    for atoms in read_frames(path):
        labeled |= not named_labels(atoms, names, f"`{fspath(path)}`, frame {count}", kinds).empty
        count += 1
    if not labeled:
        raise _without_labels(path, count)


def _without_labels(path: str | PathLike[str], count: int) -> FramesError:
    return FramesError(
        f"`frames`: expected energies or forces as labels, got none in the {count} structures of `{fspath(path)}`; "
        "name them if they have other names"
    )


def evaluate_calculator(
    calculator: BaseCalculator,
    name: str,
    path: str | PathLike[str],
    *,
    frames: Iterable[Atoms] | None = None,
    names: LabelNames = _USUAL,
) -> Accuracy:
    """Return the errors of an ASE calculator on a file of any length, one structure at a time.

    Args:
        calculator: Any ASE calculator; to average over rotations, a `tumble.Symmetrized`.
        name: Of the calculator, for messages.
        path: File that ASE reads.
        frames: Structures of the file, if the caller reads it (to show the progress).
        names: Names of the labels, without dipoles.

    Raises:
        ConfigurationError: If dipoles are named.
        FramesError: As by `evaluate`.
        StructureError: If a structure has no atoms.
        CalculatorError: If the calculator fails.
    """
    if names.dipole is not None:
        raise ConfigurationError("`dipole`: expected none with a calculator, whose dipoles aren't evaluated")
    subject = CalculatorSubject(calculator, name)

    def predict(group: Sequence[Atoms], where: Sequence[str]) -> Iterator[_Prediction]:
        for atoms in group:
            result = subject.evaluate(atoms)
            yield _Prediction(float(result.energies[0]), result.forces[0], None)

    return _compare(predict, path, read_frames(path) if frames is None else frames, 1, names)


def _graph(
    group: Sequence[Atoms], where: Sequence[str], species: Sequence[str], cutoff: float
) -> tuple[list[_core.Structure], _core.Graph]:
    """Return the structures and the graph of a batch; an error begins with the place of the structure."""
    try:
        structures = [to_structure(atoms, species) for atoms in group]
        return structures, _core.build_graph(structures, cutoff)
    except StructureError:
        for atoms, place in zip(group, where, strict=True):
            with located(place):
                to_graph([atoms], species, cutoff)
        raise


def _compare(
    predict: Callable[[Sequence[Atoms], Sequence[str]], Iterable[_Prediction]],
    path: str | PathLike[str],
    frames: Iterable[Atoms],
    batch: int,
    names: LabelNames,
    kinds: tuple[str, ...] = KINDS,
) -> Accuracy:
    """Return the errors of predictions, which are made for some structures at a time."""
    tally = _Tally()
    for group in _batched(frames, batch):
        where = [f"`{fspath(path)}`, frame {tally.frames + i}" for i in range(len(group))]
        known = [named_labels(atoms, names, place, kinds) for atoms, place in zip(group, where, strict=True)]
        for expected, found in zip(known, predict(group, where), strict=True):
            tally.add(expected, found)
    if not tally.energy_errors and tally.forces.count == tally.dipole.count == 0:
        raise _without_labels(path, tally.frames)
    accuracy = tally.accuracy(fspath(path), kinds)
    for name, errors in (
        ("energies", accuracy.energy),
        ("forces", accuracy.forces),
        ("dipoles", accuracy.dipole),
    ):
        if errors is not None and not errors.finite():
            raise FramesError(
                f"`frames`: expected {name} whose errors are finite, got a mean absolute error of {errors.mae:.3g} and "
                f"an rms of {errors.rmse:.3g} in `{fspath(path)}`; look for a label that can't be right"
            )
    return accuracy


@dataclass(frozen=True)
class _Prediction:
    """Energy in eV, forces [N, 3] in eV/Å, and dipoles of the atoms [N, 3] in e Å."""

    energy: float
    forces: NDArray[np.float64]
    dipoles: NDArray[np.float64] | None


@dataclass
class _Tally:
    """Sums over the structures so far."""

    frames: int = 0
    atoms: int = 0
    energy_errors: list[float] = field(default_factory=list)
    energy_total: ErrorSums = field(default_factory=ErrorSums)
    forces: ErrorSums = field(default_factory=ErrorSums)
    dipole: ErrorSums = field(default_factory=ErrorSums)

    def add(self, expected: NamedLabels, found: _Prediction) -> None:
        self.frames += 1
        self.atoms += len(found.forces)
        if expected.energy is not None and len(found.forces) > 0:
            self.energy_errors.append((found.energy - expected.energy) / len(found.forces))
            self.energy_total.add(found.energy - expected.energy)
        if expected.forces is not None:
            self.forces.add(found.forces - expected.forces)
        if expected.dipole is not None and found.dipoles is not None:
            self.dipole.add(expected.dipole.kind.of(found.dipoles) - expected.dipole.values)

    def accuracy(self, file: str, compared: tuple[str, ...]) -> Accuracy:
        energies = np.array(self.energy_errors)
        shift = float(energies.mean()) if len(energies) > 0 else None
        return Accuracy(
            file=file,
            frames=self.frames,
            atoms=self.atoms,
            energy=None if shift is None else errors_of(energies),
            energy_shifted=None if shift is None else errors_of(energies - shift),
            energy_shift=shift,
            forces=self.forces.errors() if self.forces.count > 0 else None,
            energy_total=None if shift is None else self.energy_total.errors(),
            dipole=self.dipole.errors() if self.dipole.count > 0 else None,
            compared=compared,
        )


def _batched(frames: Iterable[Atoms], size: int) -> Iterator[list[Atoms]]:
    iterator = iter(frames)
    while group := list(islice(iterator, size)):
        yield group
