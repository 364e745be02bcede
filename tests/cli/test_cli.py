"""The command line: what it prints, and how it ends. `drive`, `train` and `demo` have tests elsewhere."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys

import ase.io
import pytest
import torch
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write
from support.model_files import with_metadata
from support.systems import systems

import tumble
from tumble import metadata
from tumble.cli import main
from tumble.models.pet import Pet, PetConfig
from tumble.train.checkpoint import save_model

SYSTEMS = systems()


def run(capsys, *arguments) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a command."""
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def frames(tmp_path, model_file):
    """A file whose labels are 5 meV/atom above and 10 meV/Å below the harmonic toy."""
    path = tmp_path / "frames.xyz"
    calculator = tumble.Calculator(model_file("harmonic"), device="cpu")
    for name in ("triclinic", "molecule", "slab"):
        atoms = SYSTEMS[name].copy()
        atoms.calc = calculator
        energy, forces = atoms.get_potential_energy() + 5e-3 * len(atoms), atoms.get_forces() - 0.01
        atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
        write(path, atoms, append=True)
    return path


@pytest.fixture
def training(tmp_path, frames):
    """What a training of a tiny model leaves."""
    torch.manual_seed(0)
    config = PetConfig(species=("H", "O"), width=8, heads=2, feedforward=8)
    model = Pet(config)
    summary = {
        "finished": True,
        "steps": 12,
        "minutes": 0.5,
        "parameters": sum(p.numel() for p in model.parameters()),
        "metrics": {"water": {"energy_mae": 1.5, "force_mae": 80.25}},
        "data": [
            {
                "name": "water",
                "file": "frames.xyz",
                "sha256": "0" * 64,
                "frames": {"training": 2, "validation": 1},
            }
        ],
        "seed": 7,
        "configuration": {"dtype": "float32", "data": {"water": {"path": str(frames), "group": None}}},
        "versions": {"torch": str(torch.__version__)},
    }
    folder = tmp_path / "training"
    folder.mkdir()
    save_model(folder, config, model.state_dict(), torch.tensor([-13.6, -430.0], dtype=torch.float64), summary)
    return folder


def test_info(capsys, model_file):
    status, out, err = run(capsys, "info", model_file("two_hop"))
    assert (status, err) == (0, "")
    for line in (
        "model       two_hop",
        "species     O, H",
        "cutoff      4 Å, an atom sees 2 × that",
        "precision   float64",
        "baseline    O -3.000000 eV, H 1.500000 eV",
        "symmetry    O(3) approximate, error not measured",
        "references  reference 1 (3 atoms), reference 2 (24 atoms), reference 3 (1 atom)",
        "licence     BSD-3-Clause",
    ):
        assert line in out.splitlines()


def test_info_as_json(capsys, model_file):
    status, out, _ = run(capsys, "info", model_file("pair"), "--json")
    assert status == 0
    assert json.loads(out) == metadata.read(model_file("pair"))


def test_names_with_controls(capsys, model_file, tmp_path, monkeypatch):
    """A terminal obeys none of them, in no command."""
    evil = "\x1b]0;owned\x07\x1b[2J\u202ewater"
    references = metadata.read(model_file("pair"))["references"]
    references[0] |= {"name": evil}
    path = with_metadata(
        model_file("pair"),
        tmp_path / "evil.pt",
        name=evil,
        references=references,
        licence=evil,
        citation=f"somebody,\nelsewhere {evil}",
        symmetry={"group": "O(3)", "kind": "exact", "energy_error": None, "force_error": None, "how": evil},
        provenance={
            "data": [{"name": evil, "sha256": evil, "frames": 1}],
            "seeds": {evil: 1},
            "metrics": {evil: {evil: evil}},
            "configuration": {},
        },
        versions={"torch": evil, "tumble": evil},
        created=evil,
    )
    status, out, _ = run(capsys, "info", path)
    assert status == 0
    assert "model       \\x1b]0;owned\\x07\\x1b[2J\\u202ewater" in out.splitlines()
    assert "citation    somebody," in out
    assert "\n            elsewhere \\x1b]" in out
    _, as_json, _ = run(capsys, "info", path, "--json")
    monkeypatch.setenv("TUMBLE_MODELS", str(tmp_path))
    _, table, warning = run(capsys, "models")
    references[0] |= {"energy": 0.25}
    with_metadata(path, tmp_path / "wrong.pt", references=references)
    _, _, error = run(capsys, "evaluate", tmp_path / "wrong.pt", tmp_path / "none.xyz")
    assert "its reference structure `\\x1b]0;owned" in error
    for text in (out, as_json, table, warning, error):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_models_names_each_broken_file(capsys, model_file, tmp_path, monkeypatch):
    monkeypatch.setenv("TUMBLE_MODELS", str(tmp_path))
    with_metadata(model_file("pair"), tmp_path / "field.pt", cutoff=-1.0)
    content = bytearray(model_file("pair").read_bytes())
    content[content.index(b'"cutoff"')] ^= 1
    (tmp_path / "flipped.pt").write_bytes(content)
    (tmp_path / "empty.pt").write_bytes(b"")
    (tmp_path / "folder.pt").mkdir()
    os.mkfifo(tmp_path / "pipe.pt")  # nobody waits for it
    status, _, err = run(capsys, "models")
    assert status == 0
    lines = sorted(err.splitlines())
    assert len(lines) == 3
    expected = (
        ("empty", "the file is empty"),
        ("field", "metadata field `cutoff`: expected a length"),
        ("flipped", "truncated or corrupt (record `"),
    )
    for line, (name, text) in zip(lines, expected, strict=True):
        assert line.startswith(f"tumble: warning: model file `{tmp_path / name}.pt`: {text}")


