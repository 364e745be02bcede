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
    config = read_config(path)
    assert config.model.species == ("O", "H") if config.model is not None else config.initial is not None


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
        (put("sede", value=1), r"`configuration`: .* `sede`.* `seed`"),
        (put("model", "cut_off", value=4), r"`model`: .* `cut_off`.* `cutoff`"),
        (
            put("data", "water", "file", value=1),
            r"`data\.water`: .* `file`",
        ),
        (
            put("zzz", value=1),
            r"`configuration`: .* `zzz`",
        ),
        (put("stages", 1, "learning_rat", value=1), r"`stages\[1\]`: .* `learning_rate`"),
        (put("loss", value={"force": 1}), r"`loss`: .* `force`.* `forces`"),
        (put("optimizer", value={"clips": 1}), r"`optimizer`: .* `clips`.* `clip`"),
        (put("seed", value="x"), r"^`seed`: .*got 'x'"),
        (put("seed", value=True), r"^`seed`: .*got True"),
        (put("dtype", value=32), r"^`dtype`: .*got 32"),
        (put("stages", value=[]), r"^`stages`: .*at least one"),
        (put("stages", value={"steps": 1}), r"^`stages`: .*list"),
        (put("stages", 0, "learning_rate", value="fast"), r"`stages\[0\]\.learning_rate`: .*finite"),
        (put("stages", 0, "learning_rate", value=True), r"`stages\[0\]\.learning_rate`: .*finite"),
        (put("loss", value={"energy": float("nan")}), r"`loss\.energy`: .*got nan"),
        (
            put("stages", 0, "data", value={"watr": 1}),
            r"\(first\): .*`data`, got `watr`; .*`wa",
        ),
        (put("stages", 0, "data", value={}), r"`stages\[0\]`: `data`: .*set, got none"),
        (
            put("stages", 0, "data", value="water"),
            r"`stages\[0\]\.data`: .*got 'wa",
        ),
        (put("stages", 0, "data", value={"water": 1.5}), r"`stages\[0\]\.data\.water`: .*got 1\.5"),
        (put("stages", 0, "minutes", value=1), r"`stages\[0\]`: .*`minutes`: .*got both"),
        (drop("stages", 0, "steps"), r"`stages\[0\]`: .*`minutes`: .*got neither"),
        (drop("stages", 0, "name"), r"`stages\[0\]`: .* `name`, got none"),
        (drop("model"), r"`configuration`: .*`model`, or `initial`.*got neither"),
        (put("model", value=None), r"`configuration`: .*`model`, or `initial`.*got neither"),
        (put("model", value=3), r"`model`: .*got 3"),
        (drop("data"), r"`configuration`: .* `data`, got none"),
        (put("initial", value=1), r"^`initial`: .*got 1"),
        (
            put("data", "spare", value={"path": "x"}),
            r"`data\.spare`: .*stage.*`role: v",
        ),
        (put("model", "width", value=8.0), r"`model\.width`: .*got 8\.0"),
        (put("model", "heads", value=3), r"`model`: `heads`: .*`width` = 8, got 3"),
        (put("model", "cutoff", value=".inf"), r"`model\.cutoff`: .*got '\.inf'"),
        (put("model", "species", value="OH"), r"`model\.species`: .*got 'OH'"),
        (put("model", "species", value=["O", False]), r"`model\.species\[1\]`: .*got False"),
        (
            put("model", "species", value=["O", "Xx"]),
            r"^`model\.species`: .* `O`, got `Xx`",
        ),
    ],
)
def test_mistakes(settings: Settings, change: Callable[[Settings], None], message: str) -> None:
    settings = copy.deepcopy(settings)
    change(settings)
    with pytest.raises(TrainingError, match=message):
        config_from_mapping(settings, Path())


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("dtype",), "half", r"`dtype`: .*float32 or float64, got half"),
        (("seed",), -1, r"`seed`: .*2\^63 - 1, got -1"),
        (("device",), "gpu", r"`device`: .*auto, cpu, cuda or cuda:N, got gpu"),
        (("device",), "cuda:", r"`device`: .*auto, cpu, cuda or cuda:N, got cuda:"),
        (("validate_rotations",), 1, r"`validate_rotations`: .*2, got 1"),
        (("validate_rotations",), -2, r"`validate_rotations`: .*2, got -2"),
        (
            ("loss",),
            {"variance": 0.5, "copies": 1},
            r"`loss`: `copies`: .* 2.* `variance` 0\.5, got 1",
        ),
        (("threads",), 0, r"`threads`: .*1 to 1024, got 0"),
        (("threads",), 100_000, r"`threads`: .*1 to 1024, got 100000"),
        (("seed",), 2**63, r"`seed`: .*2\^63 - 1, got 9223372036854775808"),
        (("split_seed",), -1, r"`split_seed`: .*2\^63 - 1, got -1"),
        (("validate_every",), 0, r"`validate_every`: .* 1.*got 0"),
        (("checkpoint_minutes",), -1, r"`checkpoint_minutes`: .* 0, got -1\.0"),
        (("max_minutes",), -1, r"`max_minutes`: .* 0, got -1\.0"),
    ],
)
def test_ranges(settings: Settings, keys: tuple[str | int, ...], value: object, message: str) -> None:
    put(*keys, value=value)(settings)
    with pytest.raises(TrainingError, match=f"^{message}"):
        config_from_mapping(settings, Path())


