"""Files of a training: what is refused, and what stays when a write fails."""

from __future__ import annotations

import copy
import errno
from pathlib import Path
from typing import Any

import pytest
import torch

from tumble.errors import TrainingError
from tumble.models import Pet, PetConfig
from tumble.train import config_from_mapping, load_trained, train
from tumble.train.checkpoint import load_checkpoint, load_weights, plain_sizes, save_torch, sizes_from, write

Settings = dict[str, Any]


@pytest.fixture
def unfinished(settings: Settings, tmp_path: Path) -> Path:
    """Folder of a training after one step."""
    settings = {**copy.deepcopy(settings), "max_minutes": 0.0}
    train(config_from_mapping(settings, tmp_path), tmp_path / "out")
    return tmp_path / "out"


def test_no_checkpoint(settings: Settings, tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path, config_from_mapping(settings, tmp_path)) == {}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"seed": 4}, "seed"),
        ({"split_seed": 4}, "split_seed"),
        ({"validate_rotations": 2}, "validate_rotations"),
        ({"loss": {"variance": 1.0}}, "loss"),
    ],
)
def test_checkpoint_of_another_configuration(
    settings: Settings, unfinished: Path, tmp_path: Path, change: Settings, key: str
) -> None:
    for free in ({"threads": 2}, {"max_minutes": 5}, {"checkpoint_minutes": 1}, {"device": "auto"}):
        assert load_checkpoint(unfinished, config_from_mapping({**settings, **free}, tmp_path))
    config = config_from_mapping({**settings, **change}, tmp_path)
    with pytest.raises(TrainingError, match=rf"expected a checkpoint of this configuration, got another `{key}`; use"):
        load_checkpoint(unfinished, config)


def test_checkpoint_without_a_part(settings: Settings, unfinished: Path, tmp_path: Path) -> None:
    saved = torch.load(unfinished / "checkpoint.pt")
    del saved["optimizers"]
    torch.save(saved, unfinished / "checkpoint.pt")
    with pytest.raises(
        TrainingError, match=r"expected a checkpoint of a training, got a file without \['optimizers'\]"
    ):
        load_checkpoint(unfinished, config_from_mapping(settings, tmp_path))
    (unfinished / "checkpoint.pt").write_bytes((unfinished / "model.pt").read_bytes())
    with pytest.raises(
        TrainingError, match=r"checkpoint\.pt`: expected a checkpoint of a training, got a file without"
    ):
        load_checkpoint(unfinished, config_from_mapping(settings, tmp_path))


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 nonsense"])
def test_damaged_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.pt").write_bytes(content)
    with pytest.raises(TrainingError, match=r"model\.pt`: expected a checkpoint of a training, got a file that torch"):
        load_trained(tmp_path / "model.pt")


def test_truncated_file(unfinished: Path) -> None:
    whole = (unfinished / "model.pt").read_bytes()
    (unfinished / "model.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TrainingError, match=r"model\.pt`: expected a checkpoint of a training, got a file that torch"):
        load_trained(unfinished / "model.pt")


def test_weights_of_another_architecture(settings: Settings, unfinished: Path, tmp_path: Path) -> None:
    """The configuration is the same: the file comes from a version with another network."""
    for name, part in (("checkpoint.pt", "model"), ("model.pt", "state")):
        content = torch.load(unfinished / name)
        content[part]["layers.0.gate.weight"] = content[part].pop("layers.0.message.weight")
        torch.save(content, unfinished / name)
    message = r"\.pt`: expected the weights of a PET model of these sizes .*, got those of another architecture; .*gate"
    with pytest.raises(TrainingError, match=rf"checkpoint{message}"):
        train(config_from_mapping(settings, tmp_path), unfinished)
    with pytest.raises(TrainingError, match=rf"model{message}"):
        load_trained(unfinished / "model.pt")


def test_weights_of_other_sizes() -> None:
    small, large = (Pet(PetConfig(("O", "H"), width=width, heads=2, radial=4, feedforward=8)) for width in (4, 8))
    with pytest.raises(TrainingError, match=r"^`a\.pt`: expected the weights .*size mismatch for layers\.0"):
        load_weights(small, large.state_dict(), "a.pt")


def test_sizes_survive_plain_containers() -> None:
    sizes = PetConfig(("O", "H"), cutoff=4.5, width=8, heads=2)
    assert sizes_from(plain_sizes(sizes)) == sizes
    assert plain_sizes(sizes)["species"] == ["O", "H"]


def test_failed_write_names_the_file_and_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checkpoint.pt"
    save_torch(path, {"a": 1})
    before = path.read_bytes()

    def full_disk(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match=r"No space left on device; `checkpoint\.pt` is as it was before: '.*/checkpoint"):
        write(path, b"new")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint.pt"]
