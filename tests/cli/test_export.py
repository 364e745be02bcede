"""`tumble export` of a training."""

from __future__ import annotations

import json

import ase.io
import torch
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write
from support.command_line import run

import tumble
from tumble import metadata


def test_export(capsys, training, tmp_path):
    output = tmp_path / "water.pt"
    options = ("--name", "water", "--rotations", 4, "--licence", "CC0-1.0", "--citation", "somebody")
    status, _, err = run(capsys, "export", training, "-o", output, *options)
    assert status == 0
    assert f"wrote {output}: " in err
    assert "O(3) approximate, " in err
    document = metadata.read(output)
    assert document["name"] == "water"
    assert (document["species"], document["cutoff"], document["depth"]) == (["H", "O"], 4.0, 2)
    assert document["dtype"] == "float32"
    assert document["baseline"] == [-13.6, -430.0]
    assert (document["licence"], document["citation"]) == ("CC0-1.0", "somebody")
    symmetry = document["symmetry"]
    assert 0 < symmetry["energy_error"] < symmetry["force_error"]
    assert "4 random rotations" in symmetry["how"]
    assert symmetry["how"].endswith("in float32, of 1 structure: frames.xyz, frame 0 (24 atoms)")
    assert document["references"][0]["name"] == "frames.xyz, frame 0"
    assert "warning" not in err
    provenance = document["provenance"]
    assert provenance["data"] == [{"name": "frames.xyz", "sha256": "0" * 64, "frames": 2}]
    assert provenance["seeds"] == {"training": 7}
    assert provenance["metrics"]["steps"] == 12
    # the folders of whoever trained the model are nobody's business
    assert provenance["configuration"]["data"]["water"]["path"] == "frames.xyz"
    assert str(tmp_path) not in json.dumps(document)
    assert [len(reference["symbols"]) for reference in document["references"]] == [24]  # first of the training file
    tumble.load(output, "cpu")


def test_export_of_an_unfinished_training(capsys, training, tmp_path):
    content = torch.load(training / "model.pt")
    content["summary"]["finished"] = False
    torch.save(content, training / "model.pt")
    output = tmp_path / "water.pt"
    status, _, err = run(capsys, "export", training, "-o", output, "--name", "water", "--rotations", 2)
    assert status == 0
    assert "note: the training isn't finished (12 steps in 0.5 minutes), and the file says so; continue it " in err
    assert f"`tumble train CONFIG.yaml --out {training}`" in err
    assert metadata.read(output)["provenance"]["metrics"]["finished"] is False


def test_how_far_an_exported_training_is(capsys, training, tmp_path):
    """By the stages of its configuration; the command names the configuration that lies next to the folder."""
    content = torch.load(training / "model.pt")
    content["summary"] |= {"finished": False, "metrics": {}}
    content["summary"]["configuration"]["stages"] = [{"steps": 10}, {"steps": 20}]
    torch.save(content, training / "model.pt")
    (tmp_path / "training.yaml").touch()
    output = tmp_path / "water.pt"
    status, _, err = run(capsys, "export", training, "-o", output, "--name", "water", "--rotations", 2)
    assert status == 0
    assert "the training isn't finished (12 of 30 steps)" in err
    assert f"continue it with `tumble train {tmp_path / 'training.yaml'}`\n" in err
    _, out, _ = run(capsys, "info", output)
    assert "held out, meV/atom and meV/Å: not measured" in out


def test_export_skips_isolated_atoms(capsys, training, frames, tmp_path):
    """With which files of training data often begin: nothing is to be seen on them."""
    kept = ase.io.read(frames, ":")
    atom = Atoms("O", positions=[[0.0, 0.0, 0.0]])
    atom.calc = SinglePointCalculator(atom, energy=-3.0, forces=[[0.0, 0.0, 0.0]])
    write(frames, [atom, *kept])
    output = tmp_path / "water.pt"
    status, _, err = run(capsys, "export", training, "-o", output, "--name", "water", "--rotations", 2)
    assert (status, [r["name"] for r in metadata.read(output)["references"]]) == (0, ["frames.xyz, frame 1"]), err
    write(frames, [atom, atom])
    status, _, err = run(capsys, "export", training, "-o", output, "--name", "water", "--rotations", 2)
    assert (status, "`references`: expected a structure with two atoms within the cutoff, got none" in err) == (1, True)


def test_export_of_a_checkpoint_alone(capsys, training, tmp_path):
    (training / "model.pt").rename(training / "checkpoint.pt")
    status, _, err = run(capsys, "export", training, "-o", tmp_path / "water.pt", "--name", "water")
    assert status == 1
    assert "expected a `model.pt` in `" in err
    assert f"`tumble train CONFIG.yaml --out {training}` continues it" in err


def test_export_with_other_references_and_precision(capsys, training, frames, tmp_path):
    output = tmp_path / "water.pt"
    arguments = ("--references", frames, "--count", 2, "--dtype", "float64", "--rotations", 2)
    status, _, _ = run(capsys, "export", training / "model.pt", "-o", output, "--name", "water", *arguments)
    assert status == 0
    document = metadata.read(output)
    assert document["dtype"] == "float64"
    assert [len(reference["symbols"]) for reference in document["references"]] == [24, 3]


def test_export_errors(capsys, training, frames, tmp_path):
    command = ("export", training, "-o", tmp_path / "water.pt", "--name", "water")
    before = (training / "model.pt").read_bytes()
    for options in ((), ("--force",)):
        status, _, err = run(capsys, "export", training, "-o", training / "model.pt", "--name", "water", *options)
        assert (status, "expected another file than" in err) == (2, True)
    assert (training / "model.pt").read_bytes() == before
    status, _, err = run(capsys, "export", tmp_path, "-o", tmp_path / "water.pt", "--name", "water")
    assert status == 1
    assert "tumble: error: `checkpoint`: expected the folder of a training or a `model.pt`, got " in err
    status, _, err = run(capsys, *command, "--seed", -1)
    assert (status, "`seed`: expected an integer from 0, got -1" in err) == (2, True)
    status, _, err = run(capsys, *command, "--count", 0)
    assert (status, "`count`: expected an integer above 0, got 0" in err) == (2, True)
    frames.unlink()
    status, _, err = run(capsys, *command)
    assert status == 1
    assert "`references`: expected a file, got none, and the training data `" in err
    assert not (tmp_path / "water.pt").exists()
