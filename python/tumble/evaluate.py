"""Accuracy of a model or an ASE calculator on labeled structures.

Energies are compared per atom. Models and references often differ by a constant, on which no observable depends, so
errors are also given after subtracting the mean error of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from os import PathLike, fspath
from typing import Any, TypeAlias

import numpy as np
from ase import Atoms
from ase.calculators.calculator import BaseCalculator
from numpy.typing import NDArray

from tumble import _core
from tumble.accuracy import Errors, ErrorSums, errors_of
from tumble.audit.calculator_subject import CalculatorSubject
from tumble.errors import ConfigurationError, FramesError
from tumble.frames import Labels, labels, read_frames
from tumble.structures import frames_of, to_structure


@dataclass(frozen=True)
class Accuracy:
    """Errors of a model on one file; None for energies or forces that the file doesn't have.

    Attributes:
        file: Path as given.
        frames: Number of structures.
        atoms: Number of atoms in all structures together.
        energy: Errors of the energy, eV per atom.
        energy_shifted: Errors of the energy after subtracting `energy_shift`, eV per atom.
        energy_shift: Mean error of the energy, eV per atom.
        forces: Errors of the force components, eV/Å.
    """

    file: str
    frames: int
    atoms: int
    energy: Errors | None
    energy_shifted: Errors | None
    energy_shift: float | None
    forces: Errors | None

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
) -> Accuracy:
    """Return the errors of a model on a file of any length, which is read and evaluated batch by batch.

    Args:
        potential: Loaded model.
        path: File that ASE reads.
        batch: Number of structures in one evaluation.
        frames: Structures of the file, if the caller reads it (to show the progress).
        symmetrizer: Rotations over which each structure is averaged; without it, the lab frame alone.

    Raises:
        ConfigurationError: If `batch` isn't above 0.
        FramesError: If the file is missing, is empty, can't be read, has neither energies nor forces, or has labels
            that aren't finite or lead to errors that aren't finite.
        StructureError: If a structure has an element that the model doesn't know, or can't be evaluated.
        EvaluationError: If the model fails.
    """
    if batch < 1:
        raise ConfigurationError(f"`batch`: expected an integer above 0, got {batch}")
    species, cutoff = potential.metadata.species, potential.metadata.cutoff

    def predict(group: Sequence[Atoms]) -> Iterator[_Prediction]:
        structures = [to_structure(atoms, species) for atoms in group]
        graph = _core.build_graph(structures, cutoff)
        result = potential.evaluate(graph, [] if symmetrizer is None else frames_of(symmetrizer, structures))
        for i, energy in enumerate(result.energies):
            yield float(energy), result.forces[graph.first_atom[i] : graph.first_atom[i + 1]]

    return _compare(predict, path, read_frames(path) if frames is None else frames, batch)


def evaluate_calculator(
    calculator: BaseCalculator, name: str, path: str | PathLike[str], *, frames: Iterable[Atoms] | None = None
) -> Accuracy:
    """Return the errors of an ASE calculator on a file of any length, one structure at a time.

    Args:
        calculator: Any ASE calculator; to average over rotations, a `tumble.Symmetrized`.
        name: Of the calculator, for messages.
        path: File that ASE reads.
        frames: Structures of the file, if the caller reads it (to show the progress).

    Raises:
        FramesError: As by `evaluate`.
        StructureError: If a structure has no atoms.
        CalculatorError: If the calculator fails.
    """
    subject = CalculatorSubject(calculator, name)

    def predict(group: Sequence[Atoms]) -> Iterator[_Prediction]:
        for atoms in group:
            result = subject.evaluate(atoms)
            yield float(result.energies[0]), result.forces[0]

    return _compare(predict, path, read_frames(path) if frames is None else frames, 1)


def _compare(
    predict: Callable[[Sequence[Atoms]], Iterable[_Prediction]],
    path: str | PathLike[str],
    frames: Iterable[Atoms],
    batch: int,
) -> Accuracy:
    """Return the errors of predictions, which are made for some structures at a time."""
    tally = _Tally()
    for group in _batched(frames, batch):
        known = [labels(atoms, f"`{fspath(path)}`, frame {tally.frames + i}") for i, atoms in enumerate(group)]
        for expected, (energy, forces) in zip(known, predict(group), strict=True):
            tally.add(expected, energy, forces)
    if not tally.energy_errors and tally.forces.count == 0:
        raise FramesError(
            f"`frames`: expected energies or forces as labels, got none in the {tally.frames} structures of "
            f"`{fspath(path)}`"
        )
    accuracy = tally.accuracy(fspath(path))
    for name, errors in (("energies", accuracy.energy), ("forces", accuracy.forces)):
        if errors is not None and not errors.finite():
            raise FramesError(
                f"`frames`: expected {name} whose errors are finite, got a mean absolute error of {errors.mae:.3g} and "
                f"an rms of {errors.rmse:.3g} in `{fspath(path)}`; look for a label that can't be right"
            )
    return accuracy


#: Energy in eV, forces [N, 3] in eV/Å.
_Prediction: TypeAlias = tuple[float, NDArray[np.float64]]


@dataclass
class _Tally:
    """Sums over the structures so far."""

    frames: int = 0
    atoms: int = 0
    energy_errors: list[float] = field(default_factory=list)
    forces: ErrorSums = field(default_factory=ErrorSums)

    def add(self, expected: Labels, energy: float, forces: NDArray[np.float64]) -> None:
        self.frames += 1
        self.atoms += len(forces)
        if expected.energy is not None and len(forces) > 0:
            self.energy_errors.append((energy - expected.energy) / len(forces))
        if expected.forces is not None:
            self.forces.add(forces - expected.forces)

    def accuracy(self, file: str) -> Accuracy:
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
        )


def _batched(frames: Iterable[Atoms], size: int) -> Iterator[list[Atoms]]:
    iterator = iter(frames)
    while group := list(islice(iterator, size)):
        yield group
