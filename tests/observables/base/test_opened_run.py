"""Whether a run's system prefers a direction of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.settings import Settings
from tumble.runs import Run, Trajectory

WATER = ("O", (0.0, 0.0, 0.0)), ("H", (0.76, 0.59, 0.0)), ("H", (-0.76, 0.59, 0.0))
ARGON = (("Ar", (0.0, 0.0, 0.0)),)


@pytest.mark.parametrize(
    ("system", "copies", "edge", "thermostat", "isotropic"),
    [
        (WATER, 1, 30.0, "none", False),  # keeps its angular momentum
        (WATER, 1, 30.0, "local", None),
        (WATER, 2, 9.0, "none", None),
        (ARGON, 2, 9.0, "none", None),  # without molecules, a liquid
        (ARGON, 2, 30.0, "none", False),  # a cluster
    ],
)
def test_a_single_body_without_a_thermostat_prefers_an_axis(
    system: tuple[tuple[str, tuple[float, ...]], ...],
    copies: int,
    edge: float,
    thermostat: str,
    isotropic: bool | None,
    tmp_path: Path,
) -> None:
    atoms = [(symbol, np.array(place) + 4.0 * copy) for copy in range(copies) for symbol, place in system]
    head = f'Lattice="{edge} 0 0 0 {edge} 0 0 0 {edge}" Properties=species:S:1:pos:R:3'
    rows = [f"{symbol} {x:.4f} {y:.4f} {z:.4f}" for symbol, (x, y, z) in atoms]
    (tmp_path / "run.extxyz").write_text("\n".join([str(len(atoms)), head, *rows, ""]) * 3)
    run = Run("a", "i-PI", tmp_path, Trajectory((tmp_path / "run.extxyz",)), timestep=0.001, thermostat=thermostat)
    for chosen, expected in ((None, isotropic), (True, True), (False, False)):
        opened = OpenedRun(run, Settings(isotropic=chosen))
        assert opened.isotropic is expected
        opened.close()
