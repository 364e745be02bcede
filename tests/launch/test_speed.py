"""Speeds and advice of made-up numbers."""

from __future__ import annotations

from dataclasses import replace

from tumble.launch.speed import Speed, Timing

SPEED = Speed(seconds=100.0, steps=2000, timestep=0.0005, atoms=192, beads=8, cores=4)


def test_speed() -> None:
    # 20 steps/s of 0.5 fs are 864 ns/day / 1000; 50 ms for 1536 atoms of beads are 32.55 µs.
    assert SPEED.sentences() == ["speed: 0.864 ns/day, 50 ms/step, 32.55 µs/atom/step for each of 8 beads"]
    assert replace(SPEED, seconds=1.0).sentences() == ["speed: the run was too short to judge"]


def test_an_engine_says_more() -> None:
    class Engine(Timing):
        def sentences(self) -> list[str]:
            return ["time: all"]

        def advice(self) -> list[str]:
            return ["less"]

    assert replace(SPEED, timing=Engine()).sentences()[1:] == ["time: all", "faster: less"]


def test_cores_count_only_if_they_are_idle() -> None:
    busy = replace(SPEED, cpu={"i-PI": 10.0, "driver 1": 90.0})
    assert busy.sentences()[1:] == ["cores in use: i-PI 0.1, driver 1 0.9"]
    idle = replace(busy, idle=3)
    assert "faster: 1 of 4 cores are in use: set `threads` in simulation.yaml higher" in idle.sentences()
