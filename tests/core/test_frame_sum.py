"""Weighted sums of evaluations in several frames of reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from numpy.typing import NDArray
from support.systems import systems

import tumble
from tumble import _core
from tumble.structures import to_graph

ModelFile = Callable[[str], Path]
SYSTEMS = systems()
SUMS = ("energies", "atom_energies", "forces", "virials", "torques", "edge_gradients")


def graph_of(atoms: Atoms | list[Atoms], potential: _core.Potential) -> _core.Graph:
    structures = atoms if isinstance(atoms, list) else [atoms]
    return to_graph(structures, potential.metadata.species, potential.metadata.cutoff)


def turned_graph(graph: _core.Graph, rotation: NDArray[np.float64]) -> _core.Graph:
    return _core.Graph(
        graph.vectors @ rotation.T,
        graph.edge_index,
        graph.reverse,
        graph.species,
        graph.first_atom,
        graph.local_atoms,
    )


@pytest.mark.parametrize("name", ["molecule", "triclinic", "small"])
def test_weighted_sum_of_single_evaluations(model_file: ModelFile, name: str) -> None:
    """Each turned by hand; a model with messages, in a correction with uneven weights."""
    potential = tumble.load(model_file("pet"), "cpu")
    graph = graph_of(SYSTEMS[name], potential)
    frames = _core.Symmetrizer("random:3+inversion", "correction", seed=1).frames()
    result = potential.evaluate(graph, [frames])
    singles = [potential.evaluate(turned_graph(graph, rotation)) for rotation in frames.rotations]
    weighted = list(zip(frames.weights, frames.rotations, singles, strict=True))
    tight = {"rtol": 0, "atol": 1e-12 * max(len(SYSTEMS[name]), 10)}
    np.testing.assert_allclose(result.energies, sum(w * s.energies for w, _, s in weighted), **tight)
    np.testing.assert_allclose(result.atom_energies, sum(w * s.atom_energies for w, _, s in weighted), **tight)
    np.testing.assert_allclose(result.forces, sum(w * s.forces @ r for w, r, s in weighted), **tight)
    np.testing.assert_allclose(result.edge_gradients, sum(w * s.edge_gradients @ r for w, r, s in weighted), **tight)
    np.testing.assert_allclose(result.virials, sum(w * r.T @ s.virials @ r for w, r, s in weighted), **tight)
    np.testing.assert_allclose(result.frame_energies[0], [s.energies[0] for s in singles], **tight)
    bare = potential.evaluate(graph)
    for found, expected in (
        (result.bare_energies, bare.energies),
        (result.bare_forces, bare.forces),
        (result.bare_torques, bare.torques),
    ):
        np.testing.assert_allclose(found, expected, **tight)


@pytest.mark.parametrize("memory", [1e4, 0.5, 1e-3])
def test_chunks(model_file: ModelFile, memory: float) -> None:
    """Any budget gives the same numbers, for frames in common and for those of each structure."""
    reference = tumble.load(model_file("two_hop"), "cpu")
    potential = tumble.load(model_file("two_hop"), "cpu", memory=memory)
    structures = [*SYSTEMS.values(), Atoms("H", cell=[9, 9, 9])]
    graph = graph_of(structures, reference)
    symmetrizer = _core.Symmetrizer("random:tetrahedral", "correction", seed=2)
    own = [symmetrizer.frames((n, 0, 0, 0)) for n in range(len(structures))]
    for frames in (own, own[:1]):
        result = potential.evaluate(graph, frames)
        for n, atoms in enumerate(structures):
            single = reference.evaluate(graph_of(atoms, reference), [frames[n % len(frames)]])
            atoms_here = slice(graph.first_atom[n], graph.first_atom[n + 1])
            tight = {"rtol": 0, "atol": 1e-11}
            np.testing.assert_allclose(result.energies[n], single.energies[0], **tight)
            np.testing.assert_allclose(result.frame_energies[n], single.frame_energies[0], **tight)
            np.testing.assert_allclose(result.virials[n], single.virials[0], **tight)
            np.testing.assert_allclose(result.torques[n], single.torques[0], **tight)
            np.testing.assert_allclose(result.bare_torques[n], single.bare_torques[0], **tight)
            np.testing.assert_allclose(result.forces[atoms_here], single.forces, **tight)
            np.testing.assert_allclose(result.bare_forces[atoms_here], single.bare_forces, **tight)


@pytest.mark.parametrize(
    "name", ["tetrahedral", "octahedral", "icosahedral", "random:icosahedral", "degree:7+inversion"]
)
@pytest.mark.parametrize("toy", ["harmonic", "harmonic_2"])
def test_one_degree_is_averaged_to_zero(model_file: ModelFile, toy: str, name: str) -> None:
    """Toys of l = 2 and l = 3: with a set that is exact to l nothing but the baseline is left."""
    potential = tumble.load(model_file(toy), "cpu")
    l = {"harmonic": 2, "harmonic_2": 3}[toy]  # noqa: E741
    frames = _core.Symmetrizer(name, seed=9).frames()
    for system in ("molecule", "triclinic", "small"):
        graph = graph_of(SYSTEMS[system], potential)
        result = potential.evaluate(graph, [frames])
        baseline = sum(potential.metadata.baseline[s] for s in graph.species)
        left = max(
            np.abs(result.energies - baseline).max(),
            np.abs(result.forces).max(),
            np.abs(result.virials).max(),
            np.abs(result.torques).max(),
        )
        bare = potential.evaluate(graph)
        assert np.abs(bare.forces).max() > 1e-2
        if frames.exactness(12) >= l:
            assert left < 1e-12 * len(SYSTEMS[system])
        else:
            assert left > 1e-4  # tetrahedral, l = 3


@pytest.mark.parametrize("mode", ["average", "correction"])
@pytest.mark.parametrize("symmetrize", ["tetrahedral", "octahedral+inversion", "random:2"])
def test_forces_and_virial_are_derivatives_of_the_mode_s_own_energy(
    model_file: ModelFile, symmetrize: str, mode: str
) -> None:
    potential = tumble.load(model_file("pet"), "cpu")
    frames = [_core.Symmetrizer(symmetrize, mode, seed=1).frames()]
    atoms = SYSTEMS["small"]
    result = potential.evaluate(graph_of(atoms, potential), frames)
    step = 2e-5

    def energy(displaced: Atoms) -> float:
        return float(potential.evaluate(graph_of(displaced, potential), frames).energies[0])

    def derivative(displace: Callable[[Atoms, float], None]) -> float:
        ends = []
        for h in (step, -step):
            copy = atoms.copy()
            displace(copy, h)
            ends.append(energy(copy))
        return (ends[0] - ends[1]) / (2 * step)

    generator = np.random.default_rng(5)
    for _ in range(2):
        direction, strain = generator.normal(size=atoms.positions.shape), generator.normal(size=(3, 3))

        def move(copy: Atoms, h: float, direction: NDArray[np.float64] = direction) -> None:
            copy.positions += h * direction

        def deform(copy: Atoms, h: float, strain: NDArray[np.float64] = strain) -> None:
            copy.set_cell(copy.cell.array @ (np.eye(3) + h * strain), scale_atoms=True)

        assert -derivative(move) == pytest.approx(np.sum(result.forces * direction), abs=1e-6)
        assert -derivative(deform) == pytest.approx(np.sum(result.virials[0] * strain), abs=1e-5)


def test_turned_systems(model_file: ModelFile) -> None:
    """To a set's exactness energy, forces and virial turn with the system: improper, too, with inversion."""
    potential = tumble.load(model_file("harmonic_2"), "cpu")  # l = 3, odd under inversion
    graph = graph_of(SYSTEMS["triclinic"], potential)
    rotation = _core.Symmetrizer("random", seed=8).frames().rotations[0]
    for symmetrize, improper, exact in (
        ("none", False, False),
        ("tetrahedral", False, False),
        ("octahedral", False, True),
        ("none+inversion", False, True),  # the inverse alone removes what is odd
        ("octahedral+inversion", True, True),
    ):
        q = -rotation if improper else rotation
        frames = [_core.Symmetrizer(symmetrize).frames()]
        result, turned = (potential.evaluate(g, frames) for g in (graph, turned_graph(graph, q)))
        difference = max(
            abs(turned.energies - result.energies).max(),
            abs(turned.forces - result.forces @ q.T).max(),
            abs(turned.virials - q @ result.virials @ q.T).max(),
        )
        assert difference < 1e-11 if exact else difference > 1e-3, symmetrize


