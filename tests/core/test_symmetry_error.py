"""The numbers of the symmetry error against sums over frames in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.systems import systems

import tumble
from tumble import _core
from tumble.structures import to_graph

ModelFile = Callable[[str], Path]


@pytest.mark.parametrize("symmetrize", ["tetrahedral", "random:7"])
def test_numbers_of_each_structure_of_a_batch(model_file: ModelFile, symmetrize: str) -> None:
    potential = tumble.load(model_file("two_hop"), "cpu")
    batch = [systems()[name] for name in ("molecule", "triclinic", "slab")]
    graph = to_graph(batch, potential.metadata.species, potential.metadata.cutoff)
    frames = _core.Symmetrizer(symmetrize, seed=1).frames().with_lab_frame()
    result = potential.evaluate(graph, [frames])
    lab = potential.evaluate(graph)
    single = [potential.evaluate(graph, [_core.Frames([rotation], [1.0])]) for rotation in frames.rotations]
    w = frames.weights
    for s in range(3):
        error = _core.symmetry_error(result, frames, graph, s)
        energies = np.array([one.energies[s] for one in single])
        atoms = slice(*graph.first_atom[s : s + 2])
        difference = np.tensordot(w, [one.forces[atoms] for one in single], 1) - lab.forces[atoms]
        lengths = np.linalg.norm(difference, axis=1)
        torque = w @ [one.torques[s] for one in single]
        assert error.energy == pytest.approx(lab.energies[s], rel=1e-12)
        assert error.averaged_energy == pytest.approx(w @ energies, rel=1e-12)
        assert error.energy_std == pytest.approx(np.sqrt(w @ (energies - w @ energies) ** 2), rel=1e-9)
        assert error.energy_std > 1e-3
        assert error.force_rms == pytest.approx(np.sqrt(np.mean(lengths**2)), rel=1e-9)
        assert error.force_max == pytest.approx(lengths.max(), rel=1e-9)
        assert error.torque == pytest.approx(np.linalg.norm(lab.torques[s]), rel=1e-9)
        assert error.averaged_torque == pytest.approx(np.linalg.norm(torque), rel=1e-9)


def test_nothing_is_left_for_an_invariant_model(model_file: ModelFile) -> None:
    potential = tumble.load(model_file("pair"), "cpu")
    graph = to_graph([systems()["triclinic"]], potential.metadata.species, potential.metadata.cutoff)
    frames = _core.Symmetrizer("icosahedral").frames()
    error = _core.symmetry_error(potential.evaluate(graph, [frames]), frames, graph)
    for name in ("energy_std", "force_rms", "force_max", "torque", "averaged_torque"):
        assert getattr(error, name) < 1e-11


def test_arguments_have_to_belong_together(model_file: ModelFile) -> None:
    potential = tumble.load(model_file("pair"), "cpu")
    graph = to_graph([systems()["molecule"]], potential.metadata.species, potential.metadata.cutoff)
    frames = _core.Symmetrizer("tetrahedral").frames()
    result = potential.evaluate(graph, [frames])
    for structure, others in [(1, frames), (-1, frames), (0, frames.with_inversion())]:
        with pytest.raises(_core.ConfigurationError, match="of this evaluation"):
            _core.symmetry_error(result, others, graph, structure)


def test_equal_energies_have_no_spread(model_file: ModelFile) -> None:
    """Exactly none, although weights like 1/60 don't sum to 1: energies without edges don't depend on the frame."""
    potential = tumble.load(model_file("two_hop"), "cpu")
    graph = to_graph([Atoms("O", [[1.0, 2.0, 3.0]])], potential.metadata.species, potential.metadata.cutoff)
    frames = _core.Symmetrizer("icosahedral").frames()
    error = _core.symmetry_error(potential.evaluate(graph, [frames]), frames, graph)
    assert error.energy != 0.0
    assert error.averaged_energy == error.energy
    assert error.energy_std == 0.0


@pytest.mark.parametrize(("symmetrize", "frames"), [("none", 1), ("random", 1), ("random:1", 1), ("random:2", 2)])
def test_one_frame_has_no_spread(symmetrize: str, frames: int) -> None:
    symmetrizer = _core.Symmetrizer(symmetrize, seed=1)
    assert len(symmetrizer) == frames
    if frames > 1:
        _core.require_spread(symmetrizer)
        return
    with pytest.raises(_core.ConfigurationError, match=f"^`symmetrize`: .*two rotations.*got `{symmetrize}`$"):
        _core.require_spread(symmetrizer)


def test_inversion_makes_two_frames_of_one() -> None:
    for symmetrize in ("none+inversion", "random+inversion", "tetrahedral"):
        _core.require_spread(_core.Symmetrizer(symmetrize, seed=1))
