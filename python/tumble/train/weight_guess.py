"""Guesses of the names of weights in a model file without the record `weights.json` (`tumble.weight_names`).

Files of earlier versions, such as the installed model `water`, contain the weights as constants of a program. Their
names follow from the order in which the module uses them, if this order hasn't changed since the file was written. So
the caller must check that the module then gives the same energies as the network of the file.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import torch
from torch import Tensor

from tumble.models.registry import ModelConfig, build_network
from tumble.torchscript import script, torchscript_warnings_silenced
from tumble.weight_names import constants


def guess_weights(program: torch.jit.ScriptModule, sizes: ModelConfig) -> Iterator[dict[str, Tensor]]:
    """Yield possible weights by name: with the names in the program, and with names from the order of their use.

    Args:
        program: The program that torch loaded from the file.
        sizes: Sizes of the model.
    """
    named = dict(program.state_dict())
    if named:
        yield named
    found = constants(program)
    fresh = build_network(sizes).state_dict()
    names = _order(sizes)
    pairs = list(zip(names, found, strict=False))
    if len(names) == len(found) and all(n is None or fresh[n].shape == c.shape for n, c in pairs):
        yield {**fresh, **{name: value for name, value in pairs if name is not None}}


def _order(sizes: ModelConfig) -> list[str | None]:
    """Return the names of the weights in the order of their use by the module, found with weights of known values."""
    marked = build_network(sizes).double().eval()
    with torch.no_grad():
        for k, parameter in enumerate(marked.parameters()):
            parameter.fill_(1000.0 + k)
    names = {1000.0 + k: name for k, (name, _) in enumerate(marked.named_parameters())}
    archive = io.BytesIO()
    with torchscript_warnings_silenced():
        torch.jit.save(script(marked), archive)  # a program read from a file has another order of constants
        archive.seek(0)
        loaded = torch.jit.load(archive)  # type: ignore[no-untyped-call]
    return [names.get(float(constant.flatten()[0])) for constant in constants(loaded)]
