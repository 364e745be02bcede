"""Outputs that a model declares besides its energy, against what the toy's formula gives in each frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from numpy.typing import NDArray
from support.output_model import CUTOFF, FIXED, SPECIES, export

import tumble
from tumble import _core
from tumble.errors import EvaluationError
from tumble.structures import to_graph

Array = NDArray[np.float64]
TIGHT = {"rtol": 0, "atol": 1e-13}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("outputs"))


def cluster(seed: int, atoms: int = 8) -> Atoms:
    """A few atoms, not too near to each other, some of which see each other."""
    generator = np.random.default_rng(seed)
    grid = 1.6 * np.stack(np.meshgrid(*[np.arange(2)] * 3), axis=-1).reshape(-1, 3)[:atoms]
    symbols = generator.choice(SPECIES, atoms)
    return Atoms(symbols, grid + 0.2 * generator.normal(size=(atoms, 3)))


def graph_of(*structures: Atoms) -> _core.Graph:
    return to_graph(list(structures), list(SPECIES), CUTOFF)


def sums(graph: _core.Graph) -> Array:
    """The sum of the edge vectors of each atom [N, 3]."""
    result = np.zeros((len(graph.species), 3))
    np.add.at(result, graph.edge_index[0], graph.vectors)
    return result


def test_in_the_lab_frame(path: Path) -> None:
    graph = graph_of(cluster(1))
    outputs = tumble.load(path, "cpu").evaluate(graph).outputs
    assert list(outputs) == ["charge", "dipole"]
    np.testing.assert_allclose(outputs["dipole"], sums(graph) + FIXED, **TIGHT)
    np.testing.assert_allclose(outputs["charge"], graph.species + sums(graph)[:, 2], **TIGHT)


@pytest.mark.parametrize("inversion", [False, True])
def test_a_vector_that_turns_with_the_structure_is_the_same_in_each_frame(path: Path, inversion: bool) -> None:
    """What the model sees as R v is turned back, and the part that is fixed in the model's frame becomes Rᵀ of it."""
    graph = graph_of(cluster(2))
    rotation = _core.Symmetrizer("random", seed=4).frames().rotations[0] * (-1.0 if inversion else 1.0)
    outputs = tumble.load(path, "cpu").evaluate(graph, [_core.Frames([rotation], [1.0])]).outputs
    np.testing.assert_allclose(outputs["dipole"], sums(graph) + rotation.T @ FIXED, **TIGHT)
    np.testing.assert_allclose(outputs["charge"], graph.species + (sums(graph) @ rotation.T)[:, 2], **TIGHT)


def test_an_average_over_a_group_leaves_what_turns(path: Path) -> None:
    graph = graph_of(cluster(3))
    potential = tumble.load(path, "cpu")
    outputs = potential.evaluate(graph, [_core.Symmetrizer("octahedral").frames()]).outputs
    np.testing.assert_allclose(outputs["dipole"], sums(graph), **TIGHT)
    np.testing.assert_allclose(outputs["charge"], graph.species, **TIGHT)
    added = potential.evaluate(graph, [_core.Symmetrizer("octahedral", "correction").frames()]).outputs
    np.testing.assert_allclose(added["dipole"], np.broadcast_to(-FIXED, (8, 3)), **TIGHT)


@pytest.mark.parametrize("memory", [None, 1e-4])
def test_structures_of_a_batch_have_their_own_frames(path: Path, memory: float | None) -> None:
    """Also where a batch goes through the model in chunks."""
    structures = [cluster(seed, atoms) for seed, atoms in ((4, 8), (5, 3), (6, 6))]
    frames = [_core.Symmetrizer("random:3", seed=seed).frames() for seed in range(3)]
    together = tumble.load(path, "cpu", memory=memory).evaluate(graph_of(*structures), frames).outputs
    expected = [
        sums(graph_of(atoms)) + np.mean(own.rotations.transpose(0, 2, 1) @ FIXED, axis=0)
        for atoms, own in zip(structures, frames, strict=True)
    ]
    np.testing.assert_allclose(together["dipole"], np.concatenate(expected), **TIGHT)


def test_ghosts_have_none(path: Path) -> None:
    whole = graph_of(cluster(7))
    shared = _core.Graph(whole.vectors, whole.edge_index, whole.reverse, whole.species, whole.first_atom, [3])
    outputs = tumble.load(path, "cpu").evaluate(shared, [_core.Symmetrizer("tetrahedral").frames()]).outputs
    np.testing.assert_allclose(outputs["dipole"][:3], sums(whole)[:3], **TIGHT)
    assert not outputs["dipole"][3:].any()
    assert not outputs["charge"][3:].any()


def test_no_atoms(path: Path) -> None:
    outputs = tumble.load(path, "cpu").evaluate(graph_of(Atoms())).outputs
    assert outputs["dipole"].shape == (0, 3)
    assert outputs["charge"].shape == (0,)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("shape", r"`dipole`: expected shape \[8, 3\], got \[8, 2\]"),
        ("nan", "the model returned dipole (inf|-inf|nan) for atom 0"),
        ("constant", "`energy`: expected a differentiable function of `edge_vectors`"),
    ],
)
def test_what_is_refused(tmp_path: Path, kind: str, text: str) -> None:
    potential = tumble.load(export(tmp_path, kind), "cpu")
    potential.evaluate(graph_of(cluster(8, 3)))
    with pytest.raises(EvaluationError, match=text):
        potential.evaluate(graph_of(cluster(8)))


def test_zero_forces_that_are_meant(path: Path) -> None:
    """Edges beyond the springs' own reach, and atoms without edges, of a model that knows its edges."""
    potential = tumble.load(path, "cpu")
    for distance, edges in ((2.5, 2), (5.0, 0)):
        graph = graph_of(Atoms("OH", [[0, 0, 0], [0, 0, distance]]))
        assert graph.vectors.shape[0] == edges
        assert not potential.evaluate(graph).forces.any()


def test_without_outputs(path: Path) -> None:
    graph = graph_of(cluster(8))
    frames = [_core.Symmetrizer("octahedral").frames()]
    with_outputs = tumble.load(path, "cpu").evaluate(graph, frames)
    without = tumble.load(path, "cpu", outputs=False).evaluate(graph, frames)
    assert without.outputs == {}
    for what in ("energies", "atom_energies", "forces", "virials", "torques", "frame_energies", "bare_forces"):
        np.testing.assert_array_equal(getattr(without, what), getattr(with_outputs, what))


def test_without_outputs_the_model_does_not_compute_them(tmp_path: Path) -> None:
    """An output that fails from 6 atoms on."""
    path = export(tmp_path, "unusable")
    graph = graph_of(cluster(9))
    with pytest.raises(EvaluationError, match="size"):
        tumble.load(path, "cpu").evaluate(graph)
    right = tumble.load(export(tmp_path), "cpu").evaluate(graph)
    found = tumble.load(path, "cpu", outputs=False).evaluate(graph)
    np.testing.assert_array_equal(found.forces, right.forces)
    np.testing.assert_array_equal(found.atom_energies, right.atom_energies)
