"""Learning rate and optimizers."""

from __future__ import annotations

import pytest
import torch

from tumble.models import Pet, PetConfig
from tumble.train.schedule import learning_rate, make_optimizers
from tumble.train.sections import OptimizerConfig, StageConfig

STAGE = StageConfig("s", {"water": 1}, learning_rate=2.0, steps=100, warmup=0.1, final=0.05)


def test_learning_rate() -> None:
    assert learning_rate(STAGE, 0.0) > 0.0
    assert learning_rate(STAGE, 0.05) == pytest.approx(1.0)
    assert learning_rate(STAGE, 0.1) == pytest.approx(2.0)
    assert learning_rate(STAGE, 0.55) == pytest.approx(2.0 * (0.05 + 0.95 / 2))
    assert learning_rate(STAGE, 1.0) == learning_rate(STAGE, 1.5) == pytest.approx(0.1)


@pytest.mark.parametrize("name", ["adamw", "muon"])
def test_each_parameter_has_one_optimizer(name: str) -> None:
    model = Pet(PetConfig(("O", "H"), width=8, heads=2, feedforward=8))
    optimizers = make_optimizers(model, OptimizerConfig(name=name, weight_decay=0.1))
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    found = [id(p) for group in groups for p in group["params"]]
    assert sorted(found) == sorted(id(p) for p in model.parameters())
    decaying = {id(p) for group in groups if group["weight_decay"] > 0 for p in group["params"]}
    assert decaying
    assert all(p.ndim == 2 for p in model.parameters() if id(p) in decaying)
    assert not any(id(m.weight) in decaying for m in model.modules() if isinstance(m, torch.nn.Embedding))
