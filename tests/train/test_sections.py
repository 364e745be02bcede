"""Sections of a configuration: what is out of range, and what each says about itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tumble.errors import TrainingError
from tumble.train.sections import DataConfig, LossConfig, OptimizerConfig, StageConfig
from tumble.train.targets import DIPOLE, ENERGY, FORCES

REQUIRED: dict[type, dict[str, Any]] = {
    DataConfig: {"path": Path("frames.extxyz")},
    StageConfig: {"name": "first", "data": {"water": 1}, "learning_rate": 1e-3, "steps": 8},
    LossConfig: {},
    OptimizerConfig: {},
}


@pytest.mark.parametrize(
    ("section", "values", "message"),
    [
        (DataConfig, {"validation": -5}, r"`validation`: .* 0, got -5"),
        (DataConfig, {"role": "exam"}, r"`role`: .*train, validate or test, got exam"),
        (DataConfig, {"test": -1}, r"`test`: .* 0, got -1"),
        (DataConfig, {"train": 0}, r"`train`: .* 1, got 0"),
        (DataConfig, {"role": "test", "validation": 4}, r"`validation`: .* `role` test.*got 4"),
        (DataConfig, {"role": "validate", "train": 4}, r"`train`: .* `role` validate.*got 4"),
        (DataConfig, {"dipole_unit": "D"}, r"`dipole_unit`: .*e\*angstrom or debye, got D"),
        (DataConfig, {"weight": 0.0}, r"`weight`: .* 0, got 0\.0"),
        (
            DataConfig,
            {"role": "validate", "validation": 4},
            r"`validation`: .* `role`.*got 4",
        ),
        (StageConfig, {"steps": None}, r"`steps`, `minutes`: .*got neither"),
        (StageConfig, {"minutes": 1.0}, r"`steps`, `minutes`: .*got both"),
        (StageConfig, {"steps": None, "minutes": 0.0}, r"`minutes`: .* 0, got 0\.0"),
        (StageConfig, {"data": {}}, r"`data`: .*set, got none"),
        (StageConfig, {"data": {"water": 0}}, r"`data\.water`: .* 1, got 0"),
        (StageConfig, {"learning_rate": -1.0}, r"`learning_rate`: .* 0, got -1\.0"),
        (StageConfig, {"steps": 0}, r"`steps`: .* 1, got 0"),
        (StageConfig, {"batch": 0}, r"`batch`: .* 1, got 0"),
        (StageConfig, {"batch_edges": 0}, r"`batch_edges`: .* 1, got 0"),
        (StageConfig, {"patience": 0}, r"`patience`: .* 1, got 0"),
        (StageConfig, {"warmup": 1.0}, r"`warmup`: .*got 1\.0"),
        (StageConfig, {"final": 1.5}, r"`final`: .*got 1\.5"),
        (LossConfig, {"energy": -1.0}, r"`energy`: .* 0, got -1\.0"),
        (LossConfig, {"forces": -1.0}, r"`forces`: .* 0, got -1\.0"),
        (LossConfig, {"dipole": -1.0}, r"`dipole`: .* 0, got -1\.0"),
        (LossConfig, {"energy": 0.0, "forces": 0.0}, r"`energy`, `forces`, `dipole`: .* 0"),
        (LossConfig, {"huber": 0.0}, r"`huber`: .* 0,.*got 0\.0"),
        (LossConfig, {"variance": -1.0}, r"`variance`: .* 0, got -1\.0"),
        (LossConfig, {"variance": 0.5, "copies": 1}, r"`copies`: .* 2.* `variance` 0\.5, got 1"),
        (LossConfig, {"copies": 0}, r"`copies`: .* 1.* `variance` 0, got 0"),
        (OptimizerConfig, {"name": "sgd"}, r"`name`: .*adamw or muon, got sgd"),
        (OptimizerConfig, {"weight_decay": -1.0}, r"`weight_decay`: .* 0, got -1\.0"),
        (OptimizerConfig, {"clip": -1.0}, r"`clip`: .* 0, got -1\.0"),
        (OptimizerConfig, {"average": 1.5}, r"`average`: .*got 1\.5"),
    ],
)
def test_ranges(section: type, values: dict[str, Any], message: str) -> None:
    section(**REQUIRED[section])
    with pytest.raises(TrainingError, match=f"^{message}"):
        section(**{**REQUIRED[section], **values})


def test_copies_without_variance_are_one() -> None:
    assert LossConfig(copies=4).rotations == 1
    assert LossConfig(copies=4, variance=0.1).rotations == 4


def test_what_holds_out() -> None:
    path = Path("frames.extxyz")
    assert not DataConfig(path).holds_out
    assert DataConfig(path, validation=1).holds_out
    assert DataConfig(path, role="validate").holds_out
    for test in (DataConfig(path, role="test"), DataConfig(path, test=1)):
        assert test.holds_out
        assert not test.validates


def test_what_is_trained() -> None:
    assert LossConfig().targets == (ENERGY, FORCES)
    assert LossConfig().judged is FORCES
    assert LossConfig(forces=0.0, dipole=1.0).targets == (ENERGY, DIPOLE)
    assert LossConfig(forces=0.0, dipole=1.0).judged is ENERGY
    assert LossConfig(energy=0.0, forces=0.0, dipole=1.0).judged is DIPOLE
