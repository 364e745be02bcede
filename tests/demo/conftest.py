"""A model for the engines, and runs that were never run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tumble.demo.runs import Run


@pytest.fixture(scope="session")
def model(model_file: Callable[[str], Path]) -> Path:
    """A toy that isn't invariant. It holds no molecule together, but can't blow one up at once either."""
    return model_file("harmonic")


@pytest.fixture(scope="session")
def make_run() -> Callable[..., Run]:
    """Makes a run with made-up numbers."""

    def make(beads: int = 1, molecules: int = 64, samples: int = 50) -> Run:
        random = np.random.default_rng(beads)
        time = np.linspace(0, 0.1, samples)
        return Run(
            engine="LAMMPS" if beads == 1 else "i-PI",
            system="a molecule" if molecules == 1 else f"{molecules} molecules",
            ensemble="NVT <thermostat & more>",
            molecules=molecules,
            beads=beads,
            steps=200,
            timestep=0.5,
            seconds=12.5,
            time=time,
            temperature=300 + random.normal(size=samples),
            conserved=0.001 * time,
            torque_time=time,
            torque=np.abs(random.normal(size=samples)) * 1e-3,
            kinetic=None if beads == 1 else 0.3 + 0.01 * random.normal(size=samples),
        )

    return make
