"""`--calculator` in place of MODEL, in each command that takes it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from support.command_line import run
from support.systems import systems

from tumble.cli import build_parser, main
from tumble.report.probed import probed_section

MODULE = """
import tumble
from ase.calculators.emt import EMT

def of_model():
    return tumble.Calculator({!r}, device="cpu")

def emt():
    return EMT()

class NoForces(EMT):
    implemented_properties = ["energy"]

def no_forces():
    return NoForces()

class Fails(EMT):
    def calculate(self, *arguments):
        raise RuntimeError("no license")

def fails():
    return Fails()
"""
PROBE = ["--sets", "none,octahedral", "--reference", "tetrahedral+inversion", "--spectrum", "1", "--random", "2"]


@pytest.fixture
def module(model_file: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a module in the current folder."""
    name = f"calculators_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(MODULE.format(str(model_file("harmonic"))))
    monkeypatch.chdir(tmp_path)
    return name


@pytest.fixture
def structures(tmp_path: Path) -> Path:
    path = tmp_path / "structures.extxyz"
    ase.io.write(path, [systems()["molecule"], systems()["small"]])
    return path


@pytest.mark.parametrize(
    "words",
    [
        "--calculator m:f FRAMES --random 3",
        "FRAMES --calculator m:f --random 3",
        "--random 3 FRAMES --calculator=m:f",
        "--random 3 --calc m:f FRAMES",
    ],
)
def test_places_on_the_command_line(words: str) -> None:
    arguments = build_parser().parse_args(["probe", *words.split()])
    assert (arguments.model, arguments.calculator, arguments.frames) == (None, "m:f", "FRAMES")
    arguments = build_parser().parse_args(["probe", "MODEL", "--random", "3", "FRAMES"])
    assert (arguments.model, arguments.calculator, arguments.frames) == ("MODEL", None, "FRAMES")
    arguments = build_parser().parse_args(["evaluate", "--calculator", "m:f", "A", "B"])
    assert (arguments.model, arguments.frames) == (None, ["A", "B"])


def test_a_model_next_to_a_calculator(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["probe", "--calculator", "m:f", "water", "frames.xyz"])
    assert re.search(r"arguments: frames\.xyz; `--calculator` .*MODEL", capsys.readouterr().err)


def test_a_probe_of_a_model_and_of_its_calculator(
    capsys: pytest.CaptureFixture[str], model_file: Callable[[str], Path], module: str, structures: Path, tmp_path: Path
) -> None:
    files = ["--json", tmp_path / "out.json", "--plot", tmp_path / "out.svg"]
    status, out, err = run(
        capsys, "probe", "--calculator", f"{module}:of_model", structures, *PROBE, *files, "--jobs", "2"
    )
    assert status == 0, err
    assert out.startswith(f"{module}:of_model on {structures}: 2 structures, 5 atoms\n")
    expected = run(capsys, "probe", model_file("harmonic"), structures, *PROBE, "--device", "cpu")[1]
    for ours, theirs in zip(out.splitlines(), expected.splitlines(), strict=True):
        if theirs.startswith("none "):
            assert ours.split()[:-1] == theirs.split()[:-1]
            assert ours.endswith(" –")  # no torque of periodic structures
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["provenance"]["factory"] == f"{module}:of_model"
    assert document["provenance"]["file"] == str(tmp_path / f"{module}.py")
    assert document["sets"][0]["torque"] is None
    assert (tmp_path / "out.svg").stat().st_size > 0
    assert not (tmp_path / "out.json.jsonl").exists()
    section = probed_section(document)
    assert f"Model {module}:of_model on 2 structures" in section.text
    assert {row.cells[-1] for row in section.table.rows} == {"–"}


