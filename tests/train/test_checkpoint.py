"""Files of a training: what is refused, and what stays when a write fails."""

from __future__ import annotations

import copy
import errno
import json
import pickle
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from support.model_files import rewritten

from tumble.errors import TrainingError
from tumble.models import Pet, PetConfig
from tumble.train import config_from_mapping, load_trained, train
from tumble.train.checkpoint import (
    load_checkpoint,
    load_torch,
    load_weights,
    save_checkpoint,
    save_torch,
    write,
)

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
    with pytest.raises(TrainingError, match=rf"checkpoint.*got another `{key}`"):
        load_checkpoint(unfinished, config)


def test_checkpoint_without_a_part(settings: Settings, unfinished: Path, tmp_path: Path) -> None:
    saved = torch.load(unfinished / "checkpoint.pt")
    torch.save(saved, unfinished / "whole.pt")
    del saved["optimizers"]
    torch.save(saved, unfinished / "checkpoint.pt")
    with pytest.raises(TrainingError, match=r"checkpoint.*without \['optimizers'\]"):
        load_checkpoint(unfinished, config_from_mapping(settings, tmp_path))
    with pytest.raises(TrainingError, match=r"got the checkpoint.*`model\.pt`"):
        load_trained(unfinished / "whole.pt")
    (unfinished / "checkpoint.pt").write_bytes((unfinished / "model.pt").read_bytes())
    with pytest.raises(TrainingError, match=r"checkpoint\.pt`: .*got a file without"):
        load_checkpoint(unfinished, config_from_mapping(settings, tmp_path))


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 nonsense"])
def test_damaged_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.pt").write_bytes(content)
    with pytest.raises(TrainingError, match=r"model\.pt`: .*torch"):
        load_trained(tmp_path / "model.pt")


