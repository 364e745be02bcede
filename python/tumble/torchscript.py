"""TorchScript, the format that LAMMPS and i-PI can run without Python: compile, freeze and copy networks.

PyTorch has deprecated TorchScript. Its warnings are silenced here and only here, since users who run a model can't do
anything about them.
"""

from __future__ import annotations

import copy
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from tumble.errors import ExportError


def independent(model: torch.nn.Module) -> torch.nn.Module:
    """Return a copy of a network that doesn't depend on the original.

    Raises:
        ExportError: If it isn't a module, or has scripted parts and isn't scriptable as a whole.
    """
    if not isinstance(model, torch.nn.Module):
        raise ExportError(f"`model`: expected a torch.nn.Module, got {type(model).__name__}")
    if not any(isinstance(module, torch.jit.ScriptModule) for module in model.modules()):
        return copy.deepcopy(model)
    # `deepcopy` of a scripted part records its weights as functions of the original's.
    model = _compiled(model)
    archive = io.BytesIO()
    with torchscript_warnings_silenced():
        torch.jit.save(model, archive)
        archive.seek(0)
        duplicate: torch.nn.Module = torch.jit.load(archive, map_location="cpu")  # type: ignore[no-untyped-call]
    return duplicate


def script(network: torch.nn.Module) -> torch.jit.ScriptModule:
    """Compile a network in evaluation mode to TorchScript and freeze it.

    Raises:
        ExportError: If it isn't scriptable; the message contains that of TorchScript.
    """
    scripted = _compiled(network)
    with torchscript_warnings_silenced():
        # A module that was frozen before has lost its training flag and can't be frozen again.
        return torch.jit.freeze(scripted) if hasattr(scripted, "training") else scripted


def _compiled(network: torch.nn.Module) -> torch.jit.ScriptModule:
    """Return a network compiled by TorchScript, or the network itself if it is compiled.

    Raises:
        ExportError: If it isn't scriptable; the message contains that of TorchScript.
    """
    if isinstance(network, torch.jit.ScriptModule):
        return network
    with torchscript_warnings_silenced():
        try:
            scripted: torch.jit.ScriptModule = torch.jit.script(network)
        except (RuntimeError, ValueError, torch.jit.frontend.FrontendError) as error:
            # TorchScript can't look up annotations that are text, and raises a plain ValueError.
            hint = "; remove `from __future__ import annotations`" if "Unknown type annotation" in str(error) else ""
            raise ExportError(
                f"`model`: expected a network that `torch.jit.script` compiles, got: {error}{hint}"
            ) from error
    return scripted


@contextmanager
def torchscript_warnings_silenced() -> Iterator[None]:
    """Silence the deprecation warnings of TorchScript, and no others; the top of this file gives the reason."""
    with warnings.catch_warnings():
        # a DeprecationWarning up to torch 2.13, then a FutureWarning
        warnings.filterwarnings("ignore", message=r"`torch\.jit\.\w+` is deprecated")
        yield
