"""What i-PI itself makes of an input, in a process of its own."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from support.ipi_inputs import SOCKET, WATER, write_input

from tumble.ipi_check.view import view_of
from tumble.runs.ipi.forcefields import DEFAULTS

pytest.importorskip("ipi")


def test_an_input_that_it_accepts(tmp_path) -> None:
    before = sorted(path.name for path in (write_input(tmp_path).parent).iterdir())
    found = view_of(tmp_path / "input.xml")
    assert (found.missing, found.refused, list(found.unknown)) == ("", None, [])
    (system,) = found.systems
    assert system["labels"] == ["O", "H", "H"]
    np.testing.assert_allclose(system["masses"], WATER.get_masses(), rtol=1e-4)
    np.testing.assert_allclose(system["positions"], WATER.positions, rtol=1e-6)
    np.testing.assert_allclose(system["cell"], WATER.cell.array, atol=1e-5)
    assert (system["spread"], system["moving"]) == (pytest.approx(0.0, abs=1e-9), True)
    assert {name: found.defaults["ffsocket"][name] for name in DEFAULTS["ffsocket"]} == DEFAULTS["ffsocket"]
    assert {"conserved", "kinetic_cv"} <= set(found.quantities["properties"])
    assert {"positions", "extras"} <= set(found.quantities["trajectories"])
    # Nothing is written.
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_cell_vectors_are_rows(tmp_path) -> None:
    atoms = Atoms("OHH", WATER.positions, cell=[[12, 0, 0], [3, 11, 0], [1, 2, 13]], pbc=True)
    (system,) = view_of(write_input(tmp_path, (), atoms)).systems
    np.testing.assert_allclose(system["cell"], atoms.cell.array, atol=1e-5)


def test_no_model_is_loaded(tmp_path) -> None:
    (tmp_path / "mine.py").write_text("raise RuntimeError('loaded')")
    words = "<pes> custom </pes> <pes_path> mine.py </pes_path> <parameters> {model: water} </parameters>"
    found = view_of(write_input(tmp_path, [(SOCKET, f"<ffdirect name='tumble'> {words} </ffdirect>")]))
    assert (found.refused, len(found.systems)) == (None, 1)


def test_words_that_it_does_not_know(tmp_path) -> None:
    changes = [("<timestep units", "<time_step units"), ("</timestep>", "</time_step>"), ("nbeads=", "beads=")]
    unknown = view_of(write_input(tmp_path, changes)).unknown
    assert [(each["kind"], each["place"], each["name"]) for each in unknown] == [
        ("attribute", "initialize", "beads"),
        ("element", "dynamics", "time_step"),
    ]
    assert "timestep" in unknown[1]["known"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("start.extxyz", "nothing.extxyz", "nothing.extxyz"),
        ("mode='nvt'", "mode='nvx'", "nvx"),
        ("femtosecond'> 0.5", "fs'> 0.5", "fs"),
        ("<total_steps> 1000", "<total_steps> 0", "total_steps"),
        ("conserved,", "conversed,", ""),
    ],
)
def test_what_it_refuses(tmp_path, old: str, new: str, reason: str) -> None:
    found = view_of(write_input(tmp_path, [(old, new)]))
    if reason:
        assert found.refused is not None
        assert reason in found.refused
    else:  # it finds out when it opens the outputs, which it doesn't do here
        assert "conversed" not in found.quantities["properties"]


def test_without_ipi(tmp_path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho \"ModuleNotFoundError: No module named 'ipi'\" >&2\nexit 1\n")
    python.chmod(0o755)
    found = view_of(write_input(tmp_path), python=str(python))
    assert found.missing == "it isn't installed here"
    assert (found.version, found.defaults) == (None, DEFAULTS)


def test_no_such_python(tmp_path) -> None:
    assert "none" in view_of(write_input(tmp_path), python=str(tmp_path / "none")).missing


def test_a_program_that_fails(tmp_path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    python.chmod(0o755)
    assert "broken" in view_of(write_input(tmp_path), python=str(python)).missing
