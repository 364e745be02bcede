"""The marked layers of a model, found by an evaluation: each call of `tumble::features` in turn."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from tumble import _core
from tumble.errors import ModelFileError
from tumble.features import observed
from tumble.irreps.marks import Mark, order


@dataclass(frozen=True)
class Part:
    """The features of one irrep in one layer.

    Attributes:
        layer: Name of the layer.
        irrep: Such as `1o`.
        channels: Their number.
    """

    layer: str
    irrep: str
    channels: int


@dataclass(frozen=True)
class Layers:
    """All marked layers.

    Attributes:
        marks: Of each call in an evaluation.
        parts: In the order of the layers, and of l within each.
    """

    marks: tuple[Mark, ...]
    parts: tuple[Part, ...]

    @property
    def names(self) -> list[str]:
        """Names of the layers."""
        return list(dict.fromkeys(mark.layer for mark in self.marks))

    @property
    def repeated(self) -> dict[str, list[Part]]:
        """The parts of each irrep that is in several layers."""
        found: dict[str, list[Part]] = {}
        for part in self.parts:
            found.setdefault(part.irrep, []).append(part)
        return {irrep: found[irrep] for irrep in sorted(found, key=order) if len(found[irrep]) > 1}

    def of(self, layer: str) -> list[Part]:
        """Return the parts of a layer."""
        return [part for part in self.parts if part.layer == layer]


def find_layers(potential: _core.Potential, graph: _core.Graph, cure: str) -> Layers:
    """Return the layers that a model marks.

    Args:
        potential: The model.
        graph: Any structures.
        cure: What to do if there are none, for the message.

    Raises:
        ModelFileError: If there are none, or features don't have the shape that their mark declares.
        EvaluationError: If the model fails.
    """
    marks: list[Mark] = []
    channels: dict[tuple[str, str], int] = {}

    def note(x: Tensor, layer: str, irreps: str, layout: str) -> Tensor:
        mark = Mark(layer, irreps, layout)
        mark.check(x, len(graph.species))
        marks.append(mark)
        for irrep, features in mark.channels(x.detach()).items():
            channels[layer, irrep] = channels.get((layer, irrep), 0) + features.size(1)
        return x

    with observed(note):
        potential.evaluate(graph)
    if not marks:
        raise ModelFileError(
            f"model `{potential.metadata.name}`: expected a network that marks equivariant features, got one without "
            f"marks; {cure}"
        )
    layers = list(dict.fromkeys(mark.layer for mark in marks))
    names = sorted(channels, key=lambda name: (layers.index(name[0]), order(name[1])))
    return Layers(tuple(marks), tuple(Part(layer, irrep, channels[layer, irrep]) for layer, irrep in names))
