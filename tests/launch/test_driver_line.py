"""The line in which a driver reports at its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tumble.drive_summary import FORMAT
from tumble.launch.driver_line import read_driver_line


def test_shares_and_occupancy(tmp_path: Path) -> None:
    times = {"model": 6.0, "gathering": 1.0, "server": 3.0}
    values = {"format": FORMAT, "evaluations": 640, "calls": 100, "places": 8, "seconds": times}
    (tmp_path / "driver.log").write_text(f"tumble drive: waiting\ntumble: {json.dumps(values)}\n")
    line = read_driver_line(tmp_path / "driver.log")
    assert line is not None
    assert line.shares == {"model": 0.6, "waiting for beads": 0.1, "waiting for i-PI": 0.3}
    assert line.together == pytest.approx(6.4)
    assert line.occupancy == pytest.approx(0.8)


def test_without_a_line(tmp_path: Path) -> None:
    (tmp_path / "driver.log").write_text('tumble: {"format":"tumble-run-1"}\n')
    assert read_driver_line(tmp_path / "driver.log") is None
    assert read_driver_line(tmp_path / "none.log") is None
