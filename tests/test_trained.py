"""Export of a training: what the file says about its data, errors and outputs."""

from __future__ import annotations

import json
from pathlib import Path

import ase.io
import numpy as np
import pytest
import torch
from support.charges import register
from support.labeled import labeled_frames, training_settings

import tumble
from tumble import metadata
from tumble.autograd import inputs
from tumble.structures import to_graph
from tumble.train import config_from_mapping, load_trained, train
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


def test_outputs_and_test_errors_are_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)
    settings = training_settings(tmp_path)
    frames = labeled_frames()
    for atoms in frames:
        atoms.arrays["moments"] = np.ones((9, 3))
    ase.io.write(tmp_path / "polar.extxyz", frames)
    settings["model"] = {"kind": "charges", "species": ["O", "H"], "outputs": ["dipole"]}
    settings["data"] = {"polar": {"path": "polar.extxyz", "dipole": "moments", "validation": 2, "test": 3}}
    settings["stages"] = [{"name": "only", "data": {"polar": 1}, "steps": 3, "learning_rate": 1e-3}]
    settings["loss"] = {"dipole": 1.0}
    train(config_from_mapping(settings, tmp_path), tmp_path / "out")
    path = export_trained(tmp_path / "out", tmp_path / "a.pt", name="a", rotations=2)
    document = metadata.read(path)
    assert document["outputs"] == ["energy", "dipole"]
    assert document["symmetry"]["kind"] == "exact"
    errors = document["provenance"]["metrics"]["test, meV/atom, meV/Å and mD"]["polar"]
    assert errors == json.loads((tmp_path / "out" / "train_summary.json").read_text())["test"]["polar"]

    model = load_trained(tmp_path / "out" / "model.pt").model
    arguments = inputs(to_graph(frames[:1], ("O", "H"), 4.0), torch.float64)
    frames[0].calc = tumble.Calculator(path, device="cpu")
    frames[0].get_potential_energy()
    np.testing.assert_allclose(
        frames[0].calc.outputs["dipole"], model(*vars(arguments).values())["dipole"].detach(), rtol=1e-10
    )


def test_a_training_in_single_precision_is_exact_in_double(tmp_path: Path) -> None:
    """Constants of an equivariant network aren't rounded to the precision of the training."""
    settings = training_settings(tmp_path) | {"dtype": "float32"}
    settings["model"] = {"kind": "equivariant", "species": ["O", "H"], "layers": 3, "channels": [6]}
    settings["stages"] = [{"name": "only", "data": {"water": 1}, "steps": 1, "learning_rate": 1e-3}]
    train(config_from_mapping(settings, tmp_path), tmp_path / "out")
    path = export_trained(tmp_path / "out", tmp_path / "a.pt", name="a", rotations=2, dtype="float64")
    assert metadata.read(path)["symmetry"]["energy_error"] < 1e-14  # eV/atom
