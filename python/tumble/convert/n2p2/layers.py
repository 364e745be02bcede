"""The networks of the elements: their layers from `input.nn`, their weights from `weights.*.data`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tumble.convert.n2p2.activations import ACTIVATIONS
from tumble.convert.n2p2.settings import Settings
from tumble.convert.n2p2.text import FolderFile


class Layer(NamedTuple):
    """y = activation(W x + b).

    Attributes:
        weight: W [outputs, inputs].
        bias: b [outputs].
        activation: One of `ACTIVATIONS`.
    """

    weight: NDArray[np.float64]
    bias: NDArray[np.float64]
    activation: str


class Shape(NamedTuple):
    """Numbers of nodes and activation functions of the layers of one element, without the inputs."""

    nodes: tuple[int, ...]
    activations: tuple[str, ...]


def read_shapes(settings: Settings, elements: Sequence[str]) -> list[Shape]:
    """Return the layers of each element.

    Raises:
        ConversionError: If lines are missing, or aren't understood.
    """
    hidden = settings.integer(settings.one("global_hidden_layers_short"), 0, 1)
    line = settings.one("global_nodes_short")
    if len(line.words) != hidden:
        raise settings.error(line, f"expected the nodes of {hidden} hidden layers, got {len(line.words)} numbers")
    nodes = [settings.integer(line, place, 1) for place in range(hidden)]
    line = settings.one("global_activation_short")
    if len(line.words) not in (hidden, hidden + 1):
        raise settings.error(line, f"expected letters for {hidden} hidden layers and the output, got {len(line.words)}")
    for word in line.words:
        if word not in ACTIVATIONS:
            raise settings.error(line, f"expected some of {', '.join(sorted(ACTIVATIONS))}, got `{word}`")
    if line.words[hidden:] not in ((), ("l",)):
        # n2p2 ignores the letter of the output, and RuNNer doesn't.
        raise settings.error(line, f"expected `l` for the output, got `{line.words[hidden]}`")
    of_elements = [[*nodes, 1] for _ in elements]
    for own in settings.every("element_nodes_short"):
        if len(own.words) != 3 or own.words[0] not in elements:
            raise settings.error(own, f"expected an element, a layer and nodes, got `{' '.join(own.words)}`")
        layer = settings.integer(own, 1, 1)
        if layer > hidden:
            raise settings.error(own, f"expected one of {hidden} hidden layers, got {layer}")
        of_elements[elements.index(own.words[0])][layer - 1] = settings.integer(own, 2, 1)
    return [Shape(tuple(own), (*line.words[:hidden], "l")) for own in of_elements]


def read_layers(path: Path, shape: Shape, inputs: int, normalize: bool) -> list[Layer]:
    """Return the layers of one element.

    The file has the weights of layer after layer, those from one input to all nodes together, then the biases.

    Args:
        path: Of the weights.
        shape: Of the network.
        inputs: Number of symmetry functions.
        normalize: Whether sums over the inputs of a node are divided by their number (`normalize_nodes`).

    Raises:
        ConversionError: If the file can't be read or has another number of weights.
    """
    file = FolderFile(path)
    rows = file.rows()
    sizes = (inputs, *shape.nodes)
    expected = sum((a + 1) * b for a, b in pairwise(sizes))
    if len(rows) != expected:
        raise file.error(
            len(file.lines),
            f"expected {expected} weights, of layers with {' + '.join(map(str, sizes))} nodes, got {len(rows)}",
        )
    values = np.array([file.numbers(line, words[:1], 1, "weight")[0] for line, words in rows])
    layers = []
    for (before, after), activation in zip(pairwise(sizes), shape.activations, strict=True):
        own, values = values[: (before + 1) * after], values[(before + 1) * after :]
        table = own.reshape(before + 1, after) / (before if normalize else 1)
        layers.append(Layer(table[:-1].T.copy(), table[-1].copy(), activation))
    return layers
