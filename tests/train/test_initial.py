"""What a training can start from: another training or a model file."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ase.io
import pytest
import torch
from support.charges import ChargesConfig, register
from support.labeled import labeled_frames
from support.model_files import rewritten, with_metadata

from tumble import metadata
from tumble.errors import CheckpointError, ModelFileError, TrainingError
from tumble.files import sha256
from tumble.models import PetConfig
from tumble.train import Summary, config_from_mapping, load_trained, train
from tumble.train.initial import load_initial
from tumble.trained import export_trained

Settings = dict[str, Any]


def run(settings: Settings, folder: Path, out: str) -> Summary:
    return train(config_from_mapping(copy.deepcopy(settings), folder), folder / out)


@pytest.fixture
def trained(settings: Settings, tmp_path: Path) -> Path:
    """Folder of a finished training of the configuration."""
    run(settings, tmp_path, "trained")
    return tmp_path / "trained"


@pytest.fixture
def fine_tuning(settings: Settings) -> Settings:
    """A configuration that starts from it, with other energies and no `model`."""
    settings = copy.deepcopy(settings)
    del settings["model"]
    settings["initial"] = "./trained"
    settings["stages"] = [{"name": "tune", "data": {"water": 1}, "steps": 3, "learning_rate": 1e-3}]
    return settings


def source_of(trained: Path) -> dict[str, Any]:
    """What is to be known of a finished training of the fixture's configuration."""
    (data,) = json.loads((trained / "train_summary.json").read_text())["data"]
    seen = {"name": data["file"], "sha256": data["sha256"], "frames": data["frames"]["training"]}
    return {"file": "model.pt", "sha256": sha256(trained / "model.pt"), "data": [seen]}


def test_folder_and_file_of_a_training(trained: Path) -> None:
    kept = torch.load(trained / "model.pt")
    for name in (trained, trained / "model.pt"):
        initial = load_initial(str(name), None)
        assert initial.sizes == PetConfig(("O", "H"), width=8, heads=2, radial=4, feedforward=8)
        assert initial.baseline.tolist() == kept["baseline"]
        assert initial.source == source_of(trained)
        assert initial.state.keys() == kept["state"].keys()
        assert all(torch.equal(value, kept["state"][key]) for key, value in initial.state.items())


@pytest.mark.parametrize("layers", [{}, {"message_layers": 3, "attention_layers": 2}])
def test_model_file(settings: Settings, tmp_path: Path, layers: dict[str, int]) -> None:
    settings["model"] |= layers
    run(settings, tmp_path, "trained")
    path = export_trained(tmp_path / "trained", tmp_path / "exported.pt", name="exported", rotations=2)
    kept = torch.load(tmp_path / "trained" / "model.pt")
    initial = load_initial(str(path), None)
    assert initial.sizes == PetConfig(("O", "H"), width=8, heads=2, radial=4, feedforward=8, **layers)
    assert initial.baseline.tolist() == kept["baseline"]
    assert initial.source == {**source_of(tmp_path / "trained"), "file": "exported.pt", "sha256": sha256(path)}
    for key, value in kept["state"].items():
        # A weight that has no influence isn't in the file.
        assert torch.equal(initial.state[key], value) or key == "layers.0.message.weight", key


