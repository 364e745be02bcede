"""No words after `pair_style tumble` and `pair_coeff` do worse than an error of one line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.lammps_runs import python_environment

ModelFile = Callable[[str], Path]
TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("examples", [600, pytest.param(20000, marks=pytest.mark.extended)])
def test_random_words(tmp_path: Path, model_file: ModelFile, examples: int) -> None:
    environment = python_environment()
    environment["PYTHONPATH"] = f"{TESTS}:{environment.get('PYTHONPATH', '')}"
    done = subprocess.run(
        [sys.executable, "-m", "support.fuzz_pair_style", str(model_file("pair")), str(examples)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    energy, seen = done.stdout.split(maxsplit=1)
    assert float(energy) == pytest.approx(-3.0)  # an oxygen alone: the model's baseline
    for command in ("pair_style", "pair_coeff"):  # else the words are too wild to reach what is behind them
        assert f"('{command}', True)" in seen
        assert f"('{command}', False)" in seen
