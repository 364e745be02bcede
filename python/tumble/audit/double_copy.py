"""A copy of a model file in float64, to see the rounding of float32.

Model files are frozen: weights are constants of the graph, not parameters, so `Module.double` alone leaves them
in float32. Code that names float32, as that of NequIP does, names float64 in the copy.
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

_FLOAT32, _FLOAT64 = 6, 7  # `ScalarType` of c10: what TorchScript stores in place of a dtype


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
            for node in list(_nodes(network.graph)):
                _widen_constant(node)
                _widen_argument(node, network.graph)
            torch.jit.save(network, fspath(target), _extra_files={"tumble.json": json.dumps(document)})
    except RuntimeError as error:  # TorchScript has no type of its own
        raise EvaluationError(f"no copy in float64: {str(error).splitlines()[0]}") from error


def _widen_constant(node: torch._C.Node) -> None:
    """Turn a tensor that a node holds into float64, if it is float32."""
    if node.kind() == "prim::Constant" and node.hasAttribute("value") and node.kindOf("value") == "t":
        value = node.t("value")
        if value.dtype == torch.float32:
            node.t_("value", value.double())


def _widen_argument(node: torch._C.Node, graph: torch._C.Graph) -> None:
    """Replace float32 by float64 as the `dtype` that a node, such as `aten::to`, is called with."""
    if not node.kind().startswith("aten::"):
        return
    arguments = torch._C.parse_schema(node.schema()).arguments
    for index, (argument, value) in enumerate(zip(arguments, node.inputs(), strict=False)):  # `format` has any number
        constant: object = value.toIValue()
        if argument.name == "dtype" and constant == _FLOAT32:
            wide = graph.insertConstant(_FLOAT64)  # type: ignore[attr-defined]  # torch's types lack it
            wide.node().moveBefore(node)
            node.replaceInput(index, wide)


def _nodes(block: torch._C.Graph | torch._C.Block) -> Iterator[torch._C.Node]:
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from _nodes(inner)
