"""The compiled step against `predict`, with the gradients of a loss on forces, in double precision."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest
import torch
from ase import Atoms
from support.charges import Charges, ChargesConfig
from support.labeled import labeled_frames
from torch import Tensor, nn
from torch._dynamo.testing import CompileCounterWithBackend

from tumble.models import Equivariant, EquivariantConfig
from tumble.models.pet import Pet, PetConfig
from tumble.structures import to_graph
from tumble.train.batches import Batch, collate
from tumble.train.compiled import CompiledPredict
from tumble.train.data import Frame
from tumble.train.prediction import Prediction, predict

ZERO = torch.zeros(2, dtype=torch.float64)


def frame(atoms: Atoms) -> Frame:
    graph = to_graph([atoms], ("O", "H"), 4.0)
    return Frame(
        torch.from_numpy(graph.vectors),
        torch.from_numpy(graph.edge_index).int(),
        torch.from_numpy(graph.reverse).int(),
        torch.from_numpy(graph.species),
        0.5,
        torch.ones(len(atoms), 3, dtype=torch.float64),
        "g",
    )


def batches() -> dict[str, Batch]:
    """Batches that differ in the numbers of structures, of atoms, of edges and of slots."""
    boxes = [frame(atoms) for atoms in labeled_frames(3)]
    molecule = frame(Atoms("OHH", [[0, 0, 0], [0.8, 0.6, 0], [-0.8, 0.6, 0.1]]))
    pair = frame(Atoms("OH", [[0, 0, 0], [0, 0, 1]]))
    atom = frame(Atoms("O", [[0, 0, 0]]))
    apart = frame(Atoms("OH", [[0, 0, 0], [0, 0, 9]]))
    groups = {
        "box": boxes[:1],
        "boxes": boxes[1:],
        "molecule": [molecule],
        "pair": [pair],
        "mixed": [molecule, atom, boxes[0], apart],
        "atom": [atom],
        "no edges": [apart],
    }
    return {name: collate(frames, ZERO) for name, frames in groups.items()}


def numbers(model: nn.Module, predicted: Prediction, batch: Batch) -> Tensor:
    """Energies, forces, and the gradients of a loss, in one vector."""
    energies, forces = predicted.energies, predicted.forces
    loss = (energies - batch.energies).square().sum() + (forces - batch.forces).square().sum()
    gradients = torch.autograd.grad(loss, list(model.parameters()), allow_unused=True, materialize_grads=True)
    return torch.cat([x.detach().flatten() for x in (energies, forces, *gradients)])


@pytest.fixture
def model() -> Pet:
    torch.manual_seed(5)
    return Pet(PetConfig(species=("O", "H"), width=8, heads=2, radial=4, feedforward=12)).double()


def assert_equal_to_predict(model: Pet, compiled: CompiledPredict) -> None:
    for name, batch in batches().items():
        expected = numbers(model, predict(model, batch, differentiable=True), batch)
        error = (numbers(model, compiled(batch), batch) - expected).abs().max() / expected.abs().max()
        assert error < 1e-12, name


def test_graph_equals_predict_and_is_compiled_once(model: Pet, monkeypatch: pytest.MonkeyPatch) -> None:
    torch._dynamo.reset()
    backend = CompileCounterWithBackend("aot_eager")
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend=backend))
    compiled = CompiledPredict(model)
    assert_equal_to_predict(model, compiled)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.01)
    assert_equal_to_predict(model, compiled)
    assert backend.frame_count == 1


@pytest.mark.extended
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated")  # by torch's compiler itself
def test_compiled_code_equals_predict(model: Pet) -> None:
    torch._dynamo.reset()
    assert_equal_to_predict(model, CompiledPredict(model))


def test_without_a_compiler(model: Pet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.warns(RuntimeWarning, match="compiler, got `no-such-compiler`"):
        compiled = CompiledPredict(model)
    assert_equal_to_predict(model, compiled)


def charges() -> nn.Module:
    return Charges(ChargesConfig(("O", "H"), outputs=("dipole",)))


def equivariant() -> nn.Module:
    sizes = {"channels": (4,), "radial": 4, "radial_width": 6, "outputs": ("dipole",)}
    return Equivariant(EquivariantConfig(("O", "H"), 4.0, (0, 1, 2), **sizes))  # type: ignore[arg-type]


@pytest.mark.parametrize("network", [charges, pytest.param(equivariant, marks=pytest.mark.extended)])
@pytest.mark.parametrize("forces", [False, True])
def test_another_architecture(monkeypatch: pytest.MonkeyPatch, network: Callable[[], nn.Module], forces: bool) -> None:
    """Its outputs, with and without forces, and the gradients of their sum of squares."""
    torch._dynamo.reset()
    backend = CompileCounterWithBackend("aot_eager")
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend=backend))
    torch.manual_seed(0)
    model = network().double()
    compiled = CompiledPredict(model, forces=forces)

    def numbers(found: Prediction) -> Tensor:
        parts = [part for part in (found.energies, found.dipoles, found.forces) if part is not None]
        assert len(parts) == 2 + forces
        loss = torch.stack([part.square().sum() for part in parts]).sum()
        gradients = torch.autograd.grad(loss, list(model.parameters()), allow_unused=True, materialize_grads=True)
        return torch.cat([x.detach().flatten() for x in (*parts, *gradients)])

    for batch in batches().values():
        expected = numbers(predict(model, batch, forces=forces, differentiable=True))
        torch.testing.assert_close(numbers(compiled(batch)), expected, rtol=1e-10, atol=1e-12)
    assert backend.frame_count == 1
