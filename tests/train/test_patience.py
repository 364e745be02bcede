"""The best validation and how long ago it was."""

from __future__ import annotations

import pytest
import torch

from tumble.train.held_out_errors import HeldOutErrors
from tumble.train.patience import updated
from tumble.train.targets import ENERGY, FORCES


def errors(*force_maes: float) -> dict[str, HeldOutErrors]:
    return {str(k): HeldOutErrors(energy_mae=1.0, force_mae=force_mae) for k, force_mae in enumerate(force_maes)}


def test_best_validation_is_kept() -> None:
    model = torch.nn.Linear(1, 1)
    torch.nn.init.constant_(model.weight, 1.0)
    best = updated(None, errors(10.0, 20.0), FORCES, model)
    assert (best.error, best.waited) == (15.0, 0)
    torch.nn.init.constant_(model.weight, 2.0)
    best = updated(best, errors(15.0, 15.0), FORCES, model)  # the same is no better
    best = updated(best, errors(5.0, 30.0), FORCES, model)
    assert (best.error, best.waited) == (15.0, 2)
    assert best.state["weight"].item() == 1.0
    best = updated(best, errors(5.0, 24.0), FORCES, model)
    assert (best.error, best.waited) == (pytest.approx(14.5), 0)
    assert best.state["weight"].item() == 2.0
    assert updated(best, errors(float("nan"), 1.0), FORCES, model).waited == 1


def test_without_forces_the_energy_decides() -> None:
    model = torch.nn.Linear(1, 1)
    assert updated(None, {"a": HeldOutErrors(energy_mae=3.0, dipole_mae=90.0)}, ENERGY, model).error == 3.0
