from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from support.marked_toys import HarmonicFeatures, exported, molecule

import tumble
from tumble import _core


@pytest.fixture(scope="session")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., _core.Potential]:
    """Return a function that exports a `HarmonicFeatures` and loads it."""

    def make(weights: list[list[list[float]]], **settings: object) -> _core.Potential:
        tensors = [torch.tensor(each, dtype=torch.float64) for each in weights]
        path = tmp_path_factory.mktemp("marked") / "toy.pt"
        return tumble.load(exported(HarmonicFeatures(tensors, **settings), path, [molecule(0)]))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model file whose energy uses l = 0 and l = 1, each with two channels, and has one channel of l = 2."""
    tensors = [torch.tensor(each, dtype=torch.float64) for each in ([[1, 2], [3, 1]], [[1, 0.5], [2, -1]], [[1], [1]])]
    network = HarmonicFeatures(tensors, quadratic=(1.0, 0.5, 0.0))
    return exported(network, tmp_path_factory.mktemp("marked") / "toy.pt", [molecule(0)])
