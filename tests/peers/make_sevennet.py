"""Write a small SevenNet with random weights, in an environment with `sevenn`: `python make_sevennet.py FILE`.

Its configuration is that of 7net-0, so that it has the same parts, with fewer and smaller layers.
"""

from __future__ import annotations

import sys
import warnings

import torch
from sevenn.model_build import build_E3_equivariant_model
from sevenn.util import load_checkpoint, pretrained_name_to_path

SMALL = {
    "cutoff": 4.0,
    "cutoff_function": {"cutoff_function_name": "XPLOR", "cutoff_on": 3.6},
    "channel": 4,
    "lmax": 1,
    "num_convolution_layer": 2,
    "irreps_manual": False,
    "conv_denominator": [2.0, 2.0],
    "weight_nn_hidden_neurons": [8],
}


def make(path: str) -> None:
    torch.manual_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = load_checkpoint(pretrained_name_to_path("7net-0")).config | SMALL
        model = build_E3_equivariant_model(dict(config))
    checkpoint = {"model_state_dict": model.state_dict(), "config": config, "epoch": 0, "time": "never", "hash": "none"}
    torch.save(checkpoint, path)


if __name__ == "__main__":
    make(sys.argv[1])