@pytest.mark.parametrize(
    ("command", "option", "values"),
    [
        ("evaluate model.pt frames.xyz", "--symmetrize", ("octahedral", "icosahedral")),
        ("evaluate model.pt frames.xyz", "--seed", ("3", "3")),
        ("drive model.pt --unix name --structure a.xyz", "--symmetrize", ("octahedral", "octahedral")),
        ("drive model.pt --unix name --structure a.xyz", "--mode", ("average", "correction")),
        ("drive model.pt --unix name --structure a.xyz", "--beads", ("shared", "independent")),
        ("drive model.pt --unix name --structure a.xyz", "--symmetry-set", ("octahedral", "icosahedral")),
        ("drive model.pt --unix name --structure a.xyz", "--symmetry-log", ("a.log", "b.log")),
        ("drive model.pt --unix name --structure a.xyz", "--symmetry-every", ("1", "10")),
        ("probe model.pt frames.xyz", "--sets", ("octahedral", "icosahedral")),
        ("probe model.pt frames.xyz", "--reference", ("degree:7", "degree:12")),
        ("probe model.pt frames.xyz", "--seed", ("1", "2")),
    ],
)
def test_options_of_frames_given_twice(capsys, command, option, values):
    """The last one doesn't win silently, also where it is the default or the same again."""
    with pytest.raises(SystemExit, match="2"):
        main([*command.split(), option, values[0], option, values[1]])
    first, second = values
    expected = f"argument {option}: expected it once, got it twice, as {first} and {second}; leave one of them out"
    assert expected in capsys.readouterr().err


def test_models(capsys, model_file, tmp_path, monkeypatch):
    monkeypatch.setenv("TUMBLE_MODELS", str(model_file("pair").parent))
    model_file("two_hop")
    (model_file("pair").parent / "broken.pt").write_bytes(b"no model")
    status, out, err = run(capsys, "models")
    (model_file("pair").parent / "broken.pt").unlink()
    assert status == 0
    rows = out.splitlines()
    assert rows[0].split() == ["name", "species", "cutoff", "parameters", "symmetry", "size", "path"]
    (row,) = [row for row in rows if row.startswith("pair ")]
    assert row.split()[:7] == ["pair", "O", "H", "4", "Å", "0", "O(3)"]
    assert row.endswith(str(model_file("pair")))
    assert any(row.startswith("two_hop ") for row in rows)
    assert "tumble: warning: model file `" in err
    assert "broken.pt`: expected a TorchScript archive" in err


def test_evaluate(capsys, model_file, frames, tmp_path):
    report = tmp_path / "errors.json"
    status, out, err = run(
        capsys, "evaluate", model_file("harmonic"), frames, frames, "--json", report, "--device", "cpu"
    )
    assert status == 0
    assert out.count("3 structures, 51 atoms") == 2
    assert "energy                         5.000       5.000  meV/atom" in out
    assert "  mean error                  -5.000              meV/atom" in out
    assert "energy, mean error off         0.000       0.000  meV/atom" in out
    assert "force components              10.000      10.000  meV/Å" in out
    assert err == ""  # a bar is for terminals alone
    document = json.loads(report.read_text())
    assert document["model"] == "harmonic"
    assert [entry["file"] for entry in document["files"]] == [str(frames)] * 2
    assert document["files"][0]["forces"]["rmse"] == pytest.approx(0.01, abs=1e-6)
    assert document["files"][0]["energy"] == pytest.approx({"mae": 5e-3, "rmse": 5e-3, "count": 3}, abs=1e-6)


