"""Marks of equivariant features in converted networks, for `tumble irreps`; see csrc/operators/features.h."""

# Without `from __future__ import annotations`: TorchScript reads the annotations.
import torch
from torch import Tensor

import tumble._core  # noqa: F401 - it registers the operator


class MarkedEntry(torch.nn.Module):
    """A module that works on a dictionary of tensors, with a mark on one of those that it returns."""

    def __init__(self, module: torch.nn.Module, key: str, layer: str, irreps: str) -> None:
        """Take over a module.

        Args:
            module: The module.
            key: Of the features [N, dim], in e3nn's layout.
            layer: Name of the layer.
            irreps: In the notation of e3nn.
        """
        super().__init__()
        self.module = module
        self.key = key
        self.layer = layer
        self.irreps = irreps

    def forward(self, data: dict[str, Tensor]) -> dict[str, Tensor]:
        """Call the module and mark the features."""
        data = self.module(data)
        data[self.key] = torch.ops.tumble.features(data[self.key], self.layer, self.irreps, "mul_ir")
        return data
