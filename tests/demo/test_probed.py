"""The model of the demonstration against sets of rotations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tumble.demo.probed import STRUCTURES, probe_run
from tumble.errors import NotApplicableError
from tumble.runs import Run, Trajectory

FRAMES = 20


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A molecule in random shapes."""
    generator = np.random.default_rng(4)
    molecule = np.array([[0.0, 0.0, 0.0], [0.76, 0.59, 0.0], [-0.76, 0.59, 0.0]])
    lines = []
    for _ in range(FRAMES):
        positions = molecule + 0.05 * generator.normal(size=(3, 3))
        rows = [f"{symbol} {x:.6f} {y:.6f} {z:.6f}" for symbol, (x, y, z) in zip("OHH", positions, strict=True)]
        lines += ["3", "Properties=species:S:1:pos:R:3", *rows]
    path = tmp_path / "molecule.extxyz"
    path.write_text("\n".join(lines) + "\n")
    return Run("molecule, bare", "unknown", tmp_path, Trajectory((path,)))


def test_less_is_left_of_the_error_with_more_rotations(run: Run, model: Path) -> None:
    found = probe_run(run, model)
    assert (found["model"], found["frames"], found["structures"]) == ("harmonic", "“molecule, bare”", STRUCTURES)
    errors = {each["name"]: each["forces"]["rms"] for each in found["sets"]}
    assert errors["none"] > 1e-3
    # The toy's energy has no parts beyond l = 2, which all of these sets average out.
    assert (
        max(errors[name] for name in ("tetrahedral", "octahedral", "icosahedral", "degree:7")) < 1e-5 * errors["none"]
    )
    assert [each["name"] for each in found["random"]][:2] == ["random:1", "random:2"]


def test_run_without_a_trajectory(model: Path) -> None:
    with pytest.raises(NotApplicableError, match="trajectory, found none"):
        probe_run(Run("a", "LAMMPS", Path("nowhere")), model)
