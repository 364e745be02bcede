"""The activation functions of n2p2 and RuNNer, by their letters in `input.nn`."""

# No postponed annotations here: TorchScript reads those of the functions.
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import softplus


def identity(x: Tensor) -> Tensor:
    """Return x."""
    return x


def gaussian(x: Tensor) -> Tensor:
    """Return exp(-x²/2)."""
    return torch.exp(-0.5 * x * x)


def falling_logistic(x: Tensor) -> Tensor:
    """Return 1 - 1/(1 + exp(-x))."""
    return torch.sigmoid(-x)


def exponential(x: Tensor) -> Tensor:
    """Return exp(-x)."""
    return torch.exp(-x)


def harmonic(x: Tensor) -> Tensor:
    """Return x²."""
    return x * x


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "l": identity,
    "t": torch.tanh,
    "s": torch.sigmoid,
    "p": softplus,
    "r": torch.relu,
    "g": gaussian,
    "c": torch.cos,
    "S": falling_logistic,
    "e": exponential,
    "h": harmonic,
}
