"""Made-up runs of water molecules, with all that the checks read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tumble.launch.checks.check import Outcome
from tumble.runs.run import Run, Trajectory
from tumble.simulation_file import Expect
from tumble.types import Array

WATER = np.array([[0.0, 0.0, 0.0], [0.96, 0.0, 0.0], [-0.24, 0.93, 0.0]])
MAKE = Callable[..., Outcome]


def write_frames(path: Path, frames: list[tuple[int, Array]]) -> None:
    """Frames of i-PI, at steps, of water molecules in a box of 9 Å."""
    with path.open("w") as file:
        for step, positions in frames:
            comment = f"# CELL(abcABC): 9 9 9 90 90 90 Step: {step:10d} Bead: 0 positions{{angstrom}} cell{{angstrom}}"
            file.write(f"{len(positions)}\n{comment}\n")
            for number, position in enumerate(positions):
                label = "OHH"[number % 3]
                file.write(f"{label} {position[0]:.6f} {position[1]:.6f} {position[2]:.6f}\n")


@pytest.fixture
def outcome(tmp_path: Path) -> MAKE:
    """Function that makes an outcome of 100 steps of 1 fs, with a row every step and a frame every ten."""

    def make(
        *,
        frames: list[tuple[int, Array]] | None = None,
        expect: Expect | None = None,
        step: int | None = 100,
        last: int | None = 100,
        log: dict[str, Array] | None = None,
        **facts: Any,
    ) -> Outcome:
        if frames is None:
            two = np.concatenate([WATER, WATER + np.array([4.0, 4.0, 0.0])])
            frames = [(10 * number, two) for number in range(11)]
        write_frames(tmp_path / "frames.xyz", frames)
        noise = np.random.default_rng(1).normal(size=101)
        values = {"temperature": 300 + 50 * noise, "conserved": 1e-3 * noise, "potential": noise}
        given = {"thermostat": "local", "temperature": 300.0, **facts}
        run = Run(
            name="made up",
            engine="i-PI",
            folder=tmp_path,
            trajectory=Trajectory(positions=(tmp_path / "frames.xyz",)),
            timestep=1e-3,
            atoms={"O": 2, "H": 4},
            time=np.arange(101) * 1e-3,
            log=values | (log or {}),
            **given,
        )
        return Outcome(run, expect or Expect(), step, last)

    return make
