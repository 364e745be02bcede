"""A server and drivers that are shell scripts: how their ends are told apart, and who is started again."""

from __future__ import annotations

import io
import itertools
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tumble.drive_status import DriveStatus
from tumble.interruption import PendingSignal
from tumble.launch.engine import Job
from tumble.launch.guard import Guard
from tumble.launch.processes import Program
from tumble.launch.progress import ProgressLine
from tumble.launch.reading import Details, Reading
from tumble.launch.report import End, Report
from tumble.launch.supervisor import RESTARTS, Supervisor

SERVER = "trap 'touch over; exit 0' TERM; while :; do sleep 0.05; done"
DRIVER = "while [ ! -e over ]; do sleep 0.05; done"


@dataclass
class Engine:
    """An engine whose programs are shell scripts.

    Attributes:
        folder: Where they run.
        driver: Script of the driver.
        server: Script of the server.
        steps: Last step in each look at the outputs.
        stuck: Whether the server looks stuck as soon as it has started.
        temperature: K.
    """

    folder: Path
    driver: str
    server: str = SERVER
    steps: Iterator[int] = field(default_factory=lambda: itertools.repeat(1))
    stuck: bool = False
    temperature: float = 300.0
    steps_to_stop: int = 1
    launched: bool = False

    def main(self) -> Job:
        return Job("server", ("sh", "-c", self.server), "server.log")

    def helpers(self) -> tuple[Job, ...]:
        return (Job("driver 1", ("sh", "-c", self.driver), "driver.log", launched=self.launched),)

    def monitor(self) -> Engine:
        return self

    def read(self) -> Reading:
        return Reading(step=next(self.steps), temperature=self.temperature, highest=1000.0)

    def details(self) -> Details:
        return Details()

    def is_stuck(self) -> bool:
        return self.stuck

    def ask_to_stop(self, main: Program) -> None:
        main.send(signal.SIGTERM)

    def succeeded(self) -> bool:
        return True

    def checkpoint_interval(self) -> int:
        return 1000

    def keep_checkpoint(self) -> None: ...

    def clean_up(self) -> None: ...


def report_of(engine: Engine) -> Report:
    with Guard() as guard:
        line = ProgressLine(io.StringIO(), terminal=False)
        return Supervisor(engine, guard, line, append=False).run(PendingSignal())  # type: ignore[arg-type]


@pytest.mark.parametrize("stuck", [False, True])
def test_a_structure_that_cannot_be_evaluated_is_the_reason(tmp_path: Path, stuck: bool) -> None:
    """Its driver may still be closing its log when the server is seen to be stuck."""
    driver = f"trap '' TERM; sleep 0.5; echo no forces; exit {DriveStatus.NO_FORCES:d}"
    report = report_of(Engine(tmp_path, driver, stuck=stuck))
    assert (report.end, report.physics) == (End.FAILED, True)
    assert report.reason.startswith("driver 1 got a structure that can't be evaluated")
    assert "no forces" in report.reason


def test_a_server_that_crashes_with_its_driver_is_not_the_reason(tmp_path: Path) -> None:
    driver = f"sleep 0.5; exit {DriveStatus.NO_FORCES:d}"
    report = report_of(Engine(tmp_path, driver, server="sleep 0.1; exit 1"))
    assert (report.end, report.physics) == (End.FAILED, True)


def test_a_server_that_crashes_is_the_reason(tmp_path: Path) -> None:
    report = report_of(Engine(tmp_path, f"sleep 0.5; exit {DriveStatus.ERROR:d}", server="sleep 0.1; exit 3"))
    assert (report.end, report.physics) == (End.FAILED, False)
    assert report.reason.startswith("server failed with exit status 3")


def test_a_server_that_is_stuck_is_continued(tmp_path: Path) -> None:
    assert report_of(Engine(tmp_path, DRIVER, stuck=True)).end is End.STUCK


def test_wrong_settings_are_the_reason_why_a_server_is_stuck(tmp_path: Path) -> None:
    report = report_of(Engine(tmp_path, f"exit {DriveStatus.WRONG_OPTION:d}", stuck=True))
    assert (report.end, report.physics) == (End.FAILED, False)


def test_a_driver_that_dies_without_a_new_step_ends_the_run(tmp_path: Path) -> None:
    report = report_of(Engine(tmp_path, "exit 9"))
    assert report.end is End.FAILED
    assert report.reason.startswith(f"driver 1 failed with exit status 9 once more, after {RESTARTS} restarts")
    assert len(report.events) == RESTARTS


def test_a_launcher_may_fail(tmp_path: Path) -> None:
    """Its status is that of a driver with a wrong model."""
    driver = "echo x >> starts; [ $(wc -l < starts) -le 2 ] && exit 1; touch over"
    report = report_of(Engine(tmp_path, driver, server=DRIVER, launched=True))
    assert report.end is End.DONE
    assert len(report.events) == 2


def test_a_driver_may_die_after_each_step(tmp_path: Path) -> None:
    """In a run of days, a node may fail more often than in a row."""
    deaths = RESTARTS + 3
    # The last driver lets the server end.
    driver = f"echo x >> starts; [ $(wc -l < starts) -le {deaths} ] && exit 9; touch over"
    report = report_of(Engine(tmp_path, driver, server=DRIVER, steps=itertools.count()))
    assert report.end is End.DONE
    assert len(report.events) == deaths


def test_an_explosion_is_stopped(tmp_path: Path) -> None:
    report = report_of(Engine(tmp_path, DRIVER, temperature=1001.0))
    assert (report.end, report.physics) == (End.FAILED, True)
    assert "1001 K at step 1, above 1000 K" in report.reason


def test_slow_steps_get_time_to_end(tmp_path: Path) -> None:
    engine = Engine(tmp_path, DRIVER, steps_to_stop=5)
    one = Supervisor(engine, None, None, append=False)  # type: ignore[arg-type]
    main = Program("main", ("true",), tmp_path, tmp_path / "log", {})
    with main:
        assert one._patience(main) == 90.0
        one._report.seconds, one._report.steps = 1000.0, 10
        assert one._patience(main) == 3 * 5 * 100.0


def test_rare_checkpoints_are_announced_once(tmp_path: Path) -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, terminal=False)
    one = Supervisor(Engine(tmp_path, DRIVER), None, line, append=False)  # type: ignore[arg-type]
    one._report.seconds, one._report.steps = 100.0, 10
    one._warn()
    one._warn()
    assert stream.getvalue().count("\n") == 1
    assert "checkpoints are 2 h 47 min apart; with `checkpoint: 360`" in stream.getvalue()
