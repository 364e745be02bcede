"""Copies and compilation of networks, scripted or not."""

# No postponed annotations here: TorchScript reads those of attributes.
import importlib.util
import sys
import warnings
from pathlib import Path

import pytest
import torch
from support.toys import TwoHop
from torch import Tensor

from tumble.errors import ExportError
from tumble.torchscript import independent, script, torchscript_warnings_silenced


class Layers(torch.nn.Module):
    """A network with weights, of which a part may be scripted."""

    def __init__(self, scripted: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        inner = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
        with torchscript_warnings_silenced():
            self.inner = torch.jit.script(inner) if scripted else inner
        self.outer = torch.nn.Linear(1, 1)

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        values = self.outer(self.inner(edge_vectors)).squeeze(1)
        return {"energy": torch.zeros_like(values[: species.size(0)]).index_add(0, edge_index[0], values)}


INPUTS = (torch.ones(2, 3), torch.tensor([[0, 1], [1, 0]]), torch.tensor([1, 0]), torch.tensor([0, 0]))


def forms() -> dict[str, torch.nn.Module]:
    with torchscript_warnings_silenced():
        whole = torch.jit.script(Layers(scripted=False))
    return {
        "plain": Layers(scripted=False),
        "a scripted part": Layers(scripted=True),
        "scripted": whole,
        "frozen": script(Layers(scripted=False).eval()),
    }


@pytest.mark.parametrize("form", forms())
def test_a_copy_has_weights_of_its_own(form: str) -> None:
    """They are leaves, which can be turned off and changed, while those of the original stay as they are."""
    original = forms()[form]
    expected = original(*INPUTS)["energy"].detach()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        copied = independent(original)
    assert torch.equal(copied(*INPUTS)["energy"], expected)
    assert len(list(copied.parameters())) == (0 if form == "frozen" else 6)
    with torch.no_grad():
        for parameter in copied.parameters():
            parameter.requires_grad_(False)
            parameter.zero_()
    assert all(parameter.requires_grad for parameter in original.parameters())
    assert torch.equal(original(*INPUTS)["energy"], expected)


@pytest.mark.parametrize("form", forms())
def test_every_form_is_frozen(form: str) -> None:
    network = forms()[form].eval()
    frozen = script(network)
    assert not list(frozen.parameters())
    torch.testing.assert_close(frozen(*INPUTS)["energy"], network(*INPUTS)["energy"])


class Unscriptable(torch.nn.Module):
    """With a scripted part, and variable arguments, which TorchScript doesn't have."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = script(TwoHop().eval())

    def forward(self, *tensors: Tensor) -> Tensor:
        return self.inner(*tensors)


def test_a_function_is_not_a_network() -> None:
    with pytest.raises(ExportError, match=r"`model`: expected a torch\.nn\.Module, got function"):
        independent(lambda edge_vectors: edge_vectors)  # type: ignore[arg-type]


def test_what_torchscript_refuses() -> None:
    for function in (script, independent):
        with pytest.raises(ExportError, match=r"`model`: expected a network that `torch\.jit\.script` compiles, got: "):
            function(Unscriptable())


TEXT = """
from __future__ import annotations
import torch
from torch import Tensor

class Postponed(torch.nn.Module):
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("scale", torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale
"""


def test_postponed_annotations_have_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "postponed.py"
    path.write_text(TEXT)
    spec = importlib.util.spec_from_file_location("postponed", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["postponed"] = module
    try:
        spec.loader.exec_module(module)
        with pytest.raises(ExportError, match=r"Tensor.*; remove `from __future__ import annotations`$"):
            script(module.Postponed())
    finally:
        del sys.modules["postponed"]
