"""Configurations: what is read, and what each mistake says."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tumble.models import PetConfig
from tumble.train import TrainingError, config_from_mapping, read_config

Settings = dict[str, Any]


def test_file(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "water.yaml"
    path.write_text(yaml.safe_dump(settings))
    config = read_config(path)
    assert config.model == PetConfig(("O", "H"), width=8, heads=2, radial=4, feedforward=8)
    assert config.data["water"].path == tmp_path / "frames.extxyz.gz"
    assert config.stages[0].learning_rate == 0.01  # YAML reads 1e-2 as a string
    assert [stage.steps for stage in config.stages] == [8, 5]
    assert config.loss.huber is None
    assert config.to_dict()["model"]["species"] == ["O", "H"]
    assert config.to_dict()["data"]["water"]["path"] == str(tmp_path / "frames.extxyz.gz")


@pytest.mark.parametrize("path", sorted(Path(__file__).parents[2].glob("inputs/training/*.yaml")), ids=lambda p: p.name)
def test_shipped_configurations_are_valid(path: Path) -> None:
    assert read_config(path).model.species == ("O", "H")


def put(*keys: str | int, value: object) -> Callable[[Settings], None]:
    def change(settings: Any) -> None:
        for key in keys[:-1]:
            settings = settings.setdefault(key, {}) if isinstance(settings, dict) else settings[key]
        settings[keys[-1]] = value

    return change


def drop(*keys: str | int) -> Callable[[Settings], None]:
    def change(settings: Any) -> None:
        for key in keys[:-1]:
            settings = settings[key]
        del settings[keys[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("sede", value=1), r"`configuration`: unknown key `sede`; did you mean `seed`\?"),
        (put("model", "cut_off", value=4), r"`model`: unknown key `cut_off`; did you mean `cutoff`\?"),
        (put("data", "water", "file", value=1), r"`data\.water`: unknown key `file`; did you mean `\w+`\?"),
        (put("stages", 1, "learning_rat", value=1), r"`stages\[1\]`: unknown key .* did you mean `learning_rate`\?"),
        (put("loss", value={"force": 1}), r"`loss`: unknown key `force`; did you mean `forces`\?"),
        (put("optimizer", value={"clips": 1}), r"`optimizer`: unknown key `clips`; did you mean `clip`\?"),
        (put("optimizer", value={"name": "sgd"}), r"`optimizer\.name`: expected adamw or muon, got sgd"),
        (put("dtype", value="half"), r"`dtype`: expected float32 or float64, got half"),
        (put("seed", value="x"), r"`configuration\.seed`: expected an integer, got 'x'"),
        (put("seed", value=True), r"`configuration\.seed`: expected an integer, got True"),
        (put("dtype", value=32), r"`configuration\.dtype`: expected a string, got 32"),
        (put("stages", value=[]), r"`stages`: expected at least one stage"),
        (put("stages", value={"steps": 1}), r"`stages`: expected a list"),
        (put("stages", 0, "learning_rate", value="fast"), r"`stages\[0\]\.learning_rate`: expected a number"),
        (put("stages", 0, "data", value={"watr": 1}), r"expected names of `data`, got watr; did you mean `water`\?"),
        (put("stages", 0, "data", value={"water": 0}), r"expected a number of repeats of at least 1, got 0"),
        (put("stages", 0, "data", value={}), r"expected at least one set in `data`, got none"),
        (put("stages", 0, "data", value="water"), r"`stages\[0\]\.data`: expected a mapping"),
        (put("stages", 0, "batch", value=0), r"expected `batch` of at least 1, got 0"),
        (put("stages", 0, "minutes", value=1), r"expected exactly one of `steps` and `minutes`"),
        (drop("stages", 0, "steps"), r"expected exactly one of `steps` and `minutes`"),
        (drop("stages", 0, "name"), r"`stages\[0\]`: missing 1 required positional argument: 'name'"),
        (drop("model"), r"`model`: expected a mapping of keys to values, got None"),
        (put("model", "heads", value=3), r"`model`: `heads`: expected a divisor of `width` = 8, got 3"),
        (put("model", "species", value="OH"), r"`model\.species`: expected a list of symbols, got 'OH'"),
    ],
)
def test_mistakes(settings: Settings, change: Callable[[Settings], None], message: str) -> None:
    settings = copy.deepcopy(settings)
    change(settings)
    with pytest.raises(TrainingError, match=message):
        config_from_mapping(settings, Path())


@pytest.mark.parametrize(
    ("text", "message"), [("a: [", "expected YAML"), ("- a", "expected a mapping of keys to values, got"), ("", "None")]
)
def test_file_that_is_no_configuration(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(TrainingError, match=message):
        read_config(path)
