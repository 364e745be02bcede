"""Energy, torque and time of the starting structure."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from tumble import _core
from tumble.calculator import Calculator
from tumble.new import reading
from tumble.new.ensembles import ENSEMBLES
from tumble.new.reading import read_model
from tumble.new.setup import Setup
from tumble.new.systems.registry import build_system
from tumble.new.systems.system import Choices


def setup(**options: Any) -> Setup:
    return Setup("a", build_system("dimer", Choices()), ENSEMBLES["nvt"], **options)


def test_energies_are_those_of_the_calculator() -> None:
    """ASE's calculator evaluates the same structure, bare and averaged."""
    found = read_model(setup(symmetrize="octahedral"), timing=False)
    for symmetrize, energy in (("none", found.bare_energy), ("octahedral", found.energy)):
        atoms = setup().system.atoms
        atoms.calc = Calculator("water", symmetrize=symmetrize)
        assert energy == pytest.approx(atoms.get_potential_energy(), rel=1e-7)
    assert found.bare_torque > found.torque > 0.0
    assert found.seconds is None


def test_random_rotations_have_no_energy_to_predict() -> None:
    found = read_model(setup(symmetrize="random"), timing=False)
    assert (found.energy, found.torque) == (None, None)


def made_up(monkeypatch: pytest.MonkeyPatch, long: float) -> list[tuple[int, int]]:
    """Let an evaluation take a second for each structure and rotation; the list of those that are timed."""
    timed = []

    def time_of(_: Any, graph: _core.Graph, symmetrizer: _core.Symmetrizer) -> float:
        timed.append((len(graph.local_atoms), len(symmetrizer)))
        return float(np.prod(timed[-1]))

    monkeypatch.setattr(reading, "_time", time_of)
    monkeypatch.setattr(reading, "_LONG", long)
    return timed


def test_short_steps_are_timed_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    timed = made_up(monkeypatch, 1e9)
    found = read_model(setup(beads=4, symmetrize="octahedral", mts=2), timing=True)
    assert timed == [(1, 1), (4, 24), (4, 1)]
    assert (found.seconds, found.extrapolated) == (4 * 24 + 2 * 4, False)


def test_long_steps_are_extrapolated(monkeypatch: pytest.MonkeyPatch) -> None:
    timed = made_up(monkeypatch, 100.0)
    found = read_model(setup(beads=4, symmetrize="octahedral", mts=2), timing=True)
    assert timed == [(1, 1)]
    assert (found.seconds, found.extrapolated) == (4 * 24 + 2 * 4, True)


def test_processes_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six beads in as many processes, on two cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    timed = made_up(monkeypatch, 1e9)
    threads = _core.threads()
    found = read_model(setup(beads=6), 6, timing=True)
    assert set(timed) == {(1, 1)}
    assert (found.seconds, found.processes, found.cores) == (3.0, 6, 2)
    assert _core.threads() == threads
