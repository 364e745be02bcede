"""PET: everything that holds exactly, on a small model with random weights in double precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from ase import Atoms
from support.systems import systems
from torch import Tensor

from tumble.models import Pet, PetConfig
from tumble.structures import to_graph
from tumble.torchscript import script

SPECIES = ("O", "H")
CONFIG = PetConfig(
    SPECIES, width=12, heads=3, radial=6, feedforward=16, message_layers=2, attention_layers=2, cutoff_width=1.5
)
Graph = tuple[Tensor, Tensor, Tensor, Tensor]


@pytest.fixture(scope="module")
def model() -> Pet:
    torch.manual_seed(0)
    return Pet(CONFIG).double().eval()


def graph(*frames: Atoms) -> Graph:
    g = to_graph(frames, SPECIES, CONFIG.cutoff)
    return (
        torch.from_numpy(g.vectors),
        torch.from_numpy(g.edge_index),
        torch.from_numpy(g.reverse),
        torch.from_numpy(g.species),
    )


def energies(model: torch.nn.Module, arguments: Graph) -> Tensor:
    return model(*arguments)["energy"].detach()


def forces(model: torch.nn.Module, arguments: Graph) -> Tensor:
    vectors, edge_index, reverse, species = arguments
    vectors = vectors.clone().requires_grad_(True)
    energy = model(vectors, edge_index, reverse, species)["energy"].sum()
    (gradient,) = torch.autograd.grad(energy, vectors)
    result = torch.zeros(len(species), 3, dtype=vectors.dtype)
    return result.index_add(0, edge_index[0], gradient).index_add(0, edge_index[1], -gradient)


def close(a: Tensor, b: Tensor, tolerance: float = 1e-12) -> None:
    torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["molecule", "triclinic", "small"])
def test_forces_are_finite_differences(model: Pet, name: str) -> None:
    atoms, h = systems()[name], 1e-4
    predicted = forces(model, graph(atoms))
    for atom, axis in [(0, 0), (1, 1), (len(atoms) - 1, 2)]:
        ends = []
        for step in (-h, h):
            moved = atoms.copy()
            moved.positions[atom, axis] += step
            ends.append(energies(model, graph(moved)).sum())
        numerical = -(ends[1] - ends[0]) / (2 * h)
        close(predicted[atom, axis], numerical, 1e-7)


def test_energy_and_force_are_continuous_at_the_cutoff(model: Pet) -> None:
    def at(distance: float) -> Atoms:
        return Atoms("OHH", [[0, 0, 0], [0.6, 0.7, 0], [0, 0, distance]], pbc=False)

    inside, outside = graph(at(CONFIG.cutoff - 1e-5)), graph(at(CONFIG.cutoff + 1e-5))
    assert len(inside[0]) == len(outside[0]) + 2
    close(energies(model, inside), energies(model, outside), 1e-12)
    close(forces(model, inside), forces(model, outside), 1e-8)


@pytest.mark.parametrize("edge", [CONFIG.cutoff, CONFIG.cutoff - CONFIG.cutoff_width])
def test_second_derivative_is_continuous_at_both_ends_of_the_shell(model: Pet, edge: float) -> None:
    """Finite differences of forces just inside and just outside; third derivatives may jump."""

    def curvature(distance: float) -> Tensor:
        def pull(r: float) -> Tensor:
            return forces(model, graph(Atoms("OHH", [[0, 0, 0], [0.6, 0.7, 0], [0, 0, r]], pbc=False)))

        h = 1e-4
        return (pull(distance + h) - pull(distance - h)) / (2 * h)

    middle = curvature(CONFIG.cutoff - CONFIG.cutoff_width / 2).norm()
    jumps = [(curvature(edge + d) - curvature(edge - d)).norm().item() for d in (1e-3, 4e-3)]
    assert middle > 1e-2
    assert jumps[1] < 0.05 * middle
    assert jumps[0] == pytest.approx(jumps[1] / 4, rel=0.1)  # a jump would be the same for both


def test_neighbor_has_full_weight_below_the_switching_shell_only(model: Pet) -> None:
    def pull(distance: float) -> float:
        return forces(model, graph(Atoms("OO", [[0, 0, 0], [0, 0, distance]], pbc=False)))[1].norm().item()

    assert pull(CONFIG.cutoff - 0.7) > 1e-3
    assert pull(CONFIG.cutoff - 1e-4) < 1e-4


def test_permutation_of_atoms(model: Pet) -> None:
    atoms = systems()["triclinic"]
    order = np.random.default_rng(0).permutation(len(atoms))
    close(energies(model, graph(atoms[order])), energies(model, graph(atoms))[order])
    close(forces(model, graph(atoms[order])), forces(model, graph(atoms))[order])


def test_permutation_of_edges_within_a_center(model: Pet) -> None:
    vectors, edge_index, reverse, species = graph(systems()["triclinic"])
    order = torch.from_numpy(np.lexsort((np.random.default_rng(1).random(len(vectors)), edge_index[0].numpy())))
    place = torch.empty_like(order)
    place[order] = torch.arange(len(order))
    shuffled = (vectors[order], edge_index[:, order], place[reverse[order]], species)
    assert not torch.equal(order, torch.arange(len(order)))
    close(energies(model, shuffled), energies(model, (vectors, edge_index, reverse, species)))


def test_translation(model: Pet) -> None:
    atoms = systems()["triclinic"]
    moved = atoms.copy()
    moved.positions += [0.37, -11.2, 5.5]
    close(energies(model, graph(moved)), energies(model, graph(atoms)), 1e-11)


def test_rotation_changes_the_energy(model: Pet) -> None:
    atoms = systems()["molecule"]
    turned = atoms.copy()
    turned.rotate(40, "z")
    assert abs(energies(model, graph(turned)).sum() - energies(model, graph(atoms)).sum()) > 1e-4


@pytest.mark.parametrize("optimized", [False, True])
def test_scripted_and_frozen_equal_eager(model: Pet, optimized: bool) -> None:
    scripted = script(model)
    with torch.jit.optimized_execution(optimized):
        for name in ("triclinic", "molecule", "isolated", "triclinic"):
            arguments = graph(systems()[name])
            close(energies(scripted, arguments), energies(model, arguments))
            close(forces(scripted, arguments), forces(model, arguments))


def test_batch_equals_one_by_one(model: Pet) -> None:
    frames = list(systems().values())
    close(energies(model, graph(*frames)), torch.cat([energies(model, graph(atoms)) for atoms in frames]))
    close(forces(model, graph(*frames)), torch.cat([forces(model, graph(atoms)) for atoms in frames]))


def test_missing_reverse_edges_send_zero_and_reach_as_far_as_the_depth(model: Pet) -> None:
    line = Atoms("OHOHOH", [[2.5 * k, 0.1 * k, 0] for k in range(6)], pbc=False)
    vectors, edge_index, reverse, species = graph(line)
    missing = (edge_index[0] == 0) | (edge_index[1] == 0)
    cut = torch.where(missing, -1, reverse)
    whole = energies(model, (vectors, edge_index, reverse, species))
    without = energies(model, (vectors, edge_index, cut, species))
    changed = (whole - without).abs() > 1e-12
    # Only the two atoms that lost a message: in 2 layers, messages are sent once.
    assert changed.tolist() == [True, True, False, False, False, False]

    # An atom whose every message is missing sees its own neighborhood alone.
    none = energies(model, (vectors, edge_index, torch.full_like(reverse, -1), species))
    neighborhood = line[[0, 1]]
    alone = graph(neighborhood)
    close(none[0], energies(model, (alone[0], alone[1], torch.full_like(alone[2], -1), alone[3]))[0])


def test_depth_is_the_range_in_cutoffs(model: Pet) -> None:
    line = Atoms("OHOHOH", [[3.0 * k, 0.1 * k, 0] for k in range(6)], pbc=False)
    moved = line.copy()
    moved.positions[5, 1] += 0.3
    changed = (energies(model, graph(line)) - energies(model, graph(moved))).abs() > 1e-13
    assert changed.tolist() == [False, False, False, True, True, True]
    assert model.depth == 2


def test_isolated_atoms_and_no_atoms(model: Pet) -> None:
    scripted = script(model)
    for network in (model, scripted):
        alone = energies(network, graph(Atoms("H", pbc=False)))
        together = energies(network, graph(systems()["isolated"]))
        assert alone.shape == (1,)
        close(together[3], energies(network, graph(Atoms("O", pbc=False)))[0])
        nothing = (
            torch.zeros(0, 3, dtype=torch.float64),
            torch.zeros(2, 0, dtype=torch.int64),
            torch.zeros(0, dtype=torch.int64),
            torch.zeros(0, dtype=torch.int64),
        )
        assert energies(network, nothing).shape == (0,)


def test_float32_agrees_with_float64(model: Pet) -> None:
    arguments = graph(systems()["liquid"])
    torch.manual_seed(0)
    single = Pet(CONFIG).eval()
    assert energies(single, (arguments[0].float(), *arguments[1:])).dtype == torch.float32
    torch.testing.assert_close(
        forces(single, (arguments[0].float(), *arguments[1:])).double(), forces(model, arguments), rtol=1e-4, atol=1e-5
    )


def test_second_derivatives_for_training(model: Pet) -> None:
    """The gradient of a force loss with respect to a weight is a finite difference, too."""
    torch.manual_seed(3)
    network = Pet(CONFIG).double()
    vectors, *rest = graph(systems()["molecule"])
    vectors.requires_grad_(True)

    def loss(create_graph: bool) -> Tensor:
        energy = network(vectors, *rest)["energy"].sum()
        (gradient,) = torch.autograd.grad(energy, vectors, create_graph=create_graph)
        return gradient.square().sum()

    weight = network.layers[0].compress.weight
    (analytic,) = torch.autograd.grad(loss(True), weight)
    h, ends = 1e-5, []
    for step in (-h, h):
        with torch.no_grad():
            weight[2, 3] += step
        ends.append(loss(False).detach())
        with torch.no_grad():
            weight[2, 3] -= step
    close(analytic[2, 3], (ends[1] - ends[0]) / (2 * h), 1e-7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"species": ("O", "O")}, r"`species`: .*distinct"),
        ({"species": ()}, r"`species`: .*distinct"),
        ({"width": 10, "heads": 3}, r"`heads`: .*`width` = 10, got 3"),
        ({"message_layers": 0}, r"`message_layers`: .* 1, got 0"),
        ({"cutoff": 0.0}, r"`cutoff`: .* 0, got 0\.0"),
        ({"cutoff_width": 5.0}, r"`cutoff_width`: .* \(0, 4\.0\], got 5\.0"),
    ],
)
def test_impossible_sizes(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PetConfig(**{"species": SPECIES, **change})
