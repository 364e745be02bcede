"""What drivers measured."""

from __future__ import annotations

from dataclasses import replace

from tumble.launch.driver_line import DriverLine
from tumble.launch.ipi.timing import DriverTiming


def test_beads_that_come_alone() -> None:
    line = DriverLine({"model": 0.6, "waiting for i-PI": 0.4}, together=1.0, occupancy=1.0)
    timing = DriverTiming([line], beads=8, batch=1)
    assert timing.sentences() == ["driver: model 60%, waiting for i-PI 40%, 1 beads per batch (100% of the places)"]
    (advice,) = timing.advice()
    assert "`<batch_size> 8 </batch_size>`" in advice


def test_batches_that_are_not_full() -> None:
    line = DriverLine({"model": 1.0}, together=4.0, occupancy=0.5)
    (advice,) = DriverTiming([line], beads=8, batch=8).advice()
    assert "batches are 50% full" in advice
    full = replace(line, together=8.0, occupancy=1.0)
    assert DriverTiming([full], beads=8, batch=8).advice() == []


def test_a_server_that_computes() -> None:
    (advice,) = DriverTiming([], beads=8, batch=8, server=0.7).advice()
    assert "i-PI itself computes during 70%" in advice
