"""The invariants of each atom in one layer: the norms |f_ic| of its channels, and for 0e the features themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tumble import _core
from tumble.errors import ConfigurationError
from tumble.hints import nearest_name
from tumble.irreps.batches import Batch
from tumble.irreps.layers import Layers
from tumble.irreps.observers import record

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Invariants:
    """Invariants of all atoms in one layer.

    Attributes:
        layer: Its name.
        values: [atoms, channels] by the name of the irrep.
        energies: Atomic energies minus the mean of the species, eV, [atoms].
    """

    layer: str
    values: dict[str, Float]
    energies: Float


def chosen_layer(layers: Layers, name: str | None) -> str:
    """Return the name of a layer: by default the last one with several irreps.

    Raises:
        ConfigurationError: If there is no layer of this name.
    """
    if name is None:
        several = [each for each in layers.names if len(layers.of(each)) > 1]
        return (several or layers.names)[-1]
    if name not in layers.names:
        raise ConfigurationError(
            f"`layer`: expected a layer of the model, got `{name}`{nearest_name(name, layers.names, 'layers')}"
        )
    return name


def invariants(potential: _core.Potential, layers: Layers, layer: str, batches: Iterable[Batch]) -> Invariants:
    """Return the invariants of all atoms in a layer.

    Raises:
        EvaluationError: If the model fails.
    """
    values: dict[str, list[Float]] = {part.irrep: [] for part in layers.of(layer)}
    energies, elements = [], []
    for batch in batches:
        result, recorded = record(potential, layers, batch.graph)
        energies.append(result.atom_energies)
        elements.append(batch.graph.species)
        for part in layers.of(layer):
            features = recorded[part].features
            values[part.irrep].append(features[:, :, 0] if part.irrep == "0e" else np.linalg.norm(features, axis=2))
    energy, species = np.concatenate(energies), np.concatenate(elements)
    for element in np.unique(species):
        energy[species == element] -= energy[species == element].mean()
    return Invariants(layer, {name: np.concatenate(found) for name, found in values.items()}, energy)