def test_another_architecture(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A training, its model file, and a training that starts from either."""
    register(monkeypatch)
    settings["model"] = {"kind": "charges", "species": ["O", "H"], "width": 5}
    run(settings, tmp_path, "trained")
    path = export_trained(tmp_path / "trained", tmp_path / "exported.pt", name="exported", rotations=2)
    assert metadata.read(path)["symmetry"]["kind"] == "exact"
    kept = torch.load(tmp_path / "trained" / "model.pt")["state"]
    for source in (tmp_path / "trained", path):
        initial = load_initial(str(source), ChargesConfig(("O", "H"), width=5))
        assert initial.sizes == ChargesConfig(("O", "H"), width=5)
        assert all(torch.equal(initial.state[key], value) for key, value in kept.items())
        with pytest.raises(TrainingError, match=r"`model\.kind`: expected charges .*got pet"):
            load_initial(str(source), PetConfig(("O", "H")))


def test_file_of_an_earlier_version_is_pet(trained: Path) -> None:
    content = torch.load(trained / "model.pt")
    del content["model"]["kind"], content["summary"]["configuration"]["model"]["kind"]
    torch.save(content, trained / "model.pt")
    assert load_initial(str(trained), None).sizes == PetConfig(("O", "H"), width=8, heads=2, radial=4, feedforward=8)


def in_another_order(code: bytes) -> bytes:
    """The same program with the weights of the first two readouts, of the same shapes, in the other order."""
    return re.sub(rb"( {4}_1 = \[CONSTANTS.*\n)( {4}_2 = .*\n)", rb"\2\1", code)


def test_weights_of_one_shape_that_the_program_uses_in_another_order(trained: Path, tmp_path: Path) -> None:
    path = export_trained(trained, tmp_path / "exported.pt", name="exported", rotations=2)
    kept = torch.load(trained / "model.pt")["state"]
    swapped = rewritten(path, tmp_path / "swapped.pt", ".py", in_another_order)
    state = load_initial(str(swapped), None).state
    for readout in ("atom_head", "edge_head"):
        for name in ("hidden.weight", "hidden.bias", "out.weight", "out.bias"):
            key = f"layers.0.{readout}.{name}"
            assert torch.equal(state[key], kept[key]), key
    guessed = rewritten(swapped, tmp_path / "guessed.pt", "/extra/weights.json", lambda _: None)
    with pytest.raises(TrainingError, match=r"weights .*got another"):
        load_initial(str(guessed), None)


def test_weights_that_are_equal(trained: Path, tmp_path: Path) -> None:
    """Freezing makes one constant of them."""
    kept = torch.load(trained / "model.pt")
    names = [name for name in kept["state"] if name.endswith("_norm.weight")]
    for name in names:
        kept["state"][name].fill_(1.0)
    torch.save(kept, trained / "model.pt")
    path = export_trained(trained, tmp_path / "exported.pt", name="exported", rotations=2)
    state = load_initial(str(path), None).state
    assert len(names) == 4
    assert all(torch.equal(state[name], kept["state"][name]) for name in names)


def test_names_of_other_weights(trained: Path, tmp_path: Path) -> None:
    path = export_trained(trained, tmp_path / "exported.pt", name="exported", rotations=2)
    name = "layers.0.compress.bias"
    for other, entry, message in (
        (name, None, r"the 52 weights .*got 51; .*`layers\.0\.compress\.bias`"),
        ("layers.9.bias", {"shape": [8], "sha256": None}, r"the 52 weights .*got 53; .*`layers\.9\.bias`"),
        (name, "layers.0.compress.weight", r"`layers\.0\.compress\.bias` .*\[8\], got \[8, 8\]"),
        (name, "layers.1.compress.bias", r"weights of a model of kind pet .*got another"),
    ):

        def change(text: bytes, other: str = other, entry: Any = entry) -> bytes:
            record = json.loads(text)
            record[other] = record[entry] if isinstance(entry, str) else entry
            return json.dumps({key: value for key, value in record.items() if value is not None}).encode()

        wrong = rewritten(path, tmp_path / "wrong.pt", "/extra/weights.json", change)
        with pytest.raises(TrainingError, match=message):
            load_initial(str(wrong), None)


def test_installed_model() -> None:
    initial = load_initial("water", None)
    assert initial.source["file"] == "water.pt"
    assert initial.sizes.species == ("O", "H")
    assert initial.baseline.sum() < -100.0


def test_training_starts_from_weights_and_baseline(
    fine_tuning: Settings, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_trained(trained / "model.pt")
    fine_tuning["stages"][0]["learning_rate"] = 1e-30
    run(fine_tuning, tmp_path, "tuned")
    after = load_trained(tmp_path / "tuned" / "model.pt")
    for name, value in before.model.state_dict().items():
        torch.testing.assert_close(after.model.state_dict()[name], value, rtol=1e-12, atol=0.0)
    assert after.baseline == before.baseline
    assert after.config == before.config
    assert after.summary["initial"] == source_of(trained)
    assert after.summary["configuration"]["model"]["width"] == 8
    assert after.summary["metrics"]["water"] == pytest.approx(before.summary["metrics"]["water"])


def test_baseline_is_not_fitted_anew(fine_tuning: Settings, trained: Path, tmp_path: Path) -> None:
    kept = torch.load(trained / "model.pt")
    kept["baseline"] = [kept["baseline"][0] + 1.0, kept["baseline"][1] - 2.0]
    torch.save(kept, trained / "model.pt")
    run(fine_tuning, tmp_path, "tuned")
    assert load_trained(tmp_path / "tuned" / "model.pt").baseline == kept["baseline"]


def test_resume_without_the_initial_model(fine_tuning: Settings, trained: Path, tmp_path: Path) -> None:
    run(fine_tuning, tmp_path, "whole")
    fine_tuning["max_minutes"] = 0.0
    assert not run(fine_tuning, tmp_path, "pieces").finished
    (trained / "model.pt").unlink()
    while not run(fine_tuning, tmp_path, "pieces").finished:
        pass
    a, b = (load_trained(tmp_path / out / "model.pt") for out in ("whole", "pieces"))
    assert all(torch.equal(v, b.model.state_dict()[k]) for k, v in a.model.state_dict().items())
    assert (a.baseline, a.summary["initial"]) == (b.baseline, b.summary["initial"])
    fine_tuning["initial"] = "water"
    with pytest.raises(TrainingError, match=r"checkpoint.*got another `initial`"):
        run(fine_tuning, tmp_path, "pieces")


def test_export_says_where_the_training_started(fine_tuning: Settings, trained: Path, tmp_path: Path) -> None:
    run(fine_tuning, tmp_path, "tuned")
    path = export_trained(tmp_path / "tuned", tmp_path / "tuned.pt", name="tuned", rotations=2)
    provenance = metadata.read(path)["provenance"]
    assert provenance["data"] == source_of(trained)["data"]  # both have the same file
    configuration = provenance["configuration"]
    assert configuration["initial"] == {"file": "model.pt", "sha256": sha256(trained / "model.pt")}
    assert str(tmp_path) not in json.dumps(configuration)
    assert load_initial(str(path), None).sizes.width == 8


def test_data_of_the_initial_model_are_kept(fine_tuning: Settings, trained: Path, tmp_path: Path) -> None:
    """Through two trainings with other data, down to the model file."""
    first = source_of(trained)["data"]
    sources = []
    for name in ("second", "third"):
        ase.io.write(tmp_path / f"{name}.extxyz", labeled_frames()[: len(name)], format="extxyz")
        fine_tuning["data"]["water"] = {"path": f"{name}.extxyz", "validation": 1}
        run(fine_tuning, tmp_path, name)
        sources += source_of(tmp_path / name)["data"]
        fine_tuning["initial"] = f"./{name}"
    path = export_trained(tmp_path / "third", tmp_path / "third.pt", name="third", rotations=2)
    assert metadata.read(path)["provenance"]["data"] == [*reversed(sources), *first]


def test_unfinished_initial_training(fine_tuning: Settings, settings: Settings, tmp_path: Path) -> None:
    run({**settings, "max_minutes": 0.0}, tmp_path, "trained")
    with pytest.warns(UserWarning, match=r"`initial`: .*finished.* after 1 steps"):
        run(fine_tuning, tmp_path, "tuned")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 4}, r"`model\.width`: .* 8.* `.*`, got 4"),
        ({"species": ["H", "O"]}, r"`model\.species`: .* O, H.* `.*`, got H, O"),
        ({"cutoff": 4.5}, r"`model\.cutoff`: .* 4\.0.* `.*`, got 4\.5"),
    ],
)
def test_other_sizes(
    settings: Settings, fine_tuning: Settings, trained: Path, tmp_path: Path, changes: Settings, message: str
) -> None:
    fine_tuning["model"] = settings["model"]
    assert run(fine_tuning, tmp_path, "same").finished
    fine_tuning["model"] |= changes
    with pytest.raises(TrainingError, match=message):
        run(fine_tuning, tmp_path, "other")


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"`initial`: .*folder.*`model\.pt`"):
        load_initial(str(tmp_path / "nothing.pt"), None)
    with pytest.raises(CheckpointError, match=r"`initial`: .*folder of a training"):
        load_initial(str(tmp_path), None)


def test_name_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "watre.pt").touch()  # where the command happens to run doesn't count
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError, match=r"`initial`: .*got `watre`; .*`water`\?; .*`\./watre`"):
        load_initial("watre", None)


def test_file_of_something_else(tmp_path: Path, model_file: Callable[[str], Path]) -> None:
    (tmp_path / "text.pt").write_text("hello")
    with pytest.raises(TrainingError, match=r"text\.pt`: .*checkpoint"):
        load_initial(str(tmp_path / "text.pt"), None)
    with pytest.raises(TrainingError, match="sizes of a model"):
        load_initial(str(model_file("pair")), None)
    foreign = rewritten(model_file("pair"), tmp_path / "foreign.pt", "/extra/tumble.json", lambda _: None)
    with pytest.raises(ModelFileError, match="plain TorchScript"):
        load_initial(str(foreign), None)


def test_model_file_of_another_network(trained: Path, tmp_path: Path, model_file: Callable[[str], Path]) -> None:
    path = export_trained(trained, tmp_path / "exported.pt", name="exported", rotations=2)
    provenance = metadata.read(path)["provenance"]
    foreign = with_metadata(model_file("pair"), tmp_path / "foreign.pt", provenance=provenance)
    with pytest.raises(TrainingError, match=r"52 weights .*got \d"):
        load_initial(str(foreign), None)
    provenance["configuration"]["model"]["species"] = ["H", "O"]
    foreign = with_metadata(path, tmp_path / "foreign.pt", provenance=provenance)
    with pytest.raises(TrainingError, match="species and cutoff"):
        load_initial(str(foreign), None)


def test_network_that_only_looks_like_pet(trained: Path, tmp_path: Path) -> None:
    path = export_trained(trained, tmp_path / "exported.pt", name="exported", rotations=2)
    foreign = rewritten(path, tmp_path / "foreign.pt", ".py", lambda code: code.replace(b"torch.silu", b"torch.tanh"))
    with pytest.raises(TrainingError, match=r"weights .*got another"):
        load_initial(str(foreign), None)
