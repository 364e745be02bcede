"""The line of a log that says which model ran, as the pair style and the driver write it, and in damaged logs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from support.ipi_runs import Server, start_driver, unix_endpoint
from support.lammps_runs import run_lammps, system_script
from support.systems import systems

import tumble
from tumble import _core
from tumble.runs import open_run
from tumble.runs.run_line import FORMAT, RunLine, read_run_line

ModelFile = Callable[[str], Path]
SAID = {
    "format": FORMAT,
    "versions": {"tumble": "0.1.0", "torch": "2.13.0"},
    "model": {"name": "water", "path": "/models/my (own) model, 2.pt", "cutoff": 4.0},
    "symmetrize": "octahedral",
}
READ = RunLine(
    {"name": "water", "path": "/models/my (own) model, 2.pt"},
    "octahedral",
    {"tumble of the run": "0.1.0", "torch of the run": "2.13.0"},
)


def written(**changes: object) -> str:
    return f"tumble: {json.dumps({**SAID, **changes})}\n"


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line.removeprefix("tumble: ")) for line in text.splitlines() if line.startswith("tumble: {")]


def test_the_last_line_counts() -> None:
    assert read_run_line("Step Temp\n" + written(symmetrize="none") + "1 300\n" + written()) == READ


def test_a_line_that_is_cut_or_of_another_format_does_not_count() -> None:
    text = written()
    assert read_run_line(text + text[:-20]) == READ
    assert read_run_line(text + written(format="tumble-run-2", symmetrize="none")) == READ
    assert read_run_line(text + "tumble: {5}\n" + 'tumble: {"a":' * 100_000) == READ


def test_what_else_may_stand_in_a_damaged_line() -> None:
    assert read_run_line(written(model=5, symmetrize=[1], versions="")) == RunLine()
    assert read_run_line(written(model={"name": 5, "path": "a"})).model == {"path": "a"}
    assert read_run_line("nothing") == RunLine()


@pytest.mark.parametrize(
    ("text", "model", "symmetrize"),
    [
        (
            "pair_style tumble: model water (/a/water.pt), approximate invariance\n"
            "pair_style tumble: symmetrize tetrahedral, 12 rotations\n",
            {"name": "water", "path": "/a/water.pt"},
            "tetrahedral",
        ),
        ("pair_style tumble: symmetrize none\n", {}, "none"),
        (
            "tumble drive: model water (1 MB) on cpu; symmetrize octahedral, 24 rotations\n",
            {"name": "water (1 MB)"},
            "octahedral",
        ),
    ],
)
def test_sentences_of_earlier_versions(text: str, model: dict[str, str], symmetrize: str) -> None:
    assert read_run_line(text) == RunLine(model, symmetrize)


def test_a_real_run_of_lammps(tmp_path: Path, model_file: ModelFile) -> None:
    script = system_script(tmp_path, systems()["molecule"], model_file("harmonic"), ["O", "H"])
    script = script.replace("pair_style tumble", "pair_style tumble symmetrize random:tetrahedral+inversion seed 7")
    run_lammps(tmp_path, script + "fix 1 all nve\nrun 2\nrun 2\n").checked()
    (said,) = lines_of((tmp_path / "log.lammps").read_text())  # the second run says the same
    path = model_file("harmonic").resolve()
    assert said["format"] == FORMAT
    assert (said["engine"], said["units"], said["ranks"]) == ("lammps", "metal", 1)
    assert said["model"] == {
        "name": "harmonic",
        "path": str(path),
        "species": ["O", "H"],
        "cutoff": tumble.load(path).metadata.cutoff,
        "depth": 1,
        "dtype": "float64",
        "symmetry": "approximate",
    }
    assert (said["symmetrize"], said["mode"], said["seed"]) == ("random:tetrahedral+inversion", "average", 7)
    assert (said["frames"], said["degree"], said["device"]) == (24, 2, "cpu")
    run = open_run(tmp_path)
    assert run.model == {"name": "harmonic", "path": str(path), "symmetry": "approximate"}
    assert run.symmetrize == "random:tetrahedral+inversion"
    assert run.versions["tumble of the run"] == tumble.__version__


def test_a_real_driver(tmp_path: Path, model_file: ModelFile) -> None:
    endpoint = unix_endpoint()
    with (
        Server(tmp_path, systems()["molecule"], endpoint, steps=1) as server,
        start_driver(tmp_path, model_file("harmonic"), endpoint, "--periodic", "none") as driver,
    ):
        assert server.wait() == 0, server.output
        assert driver.wait() == 0, driver.output
    said, end = lines_of(driver.output)
    assert (said["format"], end["format"]) == (FORMAT, "tumble-drive-1")
    assert (said["engine"], said["symmetrize"], said["seed"], said["frames"]) == ("i-pi", "none", None, 1)
    assert (said["atoms"], said["periodic"], said["beads"]) == (len(systems()["molecule"]), "", "independent")
    run = open_run(tmp_path)
    path = str(model_file("harmonic").resolve())
    assert run.model == {"name": "harmonic", "path": path, "symmetry": "approximate"}
    assert run.symmetrize == "none"
    assert run.versions["torch of the run"].split(".")[:2] == torch.__version__.split(".")[:2]


def test_a_path_that_is_no_text(tmp_path: Path, model_file: ModelFile) -> None:
    """The line stays one line, whatever a folder is called."""
    path = tmp_path / "a\nb" / "\u2028ä.pt"
    path.parent.mkdir()
    shutil.copy(model_file("harmonic"), path)
    line = _core.run_line("test", tumble.load(path, "cpu"), _core.Symmetrizer(), [("more", 1.5)])
    assert line.isascii()
    assert "\n" not in line
    (said,) = lines_of(line)
    assert said["model"]["path"] == str(path)  # type: ignore[index]
    assert said["more"] == 1.5


def test_a_working_folder_that_is_gone(tmp_path: Path, model_file: ModelFile, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    shutil.copy(model_file("harmonic"), "a.pt")
    potential = tumble.load("a.pt", "cpu")
    shutil.rmtree(tmp_path / "gone")
    (said,) = lines_of(_core.run_line("test", potential, _core.Symmetrizer()))
    assert said["model"]["path"] == "a.pt"  # type: ignore[index]


def test_the_seed_is_that_of_random_frames(model_file: ModelFile) -> None:
    potential = tumble.load(model_file("harmonic"), "cpu")
    for symmetrize, seed in (("icosahedral", None), ("random:icosahedral", 3)):
        (said,) = lines_of(_core.run_line("test", potential, _core.Symmetrizer(symmetrize, seed=3)))
        assert said["seed"] == seed
