"""`tumble irreps`: its page, files, exit status and errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import ase.io
import pytest
import torch
from ase import Atoms
from support.command_line import run
from support.marked_toys import HarmonicFeatures, exported, molecule


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    weights = [torch.tensor(each, dtype=torch.float64) for each in ([[1.0, 2], [2, 1]], [[1.0], [2]], [[1.0], [1]])]
    network = HarmonicFeatures(weights, quadratic=(1.0, 0.5, 0.0))
    return exported(network, tmp_path_factory.mktemp("model") / "toy.pt", [molecule(0)])


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("frames") / "frames.extxyz"
    structures = [molecule(seed, 3 + seed % 3) for seed in range(6)]
    for i, atoms in enumerate(structures):
        atoms.info["mu"] = 0.1 * i
    ase.io.write(path, structures)
    return path


def test_page_and_files(capsys, model, frames, tmp_path):
    found = tmp_path / "irreps.json"
    bars, points = tmp_path / "bars.png", tmp_path / "map.svg"
    arguments = ["irreps", model, frames, "--json", found, "--plot", bars, "--map", points, "--color", "mu"]
    status, out, err = run(capsys, *arguments)
    assert (status, err) == (0, "")
    assert out.startswith("toy: 6 structures of 3 to 5 atoms, frames.extxyz\n")
    document = json.loads(found.read_text())
    assert document["format"] == "tumble-irreps-1"
    assert [(part["layer"], part["irrep"], part["channels"]) for part in document["parts"]] == [
        ("only", "0e", 2),
        ("only", "1o", 1),
        ("only", "2e", 1),
    ]
    vectors = document["parts"][1]
    assert vectors["zeroed"]["energy"]["loss"] is None
    assert vectors["zeroed"]["energy"]["change"]["value"] > 0.0
    assert document["parts"][2]["zeroed"]["energy"]["change"] == {"value": 0.0, "error": 0.0}
    assert document["units"] == {"energy": "meV/atom", "forces": "meV/Å"}
    assert len(document["sha256"]) == 64
    assert bars.read_bytes().startswith(b"\x89PNG")
    assert "tumble figure" in points.read_text()
    again = run(capsys, *arguments)  # its own files may be replaced
    assert again == (0, out, "")


def test_fewer_frames_and_no_ablation(capsys, model, frames):
    status, out, _ = run(capsys, "irreps", model, frames, "--count", 2, "--ablation", "no", "--memory", 1e-3)
    assert status == 0
    assert out.startswith("toy: 2 structures of")
    assert "zeroed" not in out


@pytest.mark.parametrize("name", ["pair", "pet"])
def test_a_model_without_marks(capsys, model_file: Callable[[str], Path], frames, name):
    status, out, err = run(capsys, "irreps", model_file(name), frames)
    assert (status, out) == (1, "")
    assert err.startswith(f"tumble: error: model `{name}`: expected a network that marks equivariant features")
    assert err.count("\n") == 1


def test_the_shipped_model_is_a_pet(capsys, frames):
    status, _, err = run(capsys, "irreps", "water", frames, "--check", "no")
    assert status == 1
    assert "trained as `pet`" in err
    assert "`model: {kind: equivariant}`" in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--color", "mass"], "`color`: expected a property of structure 0, got `mass`"),
        (["--layer", "onyl"], "did you mean `only`"),
        (["--map", "map.xyz"], "`--map`: expected a file that ends in"),
        (["--plot", "bars.xyz"], "`--plot`: expected a file that ends in"),
        (["--count", "0"], "`count`: expected an integer above 0, got 0"),
        (["--seed", "-1"], "`seed`: expected an integer from 0, got -1"),
        (["--memory", "0"], "`memory`: expected a number of MB above 0, got 0"),
    ],
)
def test_wrong_options(capsys, model, frames, tmp_path, options, words):
    if "--map" not in options:
        options = [*options, "--map", tmp_path / "map.png"]
    status, out, err = run(capsys, "irreps", model, frames, *options)
    assert (status, out) == (2, "")
    assert words in err
    assert not (tmp_path / "map.png").exists()


@pytest.mark.parametrize("option", [("--color", "mu"), ("--layer", "only"), ("--projection", "umap")])
def test_options_of_a_picture_without_a_picture(capsys, model, frames, option):
    status, out, err = run(capsys, "irreps", model, frames, *option)
    assert (status, out) == (2, "")
    assert f"`{option[0][2:]}`: expected `--map` with it, got `{option[1]}` alone" in err


def test_two_outputs_in_one_file(capsys, model, frames, tmp_path):
    same = tmp_path / "same.png"
    status, _, err = run(capsys, "irreps", model, frames, "--plot", same, "--map", same)
    assert (status, same.exists()) == (2, False)
    assert "`--map`: expected another file than that of `--plot`" in err


def test_wrong_frames(capsys, model, tmp_path):
    other, empty = tmp_path / "other.extxyz", tmp_path / "empty.extxyz"
    ase.io.write(other, [molecule(0), Atoms("He")])
    empty.write_text("")
    broken = tmp_path / "broken.extxyz"
    ase.io.write(broken, [molecule(0), Atoms("H", [[float("nan"), 0, 0]])])
    for path, words in (
        (other, "structure 1: `atoms`: expected elements among H, O, got He"),
        (broken, "structure 1: `positions` of atom 0"),
        (empty, "expected structures"),
        (tmp_path / "gone.xyz", "doesn't exist"),
    ):
        for options in ((), ("--map", tmp_path / "map.png")):
            status, out, err = run(capsys, "irreps", model, path, *options)
            assert (status, out) == (1, "")
            assert words in err


def test_inputs_are_kept(capsys, model, frames):
    status, _, err = run(capsys, "irreps", model, frames, "--json", frames)
    assert status == 2
    assert "which this command reads" in err