def test_ghosts(model_file: ModelFile) -> None:
    """Only local atoms count, in every frame: the parts of two halves of a system add up."""
    potential = tumble.load(model_file("two_hop"), "cpu")
    graph = graph_of(SYSTEMS["molecule"], potential)
    frames = [_core.Symmetrizer("random:tetrahedral", seed=3).frames().with_lab_frame()]
    whole = potential.evaluate(graph, frames)
    order = np.array([2, 0, 1])  # the second part owns the last atom only, which comes first there
    parts = []
    for permutation, local in ((np.arange(3), 2), (order, 1)):
        inverse = np.argsort(permutation)
        index = inverse[graph.edge_index]
        sorting = np.argsort(index[0], kind="stable")
        part = _core.Graph(
            graph.vectors[sorting],
            index[:, sorting],
            np.argsort(sorting)[graph.reverse[sorting]],
            graph.species[permutation],
            graph.first_atom,
            [local],
        )
        result = potential.evaluate(part, frames)
        parts.append((result, inverse))
    for name in ("energies", "frame_energies", "virials", "torques", "bare_energies", "bare_torques"):
        np.testing.assert_allclose(sum(getattr(r, name) for r, _ in parts), getattr(whole, name), atol=1e-12)
    for name in ("forces", "bare_forces"):
        np.testing.assert_allclose(sum(getattr(r, name)[i] for r, i in parts), getattr(whole, name), atol=1e-12)


