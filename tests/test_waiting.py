"""The environment from which OpenMP takes how its threads wait."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tumble import waiting


@pytest.mark.parametrize(
    ("given", "idle", "expected"),
    [
        ({"OMP_NUM_THREADS": "2"}, 2, ("passive", "8000")),
        ({"OMP_NUM_THREADS": "2"}, 1, ("passive", "0")),
        ({"OMP_NUM_THREADS": "1"}, 0, (None, None)),
        ({"OMP_NUM_THREADS": "2", "MPI_LOCALNRANKS": "4"}, 8, ("passive", "8000")),
        ({"OMP_NUM_THREADS": "2", "OMPI_COMM_WORLD_LOCAL_SIZE": "4"}, 7, ("passive", "0")),
        ({"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "active"}, 0, ("active", None)),
        ({"OMP_NUM_THREADS": "2,1", "GOMP_SPINCOUNT": "5"}, 0, (None, "5")),
    ],
)
def test_policy(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], idle: int, expected: tuple[str | None, str | None]
) -> None:
    # so that it is put back as it was
    for name in (waiting.POLICY, waiting.SPINS, "OMP_NUM_THREADS", "MPI_LOCALNRANKS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(waiting, "idle_cores", lambda: idle)
    waiting.set_waiting()
    assert (os.environ.get(waiting.POLICY), os.environ.get(waiting.SPINS)) == expected


@pytest.mark.parametrize(("running", "idle"), [(1, 8), (4, 5), (30, 0)])
def test_idle_cores_are_those_that_no_other_process_uses(
    running: int, idle: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In /proc/loadavg of Linux, proc_loadavg(5): processes that run now, this one among them, and all."""
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(Path, "read_text", lambda self: f"0.20 0.18 0.12 {running}/500 11206\n")
    assert waiting.idle_cores() == idle


def test_all_cores_are_idle_where_the_system_does_not_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(waiting, "Path", lambda name: tmp_path / "missing")
    assert waiting.idle_cores() == 8


def test_policy_reaches_openmp() -> None:
    """libgomp itself says what it has read, as torch loads it."""
    variables = {**os.environ, "OMP_NUM_THREADS": "2", "OMP_DISPLAY_ENV": "verbose"}
    for name in (waiting.POLICY, waiting.SPINS):
        variables.pop(name, None)
    command = [sys.executable, "-m", "tumble", "info", "water"]
    said = subprocess.run(command, env=variables, capture_output=True, text=True, check=True, timeout=240).stderr
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in said
    assert "GOMP_SPINCOUNT = '0'" in said or "GOMP_SPINCOUNT = '8000'" in said
