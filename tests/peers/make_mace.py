"""Write a small MACE with random weights, in an environment with mace-torch: `python make_mace.py FILE`."""

from __future__ import annotations

import sys

import numpy as np
import torch
from mace.modules import RealAgnosticInteractionBlock, RealAgnosticResidualInteractionBlock, ScaleShiftMACE

from e3nn import o3  # isort: skip - MACE lets torch load the constants of its old e3nn


def make(path: str, dtype: torch.dtype) -> None:
    torch.set_default_dtype(dtype)
    torch.manual_seed(1)
    model = ScaleShiftMACE(
        r_max=4.0,
        num_bessel=6,
        num_polynomial_cutoff=5,
        max_ell=2,
        interaction_cls=RealAgnosticResidualInteractionBlock,
        interaction_cls_first=RealAgnosticInteractionBlock,
        num_interactions=2,
        num_elements=2,
        hidden_irreps=o3.Irreps("8x0e + 8x1o"),
        MLP_irreps=o3.Irreps("8x0e"),
        gate=torch.nn.functional.silu,
        atomic_energies=np.array([[-13.6, -430.0], [-12.9, -431.0]]),
        avg_num_neighbors=8.0,
        atomic_numbers=[1, 8],
        correlation=2,
        atomic_inter_scale=[0.9, 1.1],
        atomic_inter_shift=[0.1, -0.1],
        heads=["low", "high"],
    )
    torch.save(model, path)


if __name__ == "__main__":
    make(sys.argv[1], getattr(torch, sys.argv[2] if len(sys.argv) > 2 else "float32"))