def test_frames_given_as_a_configuration(tmp_path: Path) -> None:
    """The error doesn't repeat the file."""
    path = tmp_path / "frames.xyz"
    path.write_text("\n".join(["9", "energy=1.0", *(["O 0.0 0.0 0.0"] * 9)] * 50))
    with pytest.raises(TrainingError, match=r"`configuration`: .*mapping.*\.\.\.$") as caught:
        read_config(path)
    assert len(str(caught.value)) < 200


def test_ranges_of_a_section_say_where_it_is(settings: Settings) -> None:
    settings["stages"][1]["batch"] = 0
    with pytest.raises(TrainingError, match=r"^`stages\[1\]`: `batch`: .* 1, got 0"):
        config_from_mapping(settings, Path())


def test_stage_of_a_set_to_validate_on(settings: Settings) -> None:
    settings["data"]["test"] = {"path": "frames.extxyz.gz", "role": "validate"}
    assert config_from_mapping(settings, Path()).data["test"].holds_out
    settings["stages"][1]["data"] = {"water": 1, "test": 1}
    with pytest.raises(TrainingError, match=r"\(second\): .*got `test`, whose `role`"):
        config_from_mapping(settings, Path())


def test_frames_for_a_test_alone_do_not_validate(settings: Settings) -> None:
    settings["data"]["water"] |= {"validation": 0, "test": 3}
    settings["validate_rotations"] = 2  # of the finished model
    assert config_from_mapping(settings, Path()).data["water"].test == 3
    settings["stages"][1]["patience"] = 2
    with pytest.raises(TrainingError, match=r"\(second\): `patience`: .*held-out frames, got none"):
        config_from_mapping(settings, Path())
    settings["data"]["water"] |= {"test": 0, "role": "test"}
    with pytest.raises(TrainingError, match=r"\(first\): .*got `water`, whose `role` is test"):
        config_from_mapping(settings, Path())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rotate": False, "loss": {"variance": 1.0}}, r"^`loss\.variance`: expected 0 with `rotate: no`"),
        ({"rotate": 0}, r"^`rotate`: expected yes or no, got 0"),
        (
            {"validate_rotations": 2, "loss": {"energy": 0, "forces": 0, "dipole": 1}},
            r"^`validate_rotations`: .* dipoles alone",
        ),
    ],
)
def test_rotations_that_are_not_there(settings: Settings, changes: Settings, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        config_from_mapping({**settings, **changes}, Path())


def test_patience_without_held_out_frames(settings: Settings) -> None:
    settings["stages"][1]["patience"] = 2
    assert config_from_mapping(settings, Path()).stages[1].patience == 2
    settings["data"]["water"]["validation"] = 0
    with pytest.raises(TrainingError, match=r"\(second\): `patience`: .*held-out frames, got none"):
        config_from_mapping(settings, Path())
    settings["data"]["test"] = {"path": "frames.extxyz.gz", "role": "validate"}
    assert config_from_mapping(settings, Path()).stages[1].patience == 2


def test_numbers_as_yaml_reads_them(settings: Settings, tmp_path: Path) -> None:
    settings["stages"][0]["learning_rate"] = "RATE"
    text = yaml.safe_dump(settings).replace("RATE", "1e-2").replace("width: 8", "width: 8\n  cutoff: 4e0")
    (tmp_path / "a.yaml").write_text(text)
    config = read_config(tmp_path / "a.yaml")
    assert (config.stages[0].learning_rate, config.model.cutoff) == (0.01, 4.0)


@pytest.mark.parametrize(("text", "message"), [("a: [", "YAML"), ("- a", "mapping of keys to values"), ("", "None")])
def test_file_that_is_no_configuration(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(TrainingError, match=message):
        read_config(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TrainingError, match=r"bad\.yaml`: .*YAML"):
        read_config(path)


def test_split_seed(settings: Settings) -> None:
    assert config_from_mapping(settings, Path()).seed_of_split == 3
    assert config_from_mapping({**settings, "split_seed": 0}, Path()).seed_of_split == 0


def test_initial_model(settings: Settings, tmp_path: Path) -> None:
    del settings["model"]

    def initial(text: str) -> str | None:
        return config_from_mapping({**settings, "initial": text}, tmp_path).initial

    assert initial("water") == "water"
    assert initial("./water") == str(tmp_path / "water")
    assert initial("model.pt") == str(tmp_path / "model.pt")
    assert initial("runs/a") == str(tmp_path / "runs" / "a")
    assert initial("../b/model.pt") == str(tmp_path.parent / "b" / "model.pt")
    (tmp_path / "water").mkdir()
    (tmp_path / "water" / "model.pt").touch()
    assert initial("water") == "water"  # what lies beside the configuration doesn't hide the installed model
    assert config_from_mapping({**settings, "initial": "water"}, tmp_path).model is None


def test_file_that_is_not_there(tmp_path: Path) -> None:
    for path, got in ((tmp_path / "none.yaml", "no such file"), (tmp_path, "a folder")):
        with pytest.raises(TrainingError, match=rf"`{path}`: .*YAML, got {got}"):
            read_config(path)
