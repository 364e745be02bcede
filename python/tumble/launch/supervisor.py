"""Supervisor of the programs of a run: it starts and restarts them, watches the physics, and stops them cleanly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tumble.interruption import PendingSignal
from tumble.launch.engine import Engine, Job
from tumble.launch.guard import Guard
from tumble.launch.processes import Program, described, end_of
from tumble.launch.progress import ProgressLine
from tumble.launch.reading import Reading
from tumble.launch.report import End, Report
from tumble.waiting import idle_cores

#: Times that a driver is started again after it has died.
RESTARTS = 5
POLL = 0.2  # s between looks at programs and outputs
_CHECKPOINTS = 2.0  # s between looks at checkpoints and at the time that programs have computed
_STOPPING = 90.0  # s for an engine to finish its step and to write a checkpoint
_LEAVING = 20.0  # s for a driver to end after its server
# Exit status of `tumble drive` for a structure that can't be evaluated, and for a wrong setting or model: another
# driver would end in the same way.
_NO_FORCES, _HOPELESS = 5, (1, 2)
_SERVER_GONE = 4
_ENDING = 2.0  # s for a server to end after it has closed its connections


class Supervisor:
    """Supervisor of one start of an engine.

    Args:
        engine: The engine, whose input is written.
        guard: Guard of the programs.
        progress: Where to show progress.
        highest: Temperature, K, above which the run is stopped; None for no limit.
        append: Whether logs are continued.
    """

    def __init__(
        self, engine: Engine, guard: Guard, progress: ProgressLine, highest: float | None, *, append: bool
    ) -> None:
        self._engine, self._guard, self._progress = engine, guard, progress
        self._highest, self._append = highest, append
        self._report = Report(End.DONE)
        self._first: tuple[float, int] | None = None
        self._loading: dict[int, float] = {}  # s that each program computed before the first step

    def run(self, pending: PendingSignal) -> Report:
        """Start the programs and wait for their end.

        Args:
            pending: The signal that asks for a stop, if one has come.

        Raises:
            LaunchError: If a program can't be started.
        """
        engine, monitor = self._engine, self._engine.monitor()
        with ExitStack() as stack:
            main = stack.enter_context(self._start(engine.main()))
            drivers = [_Driver(job, stack.enter_context(self._start(job))) for job in engine.helpers()]
            looked = time.monotonic()
            while main.status is None and self._report.end is End.DONE:
                time.sleep(POLL)
                self._look(monitor.read())
                for driver in drivers:
                    self._look_after(driver, main, stack)
                if self._first is not None and not self._loading:
                    self._loading = {each.pid: each.cpu_time() or 0.0 for each in (main, *_programs(drivers))}
                if pending.number is not None:
                    self._report.end = End.STOPPED
                elif engine.is_stuck():
                    self._report.end = End.STUCK
                if time.monotonic() - looked > _CHECKPOINTS:
                    engine.keep_checkpoint()
                    self._note_cpu(main, drivers)
                    looked = time.monotonic()
            if main.status is None:
                self._note_cpu(main, drivers)
                engine.ask_to_stop(main)
            self._wait(main, drivers)
            self._look(monitor.read())
        engine.keep_checkpoint()
        engine.clean_up()
        self._judge(main)
        return self._report

    def _start(self, job: Job) -> Program:
        log = self._engine.folder / job.log
        return Program(
            job.name,
            job.command,
            self._engine.folder,
            log,
            job.environment,
            guard=self._guard,
            append=self._append,
        )

    def _look(self, reading: Reading) -> None:
        """Show what the outputs say, and stop a run whose physics has failed."""
        report = self._report
        report.reading = reading
        if reading.step is not None:
            now = time.monotonic()
            if self._first is None:
                self._first = now, reading.step
            elif reading.step > self._first[1] + report.steps:
                report.seconds, report.steps = now - self._first[0], reading.step - self._first[1]
        self._progress.show(reading)
        if report.end is not End.DONE:
            return
        if reading.broken is not None:
            report.end, report.physics = End.FAILED, True
            report.reason = f"the logged `{reading.broken}` is infinite or NaN"
        elif self._highest is not None and (reading.temperature or 0.0) > self._highest:
            report.end, report.physics = End.FAILED, True
            report.reason = (
                f"the temperature explodes: {reading.temperature:.4g} K at step {reading.step}, above "
                f"{self._highest:.4g} K; the time step may be too long, or the structure outside the range of the model"
            )

    def _look_after(self, driver: _Driver, main: Program, stack: ExitStack) -> None:
        """Start a driver again that has died, a bounded number of times."""
        status = driver.program.status
        if status in (None, 0) or main.status is not None:
            return
        if status == _SERVER_GONE and main.wait(_ENDING) is not None:
            return
        report, name = self._report, driver.job.name
        if status == _NO_FORCES:
            report.end, report.physics = End.FAILED, True
            end = end_of(driver.program.log)
            report.reason = f"{name} got a structure that can't be evaluated; its log ends with\n{end}"
        elif status in _HOPELESS or driver.restarts >= RESTARTS:
            again = f" once more, after {RESTARTS} restarts" if driver.restarts >= RESTARTS else ""
            report.end = End.FAILED
            report.reason = f"{name} {described(status)}{again}; its log ends with\n{end_of(driver.program.log)}"
        else:
            driver.restarts += 1
            report.events.append(f"{name} {described(status)} and was started again")
            # Its group may have children left.
            driver.program.__exit__(None, None, None)
            self._append = True
            driver.program = stack.enter_context(self._start(driver.job))

    def _wait(self, main: Program, drivers: list[_Driver]) -> None:
        """Wait for the end of the programs; the context of each ends what is left."""
        stop = time.monotonic() + _STOPPING
        while main.wait(POLL) is None and time.monotonic() < stop:
            pass  # a second signal raises its exception
        stop = time.monotonic() + _LEAVING
        while time.monotonic() < stop and any(driver.program.wait(POLL) is None for driver in drivers):
            pass

    def _note_cpu(self, main: Program, drivers: list[_Driver]) -> None:
        for program in (main, *_programs(drivers)):
            used = program.cpu_time()
            if used is not None and self._loading:
                self._report.cpu[program.name] = used - self._loading.get(program.pid, 0.0)
        self._report.idle = idle_cores()

    def _judge(self, main: Program) -> None:
        """Record a failure of the main program."""
        report, status = self._report, main.status
        if report.end is not End.DONE:
            return
        if status != 0:
            report.end, report.reason = End.FAILED, str(main.failure(described(status or 0)))
        elif not self._engine.succeeded():
            report.end, report.reason = End.FAILED, str(main.failure("ended before its work was done"))


def _programs(drivers: Sequence[_Driver]) -> list[Program]:
    return [driver.program for driver in drivers]


@dataclass
class _Driver:
    """A driver that is started again if it dies."""

    job: Job
    program: Program
    restarts: int = 0
