"""`tumble probe`: its table, files and errors, and how it goes on after it was killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ase.io import write
from support.systems import systems

from tumble.cli import main
from tumble.probe import Options, probe

SMALL = ["--sets", "none,tetrahedral+inversion,legendre:2", "--reference", "icosahedral+inversion", "--spectrum", "2"]
SMALL += ["--random", "4", "--device", "cpu", "--check", "no"]
OPTIONS = Options(("none", "tetrahedral+inversion", "legendre:2"), "icosahedral+inversion", 4, 2)
COPIES = 24


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """Different structures: a molecule that is squeezed bit by bit."""
    path = tmp_path_factory.mktemp("frames") / "many.extxyz"
    for i in range(COPIES):
        atoms = systems()["molecule"]
        atoms.positions *= 1.0 - 1e-3 * i
        write(path, atoms, append=True)
    return path


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    path = tmp_path_factory.mktemp("frames") / "few.extxyz"
    write(path, [systems()["molecule"], systems()["small"]])
    return path


def test_table_and_files(capsys, model_file, few, tmp_path):
    arguments = ["probe", str(model_file("harmonic")), str(few), *SMALL]
    files = [tmp_path / "out.json", tmp_path / "out.svg"]
    assert main([*arguments, "--json", str(files[0]), "--plot", str(files[1])]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0] == f"harmonic on {few}: 2 structures, 5 atoms"
    assert lines[1] == "differences from icosahedral+inversion: 120 evaluations, exact to degree 5"
    rows = {line.split()[0]: line.split()[1:] for line in lines if line[:1].isalpha() and ":" not in line.split()[0]}
    assert rows["none"][:2] == ["1", "0"]
    assert rows["tetrahedral+inversion"][:2] == ["24", "2"]
    assert float(rows["tetrahedral+inversion"][5]) < 1e-9
    assert any(line.startswith("random:4+inversion                8      0 ") for line in lines)
    assert "spectrum of the energy over rotations, quadrature of 120 evaluations exact to degree 5" in lines
    assert captured.err.startswith("few.extxyz: 2 structures, 412 evaluations\n")

    document = json.loads(files[0].read_text())
    assert document["units"] == {
        "energy": "eV",
        "energy_per_atom": "eV",
        "forces": "eV/Å",
        "torque": "eV/rad",
        "spectrum": "eV^2",
    }
    assert document["options"]["sets"] == ["none", "tetrahedral+inversion", "legendre:2"]
    assert 1e3 * document["sets"][0]["forces"]["rms"] == pytest.approx(float(rows["none"][7]), rel=1e-2)
    assert len(document["spectrum"]["even"]) == 3
    assert files[1].read_text().startswith("<?xml")
    assert sorted(tmp_path.iterdir()) == sorted(files)  # what it would have continued from is gone


def test_defaults_exist():
    Options().check()


def test_count_of_evaluations_is_told_before_them(model_file, few, capsys):
    # To a file: no bar, no carriage returns.
    arguments = ["probe", str(model_file("harmonic")), str(few), "--random", "0", "--sets", "none", "--device", "cpu"]
    assert main([*arguments, "--spectrum", "0", "--check", "no"]) == 0
    told = capsys.readouterr().err
    assert told.startswith("few.extxyz: 2 structures, 1740 evaluations\nfew.extxyz: about ")
    assert told.endswith(" s to go\n")
    assert "\r" not in told


def test_count_of_evaluations_is_that_of_a_probe(model_file, few):
    told, made = [], []
    probe(
        model_file("harmonic"),
        few,
        OPTIONS,
        device="cpu",
        check=False,
        planned=lambda *counts: told.append(counts),
        evaluated=made.append,
    )
    assert told == [(2, sum(made))]


def test_resume_is_kept_and_read(model_file, few, tmp_path):
    told = []

    def run():
        kept = tmp_path / "kept"
        return probe(
            model_file("harmonic"), few, OPTIONS, resume=kept, device="cpu", check=False, evaluated=told.append
        )

    first = run()
    evaluations = len(told)
    assert run() == first
    assert len(told) == evaluations > 0


def test_goes_on_after_a_kill(model_file, frames, tmp_path):
    command = [sys.executable, "-m", "tumble", "probe", str(model_file("harmonic")), str(frames), *SMALL]
    command += ["--json", str(tmp_path / "out.json"), "--jobs", "2"]
    journal = tmp_path / "out.json.jsonl"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not (journal.exists() and journal.read_bytes().count(b"\n") > 3):
            assert process.poll() is None
            time.sleep(0.01)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(process.pid, signal.SIGKILL)
    assert len(children) >= 2
    while any(_runs(child) for child in children):  # nobody listens to them any more
        time.sleep(0.05)
    known = journal.read_bytes().count(b"\n") - 1
    assert 3 <= known < COPIES
    with journal.open("ab") as file:
        file.write(b'{"key": "cut of')

    told, done = [], []
    result = probe(
        model_file("harmonic"),
        frames,
        OPTIONS,
        resume=journal,
        device="cpu",
        check=False,
        evaluated=told.append,
        structure_done=lambda: done.append(1),
    )
    per_structure = 120 + 18 + 8  # reference, of which tetrahedral is part or not, Legendre grid, random rotations
    assert len(done) == COPIES
    assert (COPIES - known) * 120 <= sum(told) <= (COPIES - known) * (per_structure + 24)
    assert result.structures == COPIES
    fresh = probe(model_file("harmonic"), frames, OPTIONS, device="cpu", check=False)
    for ours, theirs in zip(result.sets, fresh.sets, strict=True):
        assert ours.forces.rms == pytest.approx(theirs.forces.rms, rel=1e-9, abs=1e-13)


def _runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--sets", "none,cubic"], "`symmetrize`: .*none, inversion, tetrahedral"),
        (
            ["--sets", "none,,octahedral"],
            "`sets`: .*got `none,,octahedral`",
        ),
        (["--sets", ""], "`sets`: .*got ``"),
        (["--reference", "random"], "`seed`: .*`random`, got none"),
        (["--sets", "random:2"], "`seed`: .*`random:2`, got none"),
        (["--json", "/nowhere/out.json"], r"`--json`: .*got `/nowhere/out\.json`"),
        (["--resume", "/nowhere/out"], "`--resume`: .*got `/nowhere/out`"),
        (["--plot", "/nowhere/out.png"], r"`--plot`: .*got `/nowhere/out\.png`"),
        (["--plot", "out.xls"], r"`--plot`: .*\.png, \.svg or \.pdf, got `out\.xls`"),
        (["--jobs", "0"], "`jobs`: .* 0, got 0"),
        (["--random", "-2"], "`random`: .*0 to 100000, got -2"),
    ],
)
def test_errors(capsys, model_file, few, options, text):
    given = dict(zip(SMALL[::2], SMALL[1::2], strict=True)) | {options[0]: options[1]}
    words = [word for pair in given.items() for word in pair]
    assert main(["probe", str(model_file("harmonic")), str(few), *words]) == 2
    assert re.match(f"tumble: error: {text}", capsys.readouterr().err)  # and no progress bar


def test_a_file_of_another_model(capsys, model_file, few, tmp_path):
    arguments = [str(few), *SMALL, "--resume", str(tmp_path / "kept")]
    assert main(["probe", str(model_file("harmonic")), *arguments]) == 0
    assert main(["probe", str(model_file("two_hop")), *arguments]) == 2
    assert "got others in" in capsys.readouterr().err
    assert main(["probe", str(model_file("harmonic")), *arguments, "--seed", "4"]) == 2
    assert "`seed` differ; remove the file or name another" in capsys.readouterr().err


def test_missing_and_empty_files(capsys, model_file, tmp_path):
    assert main(["probe", str(model_file("harmonic")), str(tmp_path / "no.xyz"), *SMALL]) == 1
    assert capsys.readouterr().err.startswith("tumble: error: `frames`: expected a file, got")  # and no progress bar
    (tmp_path / "empty.xyz").touch()
    assert main(["probe", str(model_file("harmonic")), str(tmp_path / "empty.xyz"), *SMALL]) == 1
    assert "empty.xyz" in capsys.readouterr().err
    assert main(["probe", "no-such-model", str(tmp_path / "empty.xyz"), *SMALL]) == 1
    assert "no-such-model" in capsys.readouterr().err
