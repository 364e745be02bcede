"""The equivariant network: what holds exactly, for several sets of degrees, with random weights in double precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from ase import Atoms
from support.systems import systems
from torch import Tensor

from tumble.models import Equivariant, EquivariantConfig
from tumble.rotations import random_rotations
from tumble.structures import to_graph
from tumble.torchscript import script

SPECIES = ("O", "H")
CUTOFF = 4.0
SETS = [(0,), (0, 1), (0, 1, 2), (0, 2), (0, 3, 4)]
Graph = tuple[Tensor, Tensor, Tensor, Tensor]


def network(degrees: tuple[int, ...] = (0, 1, 2), **sizes: object) -> Equivariant:
    torch.manual_seed(0)
    settings = {"channels": (6,), "radial": 4, "radial_width": 8, "outputs": ("dipole",)} | sizes
    return Equivariant(EquivariantConfig(SPECIES, CUTOFF, degrees, **settings)).double().eval()  # type: ignore[arg-type]


def graph(*frames: Atoms, rotation: np.ndarray | None = None) -> Graph:
    g = to_graph(frames, SPECIES, CUTOFF)
    vectors = g.vectors if rotation is None else g.vectors @ rotation.T
    return (
        torch.from_numpy(vectors).requires_grad_(True),
        torch.from_numpy(g.edge_index),
        torch.from_numpy(g.reverse),
        torch.from_numpy(g.species),
    )


def gradient(model: torch.nn.Module, arguments: Graph) -> Tensor:
    return torch.autograd.grad(model(*arguments)["energy"].sum(), arguments[0])[0]


def close(a: Tensor, b: Tensor, tolerance: float = 1e-12) -> None:
    torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("degrees", SETS)
@pytest.mark.parametrize("name", ["molecule", "triclinic", "small"])
def test_energies_are_invariant_and_dipoles_turn(degrees: tuple[int, ...], name: str) -> None:
    model, atoms = network(degrees), systems()[name]
    plain = graph(atoms)
    for turn in random_rotations(4, np.random.default_rng(3)):
        turned, rotation = graph(atoms, rotation=turn), torch.from_numpy(turn)
        close(model(*turned)["energy"], model(*plain)["energy"])
        close(model(*turned)["dipole"], model(*plain)["dipole"] @ rotation.T)
        close(gradient(model, turned), gradient(model, plain) @ rotation.T)
    assert model(*plain)["dipole"].abs().max() > 1e-4


@pytest.mark.parametrize("number", [0, 1, 2])
def test_each_degree_has_an_influence(number: int) -> None:
    model, atoms = network((0, 1, 2)), systems()["triclinic"]
    before = model(*graph(atoms))["energy"]
    with torch.no_grad():
        model.layers[1].convolution.products[number].radial.weight.zero_()
    assert (model(*graph(atoms))["energy"] - before).abs().max() > 1e-4


@pytest.mark.parametrize("degrees", [(0,), (0, 1)])
def test_the_fewest_scalars_see_the_neighbors(degrees: tuple[int, ...]) -> None:
    model = network(degrees, channels=(3,))
    slope = gradient(model, graph(systems()["molecule"]))
    assert slope.abs().max() > 1e-3


@pytest.mark.parametrize("name", ["molecule", "triclinic", "small"])
def test_gradients_are_finite_differences(name: str) -> None:
    model, (vectors, *others), h = network(), graph(systems()[name]), 1e-5
    analytic = gradient(model, (vectors, *others))
    for edge, axis in [(0, 0), (1, 1), (len(vectors) - 1, 2)]:
        ends = []
        for step in (-h, h):
            moved = vectors.detach().clone()
            moved[edge, axis] += step
            ends.append(model(moved, *others)["energy"].sum())
        close(analytic[edge, axis], (ends[1] - ends[0]) / (2 * h), 1e-7)


def test_energy_and_gradient_vanish_smoothly_at_the_cutoff() -> None:
    model = network()

    def at(distance: float) -> Graph:
        return graph(Atoms("OHH", [[0, 0, 0], [0.6, 0.7, 0], [0, 0, distance]], pbc=False))

    inside, outside = at(CUTOFF - 1e-5), at(CUTOFF + 1e-5)
    assert len(inside[0]) == len(outside[0]) + 2
    close(model(*inside)["energy"], model(*outside)["energy"])
    kept = torch.linalg.vector_norm(inside[0], dim=1) < CUTOFF - 1e-3  # not the two edges at the cutoff
    close(gradient(model, inside)[kept], gradient(model, outside), 1e-8)
    assert gradient(model, inside)[~kept].abs().max() < 1e-8


def test_atoms_beyond_the_depth_have_no_influence() -> None:
    model = network(layers=2)
    chain = [[0, 0, 3.0 * k] for k in range(4)]
    near = model(*graph(Atoms("OHHO", chain)))["energy"][0]
    far = model(*graph(Atoms("OHHH", chain)))["energy"][0]
    changed = model(*graph(Atoms("OHOO", chain)))["energy"][0]
    close(near, far)
    assert (near - changed).abs() > 1e-7


def test_structures_of_a_batch_and_order_of_atoms_are_independent() -> None:
    model, molecule, box = network(), systems()["molecule"], systems()["triclinic"]
    both = model(*graph(molecule, box))
    close(both["energy"][: len(molecule)], model(*graph(molecule))["energy"])
    order = np.random.default_rng(0).permutation(len(box))
    close(model(*graph(box[order]))["energy"], model(*graph(box))["energy"][order])


def test_an_isolated_atom_has_an_energy_and_no_dipole() -> None:
    results = network()(*graph(Atoms("O")))
    assert torch.isfinite(results["energy"]).all()
    assert results["dipole"].abs().max() == 0.0


@pytest.mark.parametrize("degrees", SETS)
def test_torchscript_gives_the_same_numbers(degrees: tuple[int, ...]) -> None:
    model, arguments = network(degrees), graph(systems()["triclinic"])
    compiled = script(model)
    for name, value in model(*arguments).items():
        close(compiled(*arguments)[name], value)
    close(gradient(compiled, arguments), gradient(model, arguments))


def test_single_precision_rounds_and_double_precision_is_exact_after_it() -> None:
    model, arguments = network(), graph(systems()["triclinic"])
    expected = model(*arguments)["energy"]
    single = model.float()(arguments[0].float(), *arguments[1:])["energy"]
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), expected, rtol=1e-4, atol=1e-5)


def test_each_degree_has_its_own_channels() -> None:
    model = network((0, 1, 3), channels=(5, 4, 2), layers=3, outputs=())
    shapes = [[tuple(each.weight.shape) for each in layer.linear] for layer in model.layers]
    assert shapes == [[(5, 5)], [(5, 5), (4, 4), (2, 2)], [(5, 5)]]
    assert set(model(*graph(systems()["molecule"]))) == {"energy"}


def test_forces_can_be_trained() -> None:
    model = network()
    vectors, *others = graph(systems()["molecule"])
    (slope,) = torch.autograd.grad(model(vectors, *others)["energy"].sum(), vectors, create_graph=True)
    slope.square().sum().backward()
    for name, parameter in model.named_parameters():
        # Constants behind the last nonlinear function change no gradient, and the dipole has no part in the energy.
        if not (name.endswith("out.bias") or name.startswith("dipole") or "layers.1" in name):
            assert parameter.grad is not None, name
            assert parameter.grad.abs().max() > 0.0, name