def test_frames_that_do_not_fit_together(model_file: ModelFile) -> None:
    potential = tumble.load(model_file("pair"), "cpu")
    graph = graph_of([SYSTEMS["molecule"]] * 3, potential)
    tetrahedral, octahedral = (_core.Symmetrizer(name).frames() for name in ("tetrahedral", "octahedral"))
    with pytest.raises(_core.ConfigurationError, match="each of 3, got 2 sets"):
        potential.evaluate(graph, [tetrahedral] * 2)
    with pytest.raises(_core.ConfigurationError, match="same weights"):
        potential.evaluate(graph, [tetrahedral, octahedral, tetrahedral])


def test_nothing_to_evaluate(model_file: ModelFile) -> None:
    potential = tumble.load(model_file("two_hop"), "cpu")
    frames = [_core.Symmetrizer("icosahedral").frames()]
    empty = potential.evaluate(graph_of(Atoms(cell=[5, 5, 5]), potential), frames)
    np.testing.assert_array_equal(empty.frame_energies, np.zeros((1, 60)))
    alone = potential.evaluate(graph_of(Atoms("O", cell=[9, 9, 9]), potential), frames)
    assert alone.energies[0] == pytest.approx(-3.0, abs=1e-13)
    np.testing.assert_array_equal(alone.forces, np.zeros((1, 3)))


def test_failures(model_file: ModelFile) -> None:
    close = Atoms("OH", [[0, 0, 0], [0, 0.5, 0]])
    frames = [_core.Symmetrizer("octahedral").frames()]
    for name, text in (("allocates", "edges; lower `memory`"), ("nan", "the model returned energy nan for atom 0")):
        potential = tumble.load(model_file(name), "cpu")
        with pytest.raises(_core.EvaluationError, match=text):
            potential.evaluate(graph_of(close, potential), frames)
