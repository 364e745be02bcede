"""Evaluations of a model in which its features are recorded or edited."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from typing_extensions import override

from tumble import _core
from tumble.errors import ModelFileError
from tumble.features import observed
from tumble.irreps.layers import Layers, Part
from tumble.irreps.marks import Mark

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Recorded:
    """Features of one part, and the derivatives of the energy with respect to them.

    Attributes:
        features: [N, channels, 2l + 1].
        gradients: eV, of the same shape; zero where the energy doesn't depend on them; None if the features don't
            depend on positions, so that the evaluation has no derivatives there.
    """

    features: Float
    gradients: Float | None


def record(
    potential: _core.Potential, layers: Layers, graph: _core.Graph, rotation: Float | None = None
) -> tuple[_core.Evaluation, dict[Part, Recorded]]:
    """Evaluate structures and return the features of all parts.

    Args:
        potential: The model.
        layers: Its layers.
        graph: The structures.
        rotation: Orthogonal matrix R [3, 3]; the model sees R v. Features aren't turned back.

    Raises:
        ModelFileError: If the model marks other layers than before.
        EvaluationError: If the model fails.
    """
    recorder = _Recorder(layers)
    frames = [] if rotation is None else [_core.Frames(rotation[None], [1.0])]
    with observed(recorder.see):
        result = potential.evaluate(graph, frames)
    recorder.check_complete()
    return result, {part: recorder.part(part) for part in layers.parts}


class Edit(ABC):
    """A change of the features of one part."""

    @abstractmethod
    def changed(self, features: Tensor) -> Tensor:
        """Return other features of the same shape, [N, channels, 2l + 1]; derivatives go through this."""


class Zero(Edit):
    """Remove the features."""

    @override
    def changed(self, features: Tensor) -> Tensor:
        return 0.0 * features  # stays connected to the edge vectors, without which the core refuses an energy


class Permute(Edit):
    """Give each atom the features of another; all channels of the part together."""

    def __init__(self, source: NDArray[np.int64]) -> None:
        """Take the atoms from which features come, [N]."""
        self._source = torch.from_numpy(source)

    @override
    def changed(self, features: Tensor) -> Tensor:
        return features.index_select(0, self._source.to(features.device))


def evaluate_edited(
    potential: _core.Potential, layers: Layers, graph: _core.Graph, parts: Collection[Part], edit: Edit
) -> _core.Evaluation:
    """Evaluate structures with changed features of some parts; forces are the derivatives of that energy.

    Raises:
        ModelFileError: If the model marks other layers than before.
        EvaluationError: If the model fails.
    """
    calls = _Calls(layers)

    def change(x: Tensor, layer: str, irreps: str, layout: str) -> Tensor:
        mark = calls.next(layer, irreps, layout)
        irreps_changed = {part.irrep for part in parts if part.layer == layer}
        features = mark.channels(x) if irreps_changed else {}
        new = {irrep: edit.changed(values) for irrep, values in features.items() if irrep in irreps_changed}
        return mark.replaced(x, new) if new else x

    with observed(change):
        result = potential.evaluate(graph)
    calls.check_complete()
    return result


class _Calls:
    """The calls of one evaluation, which have to be those of the first one."""

    def __init__(self, layers: Layers) -> None:
        self._marks = layers.marks
        self._done = 0

    def next(self, layer: str, irreps: str, layout: str) -> Mark:
        mark = Mark(layer, irreps, layout)
        if self._done >= len(self._marks) or self._marks[self._done] != mark:
            raise ModelFileError(f"layer `{layer}`: expected the same marks in each evaluation, got others")
        self._done += 1
        return mark

    def check_complete(self) -> None:
        if self._done != len(self._marks):
            missing = self._marks[self._done].layer
            raise ModelFileError(f"layer `{missing}`: expected the same marks in each evaluation, got fewer")


class _Recorder:
    """Features and derivatives of one evaluation."""

    def __init__(self, layers: Layers) -> None:
        self._calls = _Calls(layers)
        self._features: list[tuple[Mark, Mapping[str, Tensor]]] = []
        self._gradients: dict[int, Tensor] = {}
        self._differentiable: list[bool] = []

    def see(self, x: Tensor, layer: str, irreps: str, layout: str) -> Tensor:
        mark = self._calls.next(layer, irreps, layout)
        place = len(self._features)
        self._features.append((mark, mark.channels(x.detach())))
        self._differentiable.append(x.requires_grad)
        if not x.requires_grad:
            return x
        marked = x.view_as(x)  # its derivative is that of what goes on from here alone

        def keep(gradient: Tensor) -> None:
            self._gradients[place] = gradient.detach()

        marked.register_hook(keep)  # type: ignore[no-untyped-call]
        return marked

    def check_complete(self) -> None:
        self._calls.check_complete()

    def part(self, part: Part) -> Recorded:
        places = [
            place
            for place, (mark, found) in enumerate(self._features)
            if mark.layer == part.layer and part.irrep in found
        ]
        features = _array([self._features[place][1][part.irrep] for place in places])
        if not all(self._differentiable[place] for place in places):
            return Recorded(features, None)
        return Recorded(features, _array([self._gradient(place, part.irrep) for place in places]))

    def _gradient(self, place: int, irrep: str) -> Tensor:
        mark, found = self._features[place]
        if place not in self._gradients:
            return torch.zeros_like(found[irrep])
        return mark.channels(self._gradients[place])[irrep]


def _array(tensors: Sequence[Tensor]) -> Float:
    return np.asarray(torch.cat(list(tensors), 1).to("cpu", torch.float64).numpy())
