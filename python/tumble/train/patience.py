"""The best validation of a stage with `patience`, and the number of validations since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from tumble.train.held_out_errors import HeldOutErrors
from tumble.train.targets import Target


@dataclass(frozen=True)
class Best:
    """The best validation so far.

    Attributes:
        error: MAE of the most important target, averaged over the held-out sets, in the target's unit.
        waited: Number of validations since then.
        state: The averaged weights at that validation, on the CPU.
    """

    error: float
    waited: int
    state: dict[str, Tensor]


def updated(best: Best | None, errors: Mapping[str, HeldOutErrors], judged: Target, model: nn.Module) -> Best:
    """Return the best validation after a further one.

    Args:
        best: The best validation so far; None if there was none.
        errors: Errors on each held-out set, at least one.
        judged: Target whose error is compared.
        model: The model that has these errors.
    """
    error = sum(entry.mae(judged) for entry in errors.values()) / len(errors)
    if best is None or error < best.error:
        return Best(error, 0, {name: value.detach().cpu().clone() for name, value in model.state_dict().items()})
    return Best(best.error, best.waited + 1, best.state)
