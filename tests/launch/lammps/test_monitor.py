"""Logs of LAMMPS that grow: values, limits of the temperature, and what a bead's log can't say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.launch.lammps.monitor import LammpsMonitor, PartitionsMonitor
from tumble.simulation_file import Expect, Limits

HEAD = """LAMMPS (22 Jul 2025 - Update 4)
units metal
timestep 0.0005
read_data water.data
  192 atoms
"""
TABLE = """Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes
   Step          Temp          PotEng         TotEng
"""
NVT = "fix move all nve\nfix bath all langevin 300 300 0.1 1\n"
BEAD = "fix beads all pimd/langevin ensemble nvt temp 300 tau 0.1\n"


def monitor_of(folder: Path, text: str, expect: Expect | None = None, number: int = 0) -> LammpsMonitor:
    path = folder / f"log.lammps.{number}"
    path.write_text(text)
    return LammpsMonitor(path, 0, expect or Expect())


def run_of(*rows: str, first: str = "") -> str:
    return HEAD + first + "run 1000\n" + TABLE + "".join(f"{row}\n" for row in rows)


def test_values(tmp_path: Path) -> None:
    one = monitor_of(tmp_path, run_of("0 300 -10 -2", first="fix move all nve\n"))
    assert one.read().drift is None
    with (tmp_path / "log.lammps.0").open("a") as file:
        file.write("100 310 -10 -1.904\n")
    reading = one.read()
    assert (reading.step, reading.last, reading.temperature, reading.atoms) == (100, 1000, 310.0, 192)
    # 0.096 eV of 192 atoms in 0.05 ps
    assert reading.drift == pytest.approx(10.0)
    assert reading.highest is None


def test_a_thermostat_gives_a_limit(tmp_path: Path) -> None:
    # 2 + 10 sqrt(2/573) times 300 K
    reading = monitor_of(tmp_path, run_of("0 290 -10 -2", first=NVT)).read()
    assert reading.highest == pytest.approx(300 * 2.5908, rel=1e-4)
    hot = monitor_of(tmp_path, run_of("0 3000 -10 -2", first=NVT)).read()
    assert hot.highest == pytest.approx(3000 * 2.5908, rel=1e-4)
    ramp = monitor_of(tmp_path, run_of("0 290 -10 -2", first=NVT.replace("300 300", "300 600"))).read()
    assert ramp.highest is None


def test_limit_of_the_user(tmp_path: Path) -> None:
    expect = Expect(limits=Limits(temperature=500.0))
    assert monitor_of(tmp_path, run_of("0 290 -10 -2"), expect).read().highest == 500.0


def test_a_bead_has_no_temperature_of_its_own(tmp_path: Path) -> None:
    """Its log has that of the ring polymer, which is the number of beads times higher."""
    expect = Expect(limits=Limits(temperature=1000.0))
    reading = monitor_of(tmp_path, run_of("0 2400 -10 -2", first=BEAD), expect).read()
    assert (reading.step, reading.temperature, reading.drift) == (0, None, None)


def test_all_beads_are_watched(tmp_path: Path) -> None:
    logs = [run_of("0 2400 -10 -2", "100 2400 -10 -2", first=BEAD), run_of("0 2400 nan nan", first=BEAD)]
    monitors = [monitor_of(tmp_path, text, number=number) for number, text in enumerate(logs)]
    reading = PartitionsMonitor(monitors).read()
    assert (reading.step, reading.broken) == (100, "PotEng of partition 1")
