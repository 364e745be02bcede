"""Errors on held-out frames: what they contain, and how they are shown."""

from __future__ import annotations

import pytest

from tumble.train import TrainingError
from tumble.train.held_out_errors import HeldOutErrors, require_finite, with_symmetry
from tumble.train.targets import DIPOLE, ENERGY, FORCES


def test_symmetry_ratio() -> None:
    errors = with_symmetry(HeldOutErrors(energy_mae=2.0, force_mae=20.0), FORCES, 5.0)
    assert errors.to_dict() == {"energy_mae": 2.0, "force_mae": 20.0, "force_symmetry_mae": 5.0, "symmetry_ratio": 0.25}
    errors = with_symmetry(HeldOutErrors(energy_mae=2.0), ENERGY, 0.5)
    assert errors.to_dict() == {"energy_mae": 2.0, "energy_symmetry_mae": 0.5, "symmetry_ratio": 0.25}


def test_no_symmetry_ratio_of_isolated_atoms() -> None:
    """Their forces, and so the errors of these, are exactly zero."""
    errors = with_symmetry(HeldOutErrors(force_mae=0.0), FORCES, 0.0)
    assert errors.to_dict() == {"force_mae": 0.0, "force_symmetry_mae": 0.0}


def test_text() -> None:
    forces = HeldOutErrors(energy_mae=0.424, energy_total_mae=81.0, force_mae=44.81, force_rmse=66.0)
    assert str(forces) == "force MAE 44.8, RMSE 66.0 meV/Å; energy MAE 0.42 meV/atom"
    molecules = HeldOutErrors(energy_mae=1.2, energy_total_mae=21.56, dipole_mae=30.0, dipole_rmse=41.0)
    assert str(molecules) == ("energy MAE 1.20 meV/atom (21.6 meV per structure); dipole MAE 30.0, RMSE 41.0 mD")


def test_error_of_a_target() -> None:
    errors = HeldOutErrors(energy_mae=1.0, force_mae=2.0, dipole_mae=3.0)
    assert [errors.mae(target) for target in (ENERGY, FORCES, DIPOLE)] == [1.0, 2.0, 3.0]


def test_errors_that_are_not_finite() -> None:
    require_finite({"water": HeldOutErrors(energy_mae=1.0)})
    with pytest.raises(TrainingError, match=r"`data\.water`: .*finite.*energy_rmse inf"):
        require_finite({"water": HeldOutErrors(energy_mae=1.0, energy_rmse=float("inf"))})
