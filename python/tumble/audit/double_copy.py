"""A copy of a model file in float64, to see the rounding of float32.

Model files are frozen: weights are constants of the graph, not parameters, so `Module.double` alone leaves them
in float32. A model that chooses float32 by name in its code has no such copy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from os import PathLike, fspath
from pathlib import Path

import torch

from tumble import metadata
from tumble.errors import EvaluationError
from tumble.torchscript import torchscript_warnings_silenced


def write_in_double(source: str | PathLike[str], target: Path) -> None:
    """Write a copy of a model file with weights, constants and metadata of float64.

    Args:
        source: Model file.
        target: File to write.

    Raises:
        EvaluationError: If TorchScript can't write it.
    """
    document = dict(metadata.read(source)) | {"dtype": "float64"}
    try:
        with torchscript_warnings_silenced():
            network = torch.jit.load(fspath(source), map_location="cpu").double()  # type: ignore[no-untyped-call]
            for node in _nodes(network.graph):
                if node.kind() == "prim::Constant" and node.hasAttribute("value") and node.kindOf("value") == "t":
                    value = node.t("value")
                    if value.dtype == torch.float32:
                        node.t_("value", value.double())
            torch.jit.save(network, fspath(target), _extra_files={"tumble.json": json.dumps(document)})
    except RuntimeError as error:  # TorchScript has no type of its own
        raise EvaluationError(f"no copy in float64: {str(error).splitlines()[0]}") from error


def _nodes(block: torch._C.Graph | torch._C.Block) -> Iterator[torch._C.Node]:
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from _nodes(inner)
