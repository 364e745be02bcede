"""Reading what the engines logged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tumble.demo.demo_error import DemoError
from tumble.demo.runs import read_ipi, read_lammps, read_torques

LOG = """\
LAMMPS (22 Jul 2025)
   Step          Time           Temp          TotEng       c_tumble[1]    c_tumble[2]    c_tumble[3]
         0  0      300.5   -10.00  3.0  4.0  0.0
        10  0.005  310.5   -9.98   0.0  0.0  0.5
        20  0.010  290.5   -9.96   1.0  2.0  2.0
Loop time of 1 on 1 procs for 20 steps with 6 atoms
"""

PROPERTIES = """\
# column   1     --> step : The current simulation time step.
# column   2     --> time{picosecond} : The elapsed simulation time.
# column   3     --> conserved{electronvolt} : The value of the conserved energy quantity per bead.
# column   4     --> temperature{kelvin} : The current temperature, as obtained from the MD kinetic energy.
# column   5     --> kinetic_cv{electronvolt} : The quantum kinetic energy.
  0.0e+00  0.0e+00  5.0e+00  3.0e+02  0.8e+00
  2.0e+00  1.0e-03  5.2e+00  3.1e+02  0.9e+00
  4.0e+00  2.0e-03  5.4e+00  3.2e+02  1.0e+00
"""

TORQUES = """\
 #EXTRAS(torque)# Step:           0
 0.0 0.0 {}
 #EXTRAS(torque)# Step:           4
 3.0e+00 0.0 4.0
"""


def lammps(folder: Path) -> dict[str, object]:
    return {
        "folder": folder,
        "system": "a dimer",
        "ensemble": "NVE",
        "conserved": "TotEng",
        "molecules": 2,
        "seconds": 1.5,
    }


def ipi(folder: Path) -> dict[str, object]:
    return {
        "folder": folder,
        "system": "a dimer",
        "ensemble": "NVT",
        "molecules": 2,
        "steps": 5,
        "seconds": 2.5,
    }


def test_lammps(tmp_path: Path) -> None:
    (tmp_path / "log.lammps").write_text(LOG)
    run = read_lammps(**lammps(tmp_path))
    assert (run.beads, run.steps, run.title) == (1, 20, "LAMMPS, classical")
    assert run.timestep == pytest.approx(0.5)
    assert run.length == pytest.approx(0.01)
    np.testing.assert_allclose(run.time, [0, 0.005, 0.01])
    np.testing.assert_allclose(run.temperature, [300.5, 310.5, 290.5])
    np.testing.assert_allclose(run.conserved, [0, 0.01, 0.02])
    np.testing.assert_allclose(run.torque, [5, 0.5, 3])
    assert run.drift == pytest.approx(2.0)


def test_lammps_log_without_torque(tmp_path: Path) -> None:
    (tmp_path / "log.lammps").write_text(LOG.replace("c_tumble[2]", "other"))
    with pytest.raises(DemoError, match=r"expected a column `c_tumble\[2\]`, found Step, Time, Temp"):
        read_lammps(**lammps(tmp_path))
    (tmp_path / "log.lammps").write_text("LAMMPS\n")
    with pytest.raises(DemoError, match="expected thermo output, found none"):
        read_lammps(**lammps(tmp_path))


def test_ipi(tmp_path: Path) -> None:
    (tmp_path / "simulation.properties").write_text(PROPERTIES)
    (tmp_path / "simulation.torque_0").write_text(TORQUES.format("1.0"))
    (tmp_path / "simulation.torque_1").write_text(TORQUES.format("-7.0"))
    run = read_ipi(**ipi(tmp_path))
    assert (run.beads, run.steps, run.title) == (2, 5, "i-PI, 2 beads")
    assert run.timestep == pytest.approx(0.5)
    np.testing.assert_allclose(run.conserved, [0, 0.1, 0.2])
    np.testing.assert_allclose(run.kinetic, [0.4, 0.45, 0.5])
    np.testing.assert_allclose(run.torque_time, [0, 0.002])
    np.testing.assert_allclose(run.torque, [5, 5])  # sqrt((1 + 49) / 2), sqrt((25 + 25) / 2)


def test_ipi_run_that_stopped_early_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "simulation.torque_0").write_text(TORQUES.format("1.0"))
    (tmp_path / "simulation.properties").write_text(PROPERTIES)
    with pytest.raises(DemoError, match="expected output up to step 6, found step 4 last"):
        read_ipi(**{**ipi(tmp_path), "steps": 6})
    (tmp_path / "simulation.properties").write_text("\n".join(PROPERTIES.splitlines()[:6]) + "\n")
    with pytest.raises(DemoError, match="expected at least two lines"):
        read_ipi(**ipi(tmp_path))
    (tmp_path / "simulation.properties").unlink()
    with pytest.raises(DemoError, match="expected the properties of an i-PI run, found no file"):
        read_ipi(**ipi(tmp_path))


def test_torques_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="expected torques of the driver"):
        read_torques(tmp_path)
    (tmp_path / "simulation.torque_0").write_text(" #EXTRAS(torque)# Step:           0 \nnada\n")
    with pytest.raises(DemoError, match="expected three numbers for each step"):
        read_torques(tmp_path)
