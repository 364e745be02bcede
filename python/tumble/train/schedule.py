"""Learning rate and optimizers."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from tumble.train.sections import OptimizerConfig, StageConfig


def learning_rate(stage: StageConfig, progress: float) -> float:
    """Return the learning rate at a progress from 0 to 1: a linear rise, then half a cosine.

    It depends only on the progress, in steps or minutes, so nothing needs to be saved to resume.
    """
    if progress < stage.warmup:
        return stage.learning_rate * max(progress, 1e-4) / stage.warmup
    phase = min((progress - stage.warmup) / (1.0 - stage.warmup), 1.0)
    return stage.learning_rate * (stage.final + (1.0 - stage.final) * 0.5 * (1.0 + math.cos(math.pi * phase)))


def make_optimizers(model: nn.Module, config: OptimizerConfig) -> list[torch.optim.Optimizer]:
    """Return optimizers for all parameters, without weight decay of biases, norms and embeddings."""
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for parameter in model.parameters():
        is_matrix = parameter.ndim == 2 and min(parameter.shape) > 4 and id(parameter) not in embeddings
        (matrices if is_matrix else others).append(parameter)
    if config.name == "muon":
        return [
            torch.optim.Muon(matrices, weight_decay=config.weight_decay, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, weight_decay=0.0, betas=(0.9, 0.99)),
        ]
    groups: list[dict[str, Any]] = [{"params": matrices}, {"params": others, "weight_decay": 0.0}]
    return [torch.optim.AdamW(groups, weight_decay=config.weight_decay, betas=(0.9, 0.99))]
