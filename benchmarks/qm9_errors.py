"""Errors of the trained networks of the study of QM9 on the molecules of the test, kept in the folder of each training.

They are signed errors of single molecules, meV or D, so that networks can be compared molecule by molecule.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from ase.units import Debye
from numpy.typing import NDArray
from qm9_cases import CUTOFF, SPECIES, Case
from qm9_train import is_current

from tumble import _core
from tumble.autograd import inputs
from tumble.files import write_atomically
from tumble.frames import read_frames
from tumble.irreps.bootstrap import Bootstrap, ratio
from tumble.probe.frame_union import unite
from tumble.probe.spectrum import Projector
from tumble.rotation_sets import RotationSet
from tumble.rotations import random_proper_rotations
from tumble.structures import to_graph
from tumble.train import TrainedModel, load_trained

BATCH = 50  # molecules in one graph
AVERAGED = 500  # molecules of the test on which averages are compared
ANALYZED = 50  # molecules of the test in hundreds of rotations
HIGHEST = 4  # degree of the symmetry error
QUADRATURE = "degree:10"  # it needs to be exact to 2 HIGHEST, and what is higher disturbs less with some more
GROUPS = ("none", "tetrahedral", "octahedral", "icosahedral")
KEPT = "errors.npz"
Float = NDArray[np.float64]
Errors = Mapping[str, Float]


@dataclass(frozen=True)
class Molecules:
    """Molecules of the test as graphs of several, with their labels [M] in eV and D."""

    graphs: list[_core.Graph]
    energies: Float
    dipoles: Float

    @classmethod
    def read(cls, path: Path) -> Molecules:
        molecules = list(read_frames(path))
        batches = [molecules[k : k + BATCH] for k in range(0, len(molecules), BATCH)]
        energies, dipoles = (np.array([each.info[key] for each in molecules]) for key in ("U0_atom", "mu"))
        return cls([to_graph(batch, SPECIES, CUTOFF) for batch in batches], energies, dipoles)

    def first(self, count: int) -> Molecules:
        return Molecules(self.graphs[: count // BATCH], self.energies[:count], self.dipoles[:count])

    def sums(self, network: torch.nn.Module, output: str, rotation: Float) -> Float:
        """Return the sums over the atoms of each molecule of an output, in a rotated frame of reference."""
        found = []
        for graph in self.graphs:
            given = inputs(graph, torch.float32, rotation)
            with torch.no_grad():
                values = network(given.edge_vectors, given.edge_index, given.reverse, given.species)[output]
            found.append(np.add.reduceat(values.double().numpy(), graph.first_atom[:-1]))
        return np.concatenate(found)

    def constants(self, baseline: Sequence[float]) -> Float:
        """Return the baseline of each molecule, eV."""
        values = np.array(baseline)
        return np.concatenate([np.add.reduceat(values[graph.species], graph.first_atom[:-1]) for graph in self.graphs])


def errors(case: Case, out: Path, molecules: Molecules) -> Errors:
    """Return the errors of a training, which are kept in its folder.

    Returns:
        `test`: of all molecules [M]. Of PET also `none`, `tetrahedral`, …: of averages over a set of rotations, for the
        first molecules; `random`: in random orientations [8, M]; and `powers`: squares of the symmetry error, meV^2,
        [ANALYZED, HIGHEST + 2], see `powers`.
    """
    kept = out / KEPT
    if is_current(kept, out):
        with np.load(kept) as arrays:
            return dict(arrays)
    trained = load_trained(out / "model.pt")
    if case.target == "dipole":
        dipoles = molecules.sums(trained.model, "dipole", np.eye(3))
        found = {"test": np.linalg.norm(dipoles, axis=1) / Debye - molecules.dipoles}
    else:
        found = {"test": in_rotations(trained, molecules, np.eye(3)[None])[0]}
    if case.is_pet:
        few = molecules.first(AVERAGED)
        union = unite([RotationSet(name).frames() for name in GROUPS])
        found |= zip(GROUPS, union.weights @ in_rotations(trained, few, union.rotations), strict=True)
        found["random"] = in_rotations(trained, few, random_proper_rotations(8, 1))
        found["powers"] = powers(trained, molecules.first(ANALYZED))
    buffer = io.BytesIO()
    np.savez(buffer, **found)
    write_atomically(kept, buffer.getvalue())
    return found


def in_rotations(trained: TrainedModel, molecules: Molecules, rotations: Float) -> Float:
    """Return the errors of energies in rotated frames of reference [K, M], meV."""
    exact = molecules.energies - molecules.constants(trained.baseline)
    return 1000.0 * np.array([molecules.sums(trained.model, "energy", each) - exact for each in rotations])


def powers(trained: TrainedModel, molecules: Molecules) -> Float:
    """Return the variance of each energy over rotations and inversion by degrees, meV^2, [M, HIGHEST + 2].

    The first column is the pseudoscalar, which no rotation changes, the next ones are the degrees from 1, and the last
    one is all that is higher. The sum of a row is the variance; see `tumble.probe.spectrum`.
    """
    nodes = RotationSet(QUADRATURE).frames()
    plain, inverted = (in_rotations(trained, molecules, sign * nodes.rotations) for sign in (1, -1))
    projector = Projector(nodes, HIGHEST)
    rows = []
    for of_one, of_partners in zip(plain.T, inverted.T, strict=True):
        found = projector.parts(of_one, of_partners)
        by_degree = np.add(found.even, found.odd)
        rows.append([*by_degree, found.even_total + found.odd_total - by_degree.sum()])
    return np.array(rows)


def magnitudes(found: Float) -> Float:
    """Return the absolute errors of molecules [M], the means over rotations if there are several."""
    return np.atleast_2d(np.abs(found)).mean(axis=0)


@dataclass(frozen=True)
class Difference:
    """Difference of two mean absolute errors on the same molecules.

    Attributes:
        value: The mean over seeds.
        error: Standard error from other molecules, by a bootstrap, for these trainings.
        seeds: The difference for each seed: what other trainings change.
    """

    value: float
    error: float
    seeds: list[float]


def difference(ours: Sequence[Float], others: Sequence[Float]) -> Difference:
    """Compare two networks.

    Args:
        ours: Errors [M] of one network, for each seed.
        others: Of the other network, for the same seeds and molecules.
    """
    pairs = np.array([magnitudes(a) - magnitudes(b) for a, b in zip(ours, others, strict=True)])
    each = pairs.mean(axis=0)[:, None]
    estimate = Bootstrap(len(each), 1).estimate(ratio, each, np.ones_like(each))
    return Difference(estimate.value, estimate.error or 0.0, pairs.mean(axis=1).tolist())
