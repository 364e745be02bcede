"""`tumble ordering` on a toy that isn't invariant."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from scipy.spatial.transform import Rotation

from tumble.analysis import Result
from tumble.cli import main


@pytest.fixture
def orderings(tmp_path: Path) -> Path:
    """Two molecules in a box, the second with another orientation in each structure."""
    molecule = np.array([[0.0, 0.0, 0.0], [0.76, 0.59, 0.0], [-0.76, 0.59, 0.0]])
    frames = [
        Atoms("OHHOHH", np.concatenate([molecule, molecule @ turn.T + [0.0, 0.0, 2.8]]), cell=[6, 6, 6], pbc=True)
        for turn in Rotation.random(4, rng=1).as_matrix()
    ]
    ase.io.write(tmp_path / "ice.extxyz", frames)
    return tmp_path / "ice.extxyz"


def test_spread_and_noise(
    model_file: Callable[[str], Path], orderings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, relaxed = tmp_path / "out.json", tmp_path / "relaxed.extxyz"
    command = ["ordering", str(model_file("harmonic")), str(orderings), "--force", "0", "--rotations", "8"]
    assert main([*command, "-o", str(out), "--relaxed", str(relaxed)]) == 0
    printed = capsys.readouterr().out
    assert "ordering_spread" in printed
    assert "ordering_noise" in printed
    result = Result.from_dict(json.loads(out.read_text()))
    rows = [line.split() for line in printed.splitlines() if line.lstrip()[:1].isdigit()]
    assert [float(row[1]) for row in rows] == pytest.approx(result["ordering_energies"].values, abs=6e-4)
    assert [float(row[4]) for row in rows] == pytest.approx(result["ordering_energies_lab"].values, abs=6e-4)
    assert result.metadata["potential"]["file"] == str(model_file("harmonic"))
    assert result.metadata["symmetrize"] == "none"
    assert float(result["ordering_noise"].values) > 0
    assert len(ase.io.read(relaxed, index=":")) == 4


@pytest.mark.parametrize("force", ["nan", "-0.01", "inf"])
def test_a_force_that_would_skip_the_relaxation_by_mistake(
    force: str, orderings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ordering", "water", str(orderings), f"--force={force}"]) == 2
    assert f"`force`: expected 0 or a positive number, got {force}" in capsys.readouterr().err


def test_random_frames_are_refused(
    model_file: Callable[[str], Path], orderings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["ordering", str(model_file("harmonic")), str(orderings), "--symmetrize", "random", "--seed", "1"]
    assert main(command) == 2
    assert "expected a fixed set of rotations, got random ones" in capsys.readouterr().err
