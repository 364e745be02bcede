from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.marked_toys import molecule, s_of

import tumble
from tumble.errors import ConfigurationError
from tumble.irreps.batches import Batches, structures_of
from tumble.irreps.invariants import chosen_layer, invariants
from tumble.irreps.layers import Layers, Part
from tumble.irreps.run import marked_layers
from tumble.structures import to_graph

LAYERS = Layers((), ())


def test_invariants_are_norms_of_channels_and_scalars_themselves(model_path: Path) -> None:
    """In a dimer of H and O each atom has s(r) times the weights of the other species."""
    potential = tumble.load(model_path)
    frames = [Atoms("HO", positions=[[0, 0, 0], [0.3, 0.8, 0.5]]), molecule(1)]
    layers = marked_layers(potential, to_graph(frames, ["H", "O"], 2.0))
    batches = Batches(potential, structures_of(frames, ["H", "O"]), None)
    found = invariants(potential, layers, "only", batches)
    s = s_of(float(np.linalg.norm([0.3, 0.8, 0.5])))
    assert found.values["0e"][:2] == pytest.approx(s * np.array([[3.0, 1.0], [1.0, 2.0]]))
    assert found.values["1o"][:2] == pytest.approx(s * np.array([[2.0, 1.0], [1.0, 0.5]]))
    assert [values.shape for values in found.values.values()] == [(7, 2), (7, 2), (7, 1)]
    hydrogens = np.array([True, False, *(molecule(1).numbers == 1)])
    assert found.energies[hydrogens].mean() == pytest.approx(0.0, abs=1e-12)
    assert found.energies.std() > 0.0


def test_the_last_layer_with_several_irreps_is_drawn() -> None:
    from tumble.irreps.marks import Mark

    marks = tuple(Mark(name, "", "mul_ir") for name in ("first", "second", "last"))
    parts = (Part("first", "0e", 1), Part("first", "1o", 1), Part("second", "0e", 1), Part("second", "1o", 1))
    layers = Layers(marks, (*parts, Part("last", "0e", 1)))
    assert chosen_layer(layers, None) == "second"
    assert chosen_layer(layers, "first") == "first"
    assert chosen_layer(Layers(marks[2:], (Part("last", "0e", 1),)), None) == "last"
    with pytest.raises(ConfigurationError, match=r"got `secnd`; did you mean `second`"):
        chosen_layer(layers, "secnd")
