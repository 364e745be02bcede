from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_hex

from tumble.errors import ConfigurationError
from tumble.figure_style import GRAY
from tumble.irreps.invariants import Invariants
from tumble.irreps.picture import check_projection, draw, projected


def test_principal_components_of_a_plane() -> None:
    """Points with standard deviations 2 and 1 along orthogonal axes in five dimensions: 80 % and 20 % of the power."""
    draw_from = np.random.default_rng(0)
    own = draw_from.standard_normal((400, 2))
    own = np.linalg.qr(own - own.mean(axis=0))[0] * [2.0, 1.0]
    axes = np.linalg.qr(draw_from.standard_normal((5, 2)))[0]
    points, labels = projected(7.0 + own @ axes.T, "pca", 0)
    assert np.abs(points) == pytest.approx(np.abs(own), abs=1e-9)
    assert labels == ("component 1 (80 %)", "component 2 (20 %)")


def test_one_channel_and_equal_atoms_have_a_picture() -> None:
    points, labels = projected(np.array([[1.0], [3.0]]), "pca", 0)
    assert np.abs(points) == pytest.approx(np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert labels[1] == "component 2 (0 %)"
    points, labels = projected(np.ones((4, 3)), "pca", 0)
    assert (np.abs(points).max(), labels[0]) == (0.0, "component 1 (0 %)")


def test_umap_is_used_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        def __init__(self, **options: int) -> None:
            self.options = options

        def fit_transform(self, values: np.ndarray) -> np.ndarray:
            assert self.options == {"n_components": 2, "n_neighbors": 9, "random_state": 3, "n_jobs": 1}
            return values[:, 1:3]

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Fake))
    check_projection("umap")
    values = np.random.default_rng(0).standard_normal((10, 4))
    points, labels = projected(values, "umap", 3)
    assert np.array_equal(points, values[:, 1:3])
    assert labels == ("UMAP 1", "UMAP 2")


def test_unknown_and_missing_projections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)  # importing it fails
    with pytest.raises(ConfigurationError, match=r"umap-learn"):
        check_projection("umap")
    with pytest.raises(ConfigurationError, match=r"pca or umap, got `tsne`"):
        check_projection("tsne")


def test_atoms_without_a_finite_property_are_gray(tmp_path: Path) -> None:
    """They don't vanish, and the others have their colors."""
    values = np.random.default_rng(0).standard_normal((6, 3))
    colored = np.array([0.0, 1.0, np.nan, np.inf, -np.inf, 2.0])
    found = Invariants("deep", {"0e": values}, values[:, 0])
    draw(found, colored, "height", tmp_path / "a.svg", projection="pca", title="toy", seed=0)
    points = re.findall(r"<use [^>]*fill: (#[0-9a-f]{6})[^>]*fill-opacity: 0.8", (tmp_path / "a.svg").read_text())
    assert len(points) == 6
    assert points.count(to_hex(GRAY)) == 3


@pytest.mark.parametrize("words", [False, True])
def test_many_atoms_are_thinned(tmp_path: Path, words: bool) -> None:
    values = np.random.default_rng(0).standard_normal((9000, 3))
    colored = np.where(values[:, 0] > 0.0, "up", "down") if words else values[:, 0]
    files = [tmp_path / name for name in ("a.png", "b.png")]
    for file in files:
        found = Invariants("deep", {"0e": values, "1o": values[:, :1]}, values[:, 0])
        draw(found, colored, "height", file, projection="pca", title="toy", seed=0)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].stat().st_size > 10_000