def test_a_module_in_the_folder_where_the_command_starts(module: str, structures: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tumble", "probe", "--calculator", f"{module}:of_model", str(structures), *PROBE]
    paths = [str(Path(path).resolve()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(
        [*command, "--jobs", "2"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "octahedral" in done.stdout


def test_errors_on_labels(capsys: pytest.CaptureFixture[str], module: str, tmp_path: Path) -> None:
    atoms = bulk("Cu", cubic=True)
    atoms.rattle(0.1, seed=1)
    atoms.calc = EMT()
    energy, forces = atoms.get_potential_energy() - 4e-3, atoms.get_forces() + 0.01
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
    ase.io.write(tmp_path / "copper.extxyz", atoms)
    for symmetrize in ("none", "tetrahedral"):
        words = ["evaluate", "--calculator", f"{module}:emt", "copper.extxyz", "--symmetrize", symmetrize]
        status, out, err = run(capsys, *words, "--json", "errors.json", "--overwrite")
        assert status == 0, err
        assert "energy                         1.000       1.000  meV/atom" in out
        assert "force components              10.000      10.000  meV/Å" in out
    assert json.loads(Path("errors.json").read_text())["model"] == f"{module}:emt"


def test_orderings(capsys: pytest.CaptureFixture[str], module: str, tmp_path: Path) -> None:
    """The toy's error is of degree 2, which the octahedral rotations take away."""
    random = np.random.default_rng(1)
    frames = [systems()["triclinic"] for _ in range(3)]
    for atoms in frames:
        atoms.positions += 0.05 * random.standard_normal(atoms.positions.shape)
    ase.io.write(tmp_path / "ice.extxyz", frames)
    noise = {}
    for symmetrize in ("none", "octahedral"):
        words = ["ordering", "--calculator", f"{module}:of_model", "ice.extxyz", "--force", "0", "--rotations", "4"]
        status, _, err = run(capsys, *words, "--symmetrize", symmetrize, "-o", f"{symmetrize}.json")
        assert status == 0, err
        quantities = json.loads(Path(f"{symmetrize}.json").read_text())["quantities"]
        (noise[symmetrize],) = [each["values"] for each in quantities if each["name"] == "ordering_noise"]
    assert noise["none"] > 1.0
    assert noise["octahedral"] < 1e-6


@pytest.mark.parametrize(
    ("words", "expected", "text"),
    [
        (["probe", "--calculator", "nowhere:emt"], 2, r"`calculator`: .*got `nowhere:emt`"),
        (["probe", "--calculator", "MODULE:emd"], 2, "`calculator`: .*did you mean `(EMT|emt)`"),
        (["probe", "--calculator", "MODULE:MODULE"], 2, "`calculator`: "),
        (["probe", "--calculator", "builtins:dict"], 1, "`builtins:dict`: .*ASE calculator.*got dict"),
        (["probe", "--calculator", "MODULE:fails"], 1, r"structure 0: `MODULE:fails`: .*\(3 atoms\).*no license"),
        (["probe", "--calculator", "MODULE:emt", "--device", "cpu"], 2, "`device`: .*got cpu"),
        (["probe", "--calculator", "MODULE:emt", "--memory", "3"], 2, "`memory`: .*got 3"),
        (["evaluate", "--calculator", "MODULE:emt", "--check", "no"], 2, "`check`: .*got no"),
        (
            ["evaluate", "--calculator", "MODULE:fails", "--energy", "label"],
            1,
            r"`MODULE:fails`: .*\(3 atoms\) in the lab frame.*no license",
        ),
        (["ordering", "--calculator", "MODULE:emt", "--symmetrize", "random", "--seed", "1"], 2, "fixed set"),
        (["ordering", "--calculator", "support.planted:even", "--cell"], 2, "`cell`: .*stress"),
        (
            ["ordering", "--calculator", "MODULE:fails"],
            1,
            r"`MODULE:fails`: .*\(3 atoms\) in the lab frame.*no license",
        ),
        (["ordering", "--calculator", "MODULE:no_forces"], 1, "`MODULE:no_forces`: .*forces"),
    ],
)
def test_bad_input(
    capsys: pytest.CaptureFixture[str], module: str, tmp_path: Path, words: list[str], expected: int, text: str
) -> None:
    molecule = systems()["molecule"].copy()
    molecule.info["label"] = 0.0
    ase.io.write(tmp_path / "water.extxyz", [molecule] * 3)
    status, _, err = run(capsys, *(word.replace("MODULE", module) for word in words), "water.extxyz")
    assert status == expected
    *_, last = err.splitlines()
    assert err.count("tumble: error: ") == 1
    assert re.search(f"^tumble: error: .*{text.replace('MODULE', module)}", last)


@pytest.mark.parametrize(("words", "hinted"), [(["water"], True), (["--count", "1"], False)])
def test_one_argument_too_many(capsys: pytest.CaptureFixture[str], words: list[str], hinted: bool) -> None:
    with pytest.raises(SystemExit):
        main(["probe", "--calculator", "ase.calculators.emt:EMT", "frames.extxyz", *words])
    err = capsys.readouterr().err
    assert f"unrecognized arguments: {' '.join(words)}" in err
    assert ("`--calculator` takes the place of MODEL" in err) == hinted