def test_truncated_file(unfinished: Path) -> None:
    whole = (unfinished / "model.pt").read_bytes()
    (unfinished / "model.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TrainingError, match=r"model\.pt`: .*torch"):
        load_trained(unfinished / "model.pt")


def test_weights_of_another_architecture(settings: Settings, unfinished: Path, tmp_path: Path) -> None:
    """The configuration is the same: the file comes from a version with another network."""
    for name, part in (("checkpoint.pt", "model"), ("model.pt", "state")):
        content = torch.load(unfinished / name)
        content[part]["layers.0.gate.weight"] = content[part].pop("layers.0.message.weight")
        torch.save(content, unfinished / name)
    message = r"\.pt`: .*sizes .*architecture; .*gate"
    with pytest.raises(TrainingError, match=rf"checkpoint{message}"):
        train(config_from_mapping(settings, tmp_path), unfinished)
    with pytest.raises(TrainingError, match=rf"model{message}"):
        load_trained(unfinished / "model.pt")


def test_weights_of_other_sizes() -> None:
    small, large = (Pet(PetConfig(("O", "H"), width=width, heads=2, radial=4, feedforward=8)) for width in (4, 8))
    with pytest.raises(TrainingError, match=r"^`a\.pt`: .*size mismatch for layers\.0"):
        load_weights(small, large.state_dict(), "a.pt")


def test_failed_write_names_the_file_and_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checkpoint.pt"
    save_torch(path, {"a": 1})
    before = path.read_bytes()

    def full_disk(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match=r"No space left on device; `checkpoint\.pt`.*: '.*/checkpoint"):
        write(path, b"new")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint.pt"]


def flattened(content: Any) -> list[Any]:
    """Everything in nested containers, tensors as their bytes."""
    if isinstance(content, dict):
        return [part for key in content for part in (key, *flattened(content[key]))]
    if isinstance(content, list | tuple):
        return [part for value in content for part in flattened(value)]
    return [content.numpy().tobytes() if isinstance(content, torch.Tensor) else content]


def test_a_flipped_bit_is_refused_or_changes_nothing(unfinished: Path) -> None:
    path = unfinished / "checkpoint.pt"
    whole, right = path.read_bytes(), flattened(load_torch(path))
    draw, texts = random.Random(1), []
    for _ in range(150):
        copy_ = bytearray(whole)
        copy_[draw.randrange(len(copy_))] ^= 1 << draw.randrange(8)
        path.write_bytes(copy_)
        try:
            assert flattened(load_torch(path)) == right
        except TrainingError as error:
            texts.append(str(error))
    assert len(texts) > 90
    assert all(text.startswith(f"`{path}`: expected a checkpoint of a training, got a ") for text in texts)


def test_what_to_do_about_a_damaged_checkpoint(settings: Settings, unfinished: Path, tmp_path: Path) -> None:
    path, config = unfinished / "checkpoint.pt", config_from_mapping(settings, tmp_path)
    (unfinished / "checkpoint.previous.pt").unlink(missing_ok=True)
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[whole.index(b"learning_rate") + 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(TrainingError, match=r"damaged.*`data\.pkl`.*checksum"):
        load_checkpoint(unfinished, config)
    (unfinished / "checkpoint.previous.pt").write_bytes(whole)
    text = r"; to go on from the one before: mv `.*/checkpoint\.previous\.pt` `.*/checkpoint\.pt`$"
    with pytest.raises(TrainingError, match=text):
        load_checkpoint(unfinished, config)
    path.unlink()
    with pytest.raises(TrainingError, match=r"`checkpoint\.pt` with `checkpoint\.previous\.pt`, got none"):
        load_checkpoint(unfinished, config)
    (unfinished / "checkpoint.previous.pt").rename(path)
    assert load_checkpoint(unfinished, config)


class Intruder:
    """Runs a program where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_a_program_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    """And torch's advice, to run it, isn't passed on."""
    path = tmp_path / "checkpoint.pt"
    torch.save({"a": Intruder(tmp_path / "intruded")}, path)
    with pytest.raises(TrainingError, match="content other than") as caught:
        load_torch(path)
    assert "weights_only" not in str(caught.value)
    assert not (tmp_path / "intruded").exists()


@pytest.mark.parametrize(
    "text", [b"", b"\x80\x02", b"\x80\x02}q\x00u.", b"\x80\x02K.", b"garbage", pickle.dumps(3)[:-1]]
)
def test_pickles_that_are_none(tmp_path: Path, unfinished: Path, text: bytes) -> None:
    """With the right checksums, as crafted files have them."""
    path = rewritten(unfinished / "checkpoint.pt", tmp_path / "crafted.pt", "data.pkl", lambda _: text)
    with pytest.raises(TrainingError, match=r"crafted\.pt`: .*checkpoint"):
        load_torch(path)


def test_the_checkpoint_before_is_kept(tmp_path: Path) -> None:
    for number in range(4):
        save_checkpoint(tmp_path, {"number": number})
        assert load_torch(tmp_path / "checkpoint.pt") == {"number": number}
        if number > 0:
            assert load_torch(tmp_path / "checkpoint.previous.pt") == {"number": number - 1}
    assert len(list(tmp_path.iterdir())) == 2


def test_without_links_the_checkpoint_before_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("os.link", no_links)
    test_the_checkpoint_before_is_kept(tmp_path)


def test_result_of_another_configuration_without_a_checkpoint(
    settings: Settings, unfinished: Path, tmp_path: Path
) -> None:
    for path in unfinished.glob("checkpoint*.pt"):
        path.unlink()
    assert load_checkpoint(unfinished, config_from_mapping(settings, tmp_path)) == {}
    other = config_from_mapping({**settings, "seed": 4}, tmp_path)
    text = r"out`: .*another `seed`; .* `--restart`"
    with pytest.raises(TrainingError, match=text):
        load_checkpoint(unfinished, other)
    (unfinished / "train_summary.json").write_text(json.dumps({"finished": True}))
    with pytest.raises(TrainingError, match=r"got .*`configuration`"):
        load_checkpoint(unfinished, other)
    train(other, unfinished, restart=True)
    assert json.loads((unfinished / "train_summary.json").read_text())["seed"] == 4
