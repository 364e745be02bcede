"""Names of the weights of a PET model in a model file without the record `weights.json` (`tumble.weight_names`).

Files from before that record, such as that of the installed model `water`, have the weights as constants of a program.
Their names follow from the order in which `Pet` uses them, if that is still the order of the version that wrote the
file. So whoever uses a guess must check that `Pet` then gives the energies of the file's own network.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import torch
from torch import Tensor

from tumble.model_file import script, torchscript_warnings_silenced
from tumble.models.pet import Pet, PetConfig
from tumble.weight_names import constants


def guess_weights(program: torch.jit.ScriptModule, sizes: PetConfig) -> Iterator[dict[str, Tensor]]:
    """Yield the possible weights by name: as the program names them, or by the order in which they are used.

    Args:
        program: What torch loaded from the file.
        sizes: Of the model in it.
    """
    named = dict(program.state_dict())
    if named:
        yield named
    found = constants(program)
    fresh = Pet(sizes).state_dict()
    names = _order(sizes)
    pairs = list(zip(names, found, strict=False))
    if len(names) == len(found) and all(n is None or fresh[n].shape == c.shape for n, c in pairs):
        yield {**fresh, **{name: value for name, value in pairs if name is not None}}


def _order(sizes: PetConfig) -> list[str | None]:
    """Return the names in the order in which `Pet` uses its weights, found with weights that identify themselves."""
    marked = Pet(sizes).double().eval()
    with torch.no_grad():
        for k, parameter in enumerate(marked.parameters()):
            parameter.fill_(1000.0 + k)
    names = {1000.0 + k: name for k, (name, _) in enumerate(marked.named_parameters())}
    archive = io.BytesIO()
    with torchscript_warnings_silenced():
        torch.jit.save(script(marked), archive)  # what is read orders its constants in another way
        archive.seek(0)
        loaded = torch.jit.load(archive)  # type: ignore[no-untyped-call]
    return [names.get(float(constant.flatten()[0])) for constant in constants(loaded)]