def test_evaluate_says_which_labels_are_missing(capsys, model_file, tmp_path):
    atoms = SYSTEMS["molecule"].copy()
    atoms.calc = SinglePointCalculator(atoms, energy=0.0)
    write(tmp_path / "a.xyz", atoms)
    write(tmp_path / "a.xyz", SYSTEMS["molecule"], append=True)
    _, out, _ = run(capsys, "evaluate", model_file("pair"), tmp_path / "a.xyz")
    assert "force components                       no labels" in out
    assert "only 1 of the structures have an energy" in out


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


def test_missing_arguments_come_with_an_example(capsys):
    for command, example in (
        ("export", "tumble export TRAINING-FOLDER -o my-water.pt --name my-water"),
        ("drive", "tumble drive water --unix my-water --structure water64.xyz"),
    ):
        with pytest.raises(SystemExit) as caught:
            main([command, "water"])
        assert caught.value.code == 2
        err = capsys.readouterr().err
        assert f"tumble {command}: error: the following arguments are required: -" in err
        assert err.endswith(f"; for example: `{example}`\n")


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
        assert (status, "expected another file than" in err) == (1, True)
    assert (training / "model.pt").read_bytes() == before
    status, _, err = run(capsys, "export", tmp_path, "-o", tmp_path / "water.pt", "--name", "water")
    assert status == 1
    assert "tumble: error: `checkpoint`: expected the folder of a training or a `model.pt`, got " in err
    status, _, err = run(capsys, *command, "--seed", -1)
    assert (status, "`seed`: expected an integer from 0, got -1" in err) == (1, True)
    status, _, err = run(capsys, *command, "--count", 0)
    assert (status, "`count`: expected an integer above 0, got 0" in err) == (1, True)
    frames.unlink()
    status, _, err = run(capsys, *command)
    assert status == 1
    assert "`references`: expected a file, got none, and the training data `" in err
    assert not (tmp_path / "water.pt").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ["info", "no-such-model"],
            "tumble: error: model `no-such-model`: ",
        ),
        (
            ["evaluate", "MODEL", "no-such-file"],
            "tumble: error: `frames`: .*got `no-such-file`",
        ),
        (
            ["evaluate", "MODEL", "FRAMES", "--device", "tpu"],
            "tumble: error: `device`: .*auto, cpu, cuda or cuda:N",
        ),
        (
            ["evaluate", "MODEL", "FRAMES", "--batch", "0"],
            "tumble: error: `batch`: .* 0, got 0",
        ),
        (
            ["evaluate", "no-such-model", "FRAMES", "--json", "/no/such/folder/a.json"],  # before the model is loaded
            r"tumble: error: `--json`: .*got `/no/such/folder/a\.json`",
        ),
    ],
)
def test_failures_have_status_1_and_no_traceback(capsys, model_file, frames, arguments, text):
    names = {"MODEL": model_file("pair"), "FRAMES": frames}
    status, _, err = run(capsys, *(names.get(argument, argument) for argument in arguments))
    assert status == 1
    assert re.search(text, err)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["info"],
        ["export", "folder"],
        ["evaluate", "model"],
        ["drive", "model", "--structure", "a.xyz", "--port", "1"],
        ["drive", "model", "--structure", "a.xyz", "--host", "here"],
        ["drive", "model", "--structure", "a.xyz", "--unix", "a", "--port", "1"],
        ["drive", "model", "--structure", "a.xyz", "--unix", "a", "--periodic", "x,y"],
    ],
)
def test_wrong_usage_has_status_2(capsys, arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: tumble" in capsys.readouterr().err


def test_an_interruption_has_status_130(capsys, monkeypatch, model_file):
    def interrupt(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(metadata, "read", interrupt)
    assert run(capsys, "info", model_file("pair")) == (130, "", "tumble: interrupted\n")


def test_a_reader_that_goes_away_is_no_error():
    """As in `tumble ... | head`: before the first word, which is in a buffer till the end, and amid many."""
    for name, lines in (("none", 0), ("lebedev:10", 2)):
        command = [sys.executable, "-m", "tumble", "rotations", name, "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            for _ in range(lines):
                assert process.stdout.readline()
            process.stdout.close()
            _, err = process.communicate(timeout=600)
        assert (process.returncode, err) == (141, b"")


def test_other_broken_pipes_are_errors(capsys, monkeypatch, model_file):
    def lose(path):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(metadata, "read", lose)
    assert run(capsys, "info", model_file("pair")) == (1, "", "tumble: error: broken pipe\n")


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    for command in ("export", "info", "evaluate", "train", "drive", "models", "demo"):
        assert f"\n    {command} " in out


def test_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "tumble", "--version"], capture_output=True, text=True, check=True, timeout=600
    )
    assert done.stdout == f"tumble {tumble.__version__}\n"
