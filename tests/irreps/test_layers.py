from __future__ import annotations

import pytest
from support.marked_toys import SeveralCalls, exported, molecule

import tumble
from tumble import _core
from tumble.errors import ModelFileError
from tumble.irreps.layers import Layers, Part, find_layers
from tumble.irreps.observers import Zero, evaluate_edited, record
from tumble.structures import to_graph


@pytest.fixture(scope="module")
def potential(tmp_path_factory: pytest.TempPathFactory) -> _core.Potential:
    path = exported(SeveralCalls(), tmp_path_factory.mktemp("marked") / "toy.pt", [molecule(0)])
    return tumble.load(path, memory=1e9)


@pytest.fixture
def layers(potential: _core.Potential) -> Layers:
    return find_layers(potential, graph(5), "")


def graph(*sizes: int) -> _core.Graph:
    return to_graph([molecule(seed, size) for seed, size in enumerate(sizes)], ["H", "O"], 2.0)


def test_calls_of_one_layer_are_joined(layers: Layers) -> None:
    assert [mark.layer for mark in layers.marks] == ["a", "b", "a"]
    assert layers.names == ["a", "b"]
    assert layers.parts == (Part("a", "0e", 1), Part("a", "1o", 2), Part("b", "0e", 1))


def test_features_and_gradients_of_all_calls(potential: _core.Potential, layers: Layers) -> None:
    """The second channel of `a` is three times the first; both are squared, so dE/df = 2 f."""
    _, found = record(potential, layers, graph(5, 2))
    vectors = found[Part("a", "1o", 2)]
    assert vectors.features.shape == (7, 2, 3)
    assert vectors.features[:, 1] == pytest.approx(3.0 * vectors.features[:, 0])
    assert vectors.gradients == pytest.approx(2.0 * vectors.features)


def test_an_edit_reaches_all_calls(potential: _core.Potential, layers: Layers) -> None:
    whole, found = record(potential, layers, graph(5))
    without = evaluate_edited(potential, layers, graph(5), [Part("a", "1o", 2)], Zero())
    vectors = found[Part("a", "1o", 2)].features
    assert whole.energies[0] - without.energies[0] == pytest.approx((vectors**2).sum())


def test_an_edit_in_several_layers(potential: _core.Potential, layers: Layers) -> None:
    """E = s^2 + (2 s)^2 + |v|^2 + |3 v|^2: without the scalars of both layers, the vectors remain."""
    assert layers.repeated == {"0e": [Part("a", "0e", 1), Part("b", "0e", 1)]}
    without = evaluate_edited(potential, layers, graph(5), layers.repeated["0e"], Zero())
    vectors = record(potential, layers, graph(5))[1][Part("a", "1o", 2)].features
    assert without.energies[0] == pytest.approx((vectors**2).sum())


def test_other_marks_than_before_are_refused(potential: _core.Potential, layers: Layers) -> None:
    large = find_layers(potential, graph(5, 5), "")
    assert large.names == ["a", "b", "c"]
    with pytest.raises(ModelFileError, match=r"layer `c`: expected the same marks"):
        record(potential, layers, graph(5, 5))
    with pytest.raises(ModelFileError, match=r"layer `c`: expected the same marks.*fewer"):
        evaluate_edited(potential, large, graph(5), large.parts[:1], Zero())
