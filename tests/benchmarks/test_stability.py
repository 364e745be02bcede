"""The stability benchmark with real LAMMPS and toys that hold no molecule together."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "stability.py"


def run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


def test_broken_molecules_are_told(tmp_path: Path, model_file: Callable[[str], Path]) -> None:
    done = run(
        "--model", model_file("harmonic"), "--steps", 200, "--nve-steps", 100, "--out", tmp_path / "out",
        "--json", tmp_path / "result.json",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "BROKEN in frame" in done.stdout
    assert "drift of the total energy" in done.stdout
    summary = json.loads((tmp_path / "result.json").read_text())
    assert summary["whole"] is False
    assert summary["nvt_molecules"]["first_break"]["own"] > 0
    assert (summary["atoms"], summary["steps"], summary["nve_steps"]) == (192, 200, 100)
    assert (summary["nvt_molecules"]["frames"], summary["nve_molecules"]["frames"]) == (21, 11)
    assert {"slope", "error", "fluctuation"} == set(summary["drift"])


def test_failing_run_is_told(tmp_path: Path, model_file: Callable[[str], Path]) -> None:
    done = run("--model", model_file("nan"), "--steps", 100, "--nve-steps", 100, "--out", tmp_path)
    assert done.returncode == 1
    assert "LAMMPS failed with exit status 1; the end of its log" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--steps", "15"), "expected a multiple of 10 from 100, got 15"),
        (("--nve-steps", "many"), "expected a multiple of 10 from 100, got many"),
        (("--json", "/no/such/folder/x.json"), "--json: expected a file in an existing folder"),
    ],
)
def test_bad_arguments(words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert message in done.stderr
