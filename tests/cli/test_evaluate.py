"""`tumble evaluate`: its table and its file."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write
from ase.units import Debye
from support.command_line import run
from support.output_model import FIXED, export
from support.systems import systems

SYSTEMS = systems()


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
    # 5 meV for each of the atoms: 51 in three structures
    assert "energy of a structure         85.000" in out
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


def test_labels_of_other_names(capsys, tmp_path):
    water = Atoms("OHH", [[0, 0, 0], [0.9, 0, 0], [0, 1.1, 0]])
    size = 3 * float(np.linalg.norm(FIXED)) / Debye  # vectors to neighbors cancel in the sum
    water.info |= {"U0": 0.0, "mu": size + 0.25}
    write(tmp_path / "a.xyz", water, format="extxyz")
    model = export(tmp_path)
    options = ("--energy", "U0", "--dipole", "mu", "--dipole-unit", "debye")
    status, out, _ = run(capsys, "evaluate", model, tmp_path / "a.xyz", *options)
    assert status == 0
    assert "dipole                       250.000     250.000  mD" in out
    assert "force components                       no labels" in out
    status, _, err = run(capsys, "evaluate", model, tmp_path / "a.xyz", "--dipole", "mu", "--dipole-unit", "D")
    assert status == 2
    assert "`dipole_unit`: expected e*angstrom or debye, got D" in err


def test_labels_of_all_files_are_checked_first(capsys, tmp_path):
    """Not after the first file has been evaluated."""
    water = Atoms("OHH", [[0, 0, 0], [0.9, 0, 0], [0, 1.1, 0]], info={"U0": 0.0})
    write(tmp_path / "a.xyz", water, format="extxyz")
    del water.info["U0"]
    write(tmp_path / "b.xyz", water, format="extxyz")
    status, out, err = run(
        capsys, "evaluate", export(tmp_path), tmp_path / "a.xyz", tmp_path / "b.xyz", "--energy", "U0"
    )
    assert (status, out) == (1, "")
    assert "b.xyz`, frame 0: expected a label `U0`" in err
