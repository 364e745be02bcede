"""Deviation of a network from O(3) invariance, measured with random rotations, and which invariance is exact.

For structure s and proper rotation k let E_sk+ and E_sk- be the energies of the turned structure and of its inverse,
and e = (E+ + E-) / 2 and o = (E+ - E-) / 2 the parts that are even and odd under inversion. With var for the variance
over the rotations, with Bessel's factor, and N_s for the number of atoms, the errors are

    under rotations    sqrt(mean_s (var E+ + var E-) / 2 / N_s^2)
    under inversion    sqrt(mean_sk o^2 / N_s^2)
    under both         sqrt(mean_s (var e + mean_k o^2) / N_s^2)

The first is the rms deviation from the mean over proper rotations, of a structure or its mirror image, the second that
from the mean of a structure and its inverse, half of the change under inversion, and the third that from the mean over
O(3). Their squares have the expectation of the average over all rotations. The same holds for each component of the
forces, turned back to the lab frame, in place of E_s / N_s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from ase import Atoms
from numpy.typing import NDArray

from tumble import _core
from tumble.autograd import derivatives
from tumble.counted import counted
from tumble.errors import ConfigurationError
from tumble.metadata import Symmetry, SymmetryErrors, SymmetryKind
from tumble.rotations import random_proper_rotations
from tumble.rounding import explained, in_double, within
from tumble.structures import to_graph

_JUDGING = 3  # rotations on which the kind is judged: any of them shows an error
_FROM_EXACT: tuple[SymmetryKind, ...] = ("exact", "rotations", "approximate")
# Of a cluster without mirror planes, in cutoffs: neighbors in a spiral of atoms, whose distances all differ.
_SPIRAL = np.array([[0.0, 0.0, 0.0], [0.5, 0.0, 0.1], [0.6, 0.5, 0.0], [0.1, 0.6, 0.3], [0.2, 0.1, 0.6]])


@dataclass(frozen=True)
class Errors:
    """Symmetry errors under proper rotations, under inversion, and under both."""

    rotations: SymmetryErrors
    inversion: SymmetryErrors
    both: SymmetryErrors


@dataclass(frozen=True)
class Judgment:
    """Symmetry errors of a network against its rounding.

    Attributes:
        errors: Measured.
        rounding: Largest errors that rounding explains, as far as the verdict needs them; see `explained`.
    """

    errors: Errors
    rounding: SymmetryErrors

    @property
    def kind(self) -> SymmetryKind:
        """The invariance that holds to rounding."""
        if not within(self.errors.rotations, self.rounding):
            return "approximate"
        return "exact" if within(self.errors.inversion, self.rounding) else "rotations"


def measure(
    model: torch.nn.Module,
    graphs: Sequence[_core.Graph],
    dtype: torch.dtype,
    *,
    names: Sequence[str],
    rotations: int = 8,
    seed: int = 0,
    chiral: _core.Graph | None = None,
) -> Symmetry:
    """Measure the symmetry errors, and judge which invariance is exact.

    The errors are those in the network's own precision: of an exact network they are its noise. The kind is judged in
    double precision if the network can be converted to it.

    Args:
        model: Network on the CPU in evaluation mode.
        graphs: Graphs of one structure each.
        dtype: Type of the network.
        names: Names of the structures, to describe how the error was measured.
        rotations: Number of proper rotations of each structure; it is also evaluated under their improper partners.
        seed: Seed of the rotations.
        chiral: Graph of a structure without mirror planes, such as that of `chiral_cluster`, on which the kind is
            judged, too. No structure with a mirror plane, such as a molecule of water, shows a broken parity.

    Raises:
        ConfigurationError: If there are fewer than two rotations or no structures, or the seed is negative.
        ExportError: If the network fails.
    """
    if rotations < 2:
        raise ConfigurationError(f"`rotations`: expected at least 2, got {rotations}")
    if seed < 0:
        raise ConfigurationError(f"`seed`: expected an integer from 0, got {seed}")
    if not graphs:
        raise ConfigurationError("`graphs`: expected at least one structure, got none")
    errors = _errors(model, graphs, dtype, rotations, seed)
    judged = judge(model, graphs, dtype, chiral, errors)
    return Symmetry(
        group="O(3)",
        kind=max((each.kind for each in judged), key=_FROM_EXACT.index),
        energy_error=errors.both["energy_error"],
        force_error=errors.both["force_error"],
        under_rotations=errors.rotations,
        under_inversion=errors.inversion,
        how=f"rms deviation from the mean over {rotations} random rotations and their improper partners, seed {seed}, "
        f"in {str(dtype).removeprefix('torch.')}, of {_described(graphs, names)}",
    )


def judge(
    model: torch.nn.Module,
    graphs: Sequence[_core.Graph],
    dtype: torch.dtype,
    chiral: _core.Graph | None = None,
    measured: Errors | None = None,
) -> list[Judgment]:
    """Compare symmetry errors with rounding: on structures and, apart from these, on a chiral one.

    Args:
        model: Network on the CPU in evaluation mode.
        graphs: Graphs of one structure each.
        dtype: Type of the network.
        chiral: As in `measure`.
        measured: Errors of the network on the structures, in its own precision, if they are known.

    Raises:
        ExportError: If the network fails.
    """
    double, precision = in_double(model, graphs[0], dtype)
    judged = [_judged(double, graphs, precision, measured if precision == dtype else None)]
    return judged if chiral is None else [*judged, _judged(double, [chiral], precision)]


def chiral_cluster(species: Sequence[str], cutoff: float) -> _core.Graph:
    """Return the graph of a cluster without mirror planes, whose atoms are half a cutoff apart.

    Args:
        species: Chemical symbols of the model.
        cutoff: Å.
    """
    symbols = [species[i % len(species)] for i in range(len(_SPIRAL))]
    return to_graph([Atoms(symbols, positions=cutoff * _SPIRAL)], species, cutoff)


def _judged(
    model: torch.nn.Module, graphs: Sequence[_core.Graph], dtype: torch.dtype, measured: Errors | None = None
) -> Judgment:
    errors = measured or _errors(model, graphs, dtype, _JUDGING, 0)
    return Judgment(errors, explained(model, graphs, dtype, (errors.rotations, errors.inversion)))


def _errors(
    model: torch.nn.Module, graphs: Sequence[_core.Graph], dtype: torch.dtype, rotations: int, seed: int
) -> Errors:
    """Return the errors by the equations at the top of this file."""
    energies, forces = [], []
    matrices = [sign * matrix for sign in (1.0, -1.0) for matrix in random_proper_rotations(rotations, seed)]
    for graph in graphs:
        # The baseline doesn't depend on the rotation; leaving it out preserves digits.
        baseline = np.zeros(int(graph.species.max()) + 1)
        turned = [derivatives(model, graph, dtype, baseline, rotation=matrix) for matrix in matrices]
        energies.append(np.array([[each.energy / len(graph.species)] for each in turned]).reshape(2, rotations, 1))
        forces.append(np.array([each.forces.ravel() for each in turned]).reshape(2, rotations, -1))
    return Errors(*(_parts(energies, forces, part) for part in (_under_rotations, _under_inversion, _under_both)))


def _parts(
    energies: Sequence[NDArray[np.float64]],
    forces: Sequence[NDArray[np.float64]],
    part: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> SymmetryErrors:
    energy, force = (
        float(np.sqrt(np.mean(np.concatenate([part(each) for each in values])))) for values in (energies, forces)
    )
    return SymmetryErrors(energy_error=energy, force_error=force)


# Of values [2, K, n] for the proper rotations and their improper partners, the mean squares [n].


def _under_rotations(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.var(values, axis=1, ddof=1).mean(axis=0))


def _under_inversion(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.mean((0.5 * (values[0] - values[1])) ** 2, axis=0))


def _under_both(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.var(values.mean(axis=0), axis=0, ddof=1) + _under_inversion(values))


def _described(graphs: Sequence[_core.Graph], names: Sequence[str]) -> str:
    listed = (f"{name} ({counted(len(graph.species), 'atom')})" for name, graph in zip(names, graphs, strict=True))
    return f"{counted(len(graphs), 'structure')}: {', '.join(listed)}"
