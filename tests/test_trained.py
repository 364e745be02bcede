"""Export of a training: what the file says about data that weren't trained on."""

from __future__ import annotations

from pathlib import Path

import ase.io
from support.labeled import labeled_frames, training_settings

from tumble import metadata
from tumble.train import config_from_mapping, train
from tumble.trained import export_trained


def test_set_to_validate_on_is_no_training_data(tmp_path: Path) -> None:
    settings = training_settings(tmp_path)
    ase.io.write(tmp_path / "test.extxyz", labeled_frames(2), format="extxyz")
    settings["data"] = {"test": {"path": "test.extxyz", "role": "validate"}} | settings["data"]
    train(config_from_mapping(settings, tmp_path), tmp_path / "out")
    document = metadata.read(export_trained(tmp_path / "out", tmp_path / "a.pt", name="a", rotations=2))
    assert [(entry["name"], entry["frames"]) for entry in document["provenance"]["data"]] == [("frames.extxyz.gz", 8)]
    assert [entry["name"] for entry in document["references"]] == ["frames.extxyz.gz, frame 0"]
    assert document["provenance"]["metrics"]["held out, meV/atom and meV/Å"].keys() == {"test", "water"}
