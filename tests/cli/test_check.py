"""`tumble check`: its page, file, exit status and errors, for model files and calculators."""

from __future__ import annotations

import json
import re

import pytest
from ase.build import bulk
from ase.io import write
from support.command_line import run
from support.systems import systems

EMT = "ase.calculators.emt:EMT"
QUICK = ["--rotations", "2", "--device", "cpu"]
MODULE = """
from ase.calculators.emt import EMT

class Fails(EMT):
    def calculate(self, *arguments):
        raise OSError("no licence")

def make():
    return EMT()
"""


@pytest.fixture(scope="module")
def water(tmp_path_factory):
    path = tmp_path_factory.mktemp("frames") / "water.extxyz"
    write(path, [systems()["molecule"], systems()["triclinic"]])
    return path


@pytest.fixture(scope="module")
def copper(tmp_path_factory):
    path = tmp_path_factory.mktemp("frames") / "copper.extxyz"
    atoms = bulk("Cu", cubic=True)
    atoms.rattle(0.1, seed=1)
    write(path, atoms)
    return path


def test_page_and_file(capsys, model_file, water, tmp_path):
    found = tmp_path / "out.json"
    status, out, err = run(capsys, "check", model_file("harmonic"), water, *QUICK, "--spectrum", 2, "--json", found)
    assert (status, err) == (0, "")
    assert out.startswith("harmonic: 2 structures of 3 to 24 atoms, water.extxyz\n")
    document = json.loads(found.read_text())
    assert document["format"] == "tumble-check-1"
    assert (document["subject"], document["kind"], document["atoms"]) == ("harmonic", "model", [3, 24])
    assert document["provenance"]["kind"] == "model"
    assert document["symmetry"] in " ".join(out.split())
    checks = {each["name"]: each for each in document["checks"]}
    (torque,) = checks["torque"]["measures"]
    assert (torque["unit"], torque["exact"], len(torque["values"])) == ("meV/rad", False, 2)
    assert checks["direct"]["not_applicable"].startswith("the forces are the gradient")
    assert checks["spectrum"]["details"][0]["even"][2] > 0.0
    assert checks["isolated"]["details"][0]["energies"] == {"H": 1.5, "O": -3.0}
    again = tmp_path / "again.json"
    run(capsys, "check", "--json", again, model_file("harmonic"), *QUICK, "--spectrum", 2, water)  # words in between
    assert again.read_text() == found.read_text()


def test_limits(capsys, model_file, water):
    words = ["check", model_file("harmonic"), water, *QUICK, "--spectrum", 0, "--count", 1]
    assert run(capsys, *words, "--fail-above", "gradient-forces=1")[0] == 0
    status, out, err = run(capsys, *words, "--fail-above", "gradient-forces=1,torque=0.001", "--fail-above", "curl=1")
    assert status == 1
    assert out.startswith("harmonic: 1 structure of 3 atoms")
    assert err.splitlines()[0].startswith("tumble: torque: ")
    assert err.splitlines()[1].startswith("tumble: curl: not measured")


def test_a_calculator(capsys, copper):
    status, out, err = run(capsys, "check", "--calculator", EMT, copper, "--rotations", 2, "--cutoff", 5.0)
    assert (status, err) == (0, "")
    assert out.startswith(f"{EMT}: 1 structure of 4 atoms, copper.extxyz\ncalculator, cutoff 5 Å, ")
    assert "O(3): rotations and inversion are exact to rounding" in out


def test_a_calculator_in_this_folder(capsys, copper, tmp_path, monkeypatch):
    (tmp_path / "here_for_check.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", ["/nowhere"])
    assert run(capsys, "check", "--calculator", "here_for_check:make", copper, "--rotations", 2)[0] == 0
    status, _, err = run(capsys, "check", "--calculator", "here_for_check:Fails", copper)
    assert status == 1
    assert err.startswith("tumble: error: structure 0: `here_for_check:Fails`: ")
    assert "OSError: no licence" in err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["{frames}", "--calculator", "EMT"], "`calculator`: .*`EMT`"),
        (["{frames}", "--calculator", EMT, "--device", "cpu"], "`device`"),
        (["{frames}", "--calculator", EMT, "--cutoff", "-1"], "`cutoff`: .*-1"),
        (["{model}", "{frames}", "--cutoff", "3"], "`cutoff`: .*model file"),
        (["{model}", "{frames}", "--rotations", "1"], "`rotations`: .*1"),
        (["{model}", "{frames}", "--count", "0"], "`count`: .*0"),
        (["{model}", "{frames}", "--spectrum", "7"], "`spectrum`: .*7"),
        (["{model}", "{frames}", "--seed", "-1"], "`seed`: .*-1"),
        (["{model}", "{frames}", "--fail-above", "torqe=1"], "`fail-above`: .*`torque`"),
        (["{model}", "{frames}", "--json", "{frames}"], "`--json`: .*reads"),
    ],
)
def test_errors(capsys, model_file, water, words, text):
    words = [word.format(model=model_file("pair"), frames=water) for word in words]
    status, out, err = run(capsys, "check", *words)
    assert (status, out) == (2, "")
    assert re.match(f"tumble: error: {text}", err)


def test_files_of_other_kinds_are_kept(capsys, model_file, water, tmp_path):
    other = tmp_path / "notes.json"
    other.write_text('{"format": "mine"}')
    assert run(capsys, "check", model_file("pair"), water, "--json", other)[0] == 2
    assert other.read_text() == '{"format": "mine"}'


@pytest.mark.parametrize("content", ["nothing", "[1]", "{"])
def test_a_report_with_something_else(capsys, tmp_path, content):
    path = tmp_path / "check.json"
    path.write_text(content)
    status, _, err = run(capsys, "report", tmp_path, "--check", path, "-o", tmp_path / "page.html")
    assert status == 2
    assert err.startswith("tumble: error: `--check`: expected a file of `tumble check --json`, got ")
