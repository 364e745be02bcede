"""`inputs/lammps/*.in` without multiple time steps, as they are meant to be copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.lammps_runs import run_lammps

INPUTS = Path(__file__).parents[2] / "inputs" / "lammps"


def thermo(folder: Path, name: str, steps: int, every: int) -> dict[str, np.ndarray]:
    for data in INPUTS.glob("*.data"):
        shutil.copy(data, folder)
    script = (INPUTS / name).read_text().replace("line one", "line yaml")
    return run_lammps(folder, script, arguments=f"-var steps {steps} -var every {every}".split()).checked().thermo()


def test_constant_pressure_conserves_what_it_should(tmp_path: Path) -> None:
    table = thermo(tmp_path, "water-liquid-npt.in", 20, 2)
    assert np.ptp(table["Volume"]) > 0.1
    assert np.ptp(table["Econserve"]) < 0.03 * np.ptp(table["PotEng"])


@pytest.mark.parametrize("name", ["molecule", "liquid", "gas"])
def test_a_few_steps(tmp_path: Path, name: str) -> None:
    """Those whose conserved quantity is the energy, or the energy minus the work of a thermostat."""
    table = thermo(tmp_path, f"water-{name}.in", 10, 1)
    conserved = table.get("Econserve", table["TotEng"])
    assert np.ptp(conserved) < 0.05 * np.ptp(table["PotEng"])


def test_cluster_keeps_its_atoms(tmp_path: Path) -> None:
    table = thermo(tmp_path, "water-cluster.in", 100, 10)
    assert np.ptp(table["Econserve"]) < 0.03 * np.ptp(table["PotEng"])
    frames = (tmp_path / "water-cluster.dump").read_text().split("ITEM: TIMESTEP")[1:]
    assert [frame.count(" O ") for frame in frames] == [8] * 11
