"""Memory stays flat when pair_style tumble is created and destroyed, and over many steps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.lammps_runs import python_environment
from support.memory import NO_CACHE

ModelFile = Callable[[str], Path]
TESTS = Path(__file__).parents[1]
#: Bytes that may be allocated anew between the stages, whatever the count: 1 kB was seen.
ALLOCATED = 10_000
#: Bytes by which the memory of a process may move on its own.
RESIDENT = 2_000_000
#: Bytes that the loaded model takes, at least.
MODEL = 100_000
#: Bytes of the smallest block that malloc gives.
BLOCK = 32


def check_flat(model: Path, kind: str, count: int, forgotten: float) -> None:
    """Compares the memory after the first of ten stages, which fills torch's and LAMMPS' tables, with that at the end.

    Args:
        model: File of the model.
        kind: See lammps_cycles.py.
        count: Number of creations or steps in all.
        forgotten: Bytes that each of them would leave, at least, if it leaked; the bounds are below that.
    """
    command = [sys.executable, "-m", "support.lammps_cycles", str(model), kind, str(count)]
    environment = {**python_environment(), **NO_CACHE}
    environment["PYTHONPATH"] = f"{TESTS}:{environment.get('PYTHONPATH', '')}"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    allocated, resident = np.array([line[1:] for line in lines if line[0] == "stage"], dtype=float).T
    print(f"{kind} {count}: {np.diff(allocated)} bytes allocated, {np.diff(resident)} resident")
    assert len(allocated) == 10
    assert allocated[-1] - allocated[0] < ALLOCATED < 0.9 * count * forgotten
    assert resident[-1] - resident[0] < RESIDENT
    (kept,) = (float(line[1]) for line in lines if line[0] == "kept")
    assert kept > MODEL  # the scale works


@pytest.mark.parametrize("kind", ["style", "clear"])
def test_creations(model_file: ModelFile, kind: str) -> None:
    check_flat(model_file("two_hop"), kind, 50, MODEL)


def test_steps(model_file: ModelFile) -> None:
    check_flat(model_file("two_hop"), "steps", 5000, BLOCK)


@pytest.mark.extended
@pytest.mark.parametrize("kind", ["style", "clear"])
def test_a_thousand_creations(model_file: ModelFile, kind: str) -> None:
    check_flat(model_file("two_hop"), kind, 1000, BLOCK)


@pytest.mark.extended
@pytest.mark.timeout(1200)
def test_a_hundred_thousand_steps(model_file: ModelFile) -> None:
    check_flat(model_file("two_hop"), "steps", 100_000, BLOCK)
