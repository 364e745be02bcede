"""Supervisor of the programs of a run: it starts and restarts them, watches the physics, and stops them cleanly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tumble.drive_status import DriveStatus
from tumble.interruption import PendingSignal
from tumble.launch.engine import Engine, Job
from tumble.launch.guard import Guard
from tumble.launch.processes import Program, described, end_of
from tumble.launch.progress import ProgressLine, duration
from tumble.launch.reading import Monitor
from tumble.launch.report import End, Report
from tumble.waiting import idle_cores

#: Times that a driver is started again after it has died, without a new row of the outputs in between.
RESTARTS = 5
POLL = 0.2  # s between looks at programs and outputs
_RARE = 3600.0  # s between checkpoints, above which the user is warned
_SURE = 60.0  # s after which the time of a step is known well enough for this
_CHECKPOINTS = 2.0  # s between looks at checkpoints and at the time that programs have computed
_STOPPING = 90.0  # s for an engine to finish its step and to write a checkpoint, or
_SLOWER = 3.0  # times as long as its steps have taken
_LEAVING = 20.0  # s for a driver to end after its server
# Another driver would end in the same way.
_HOPELESS = (DriveStatus.ERROR, DriveStatus.WRONG_OPTION)
_ENDING = 2.0  # s for a server to end after it has closed its connections


class Supervisor:
    """Supervisor of one start of an engine.

    Args:
        engine: The engine, whose input is written.
        guard: Guard of the programs.
        progress: Where to show progress.
        append: Whether logs are continued.
    """

    def __init__(self, engine: Engine, guard: Guard, progress: ProgressLine, *, append: bool) -> None:
        self._engine, self._guard, self._progress, self._append = engine, guard, progress, append
        self._report = Report(End.DONE)
        self._first: tuple[float, int] | None = None
        self._warned = False
        self._loading: dict[int, float] = {}  # s that each program computed before the first step
        self._earlier: dict[str, float] = {}  # s that drivers computed that have died, by their names

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
            drivers = []
            for job in engine.helpers():
                drivers.append(_Driver(job, self._start(job)))
                stack.callback(drivers[-1].end)
            looked = time.monotonic()
            while main.status is None and self._report.end is End.DONE:
                time.sleep(POLL)
                self._look(monitor)
                for driver in drivers:
                    self._look_after(driver, main)
                if self._first is not None and not self._loading:
                    self._loading = {each.pid: each.cpu_time() or 0.0 for each in (main, *_programs(drivers))}
                if self._report.end is End.DONE:
                    self._report.end = _asked(pending, engine)
                if time.monotonic() - looked > _CHECKPOINTS:
                    engine.keep_checkpoint()
                    self._note_cpu(main, drivers)
                    looked = time.monotonic()
            if main.status is None:
                self._note_cpu(main, drivers)
                engine.ask_to_stop(main)
            self._wait(main, drivers)
            self._look(monitor)
        engine.keep_checkpoint()
        engine.clean_up()
        self._judge(main, drivers)
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

    def _look(self, monitor: Monitor) -> None:
        """Show what the outputs say, and stop a run whose physics has failed."""
        report, reading = self._report, monitor.read()
        report.reading = reading
        if reading.step is not None:
            now = time.monotonic()
            if self._first is None:
                self._first = now, reading.step
            elif reading.step > self._first[1] + report.steps:
                report.seconds, report.steps = now - self._first[0], reading.step - self._first[1]
        self._progress.show(reading, monitor.details)
        self._warn()
        if report.end is not End.DONE:
            return
        if reading.broken is not None:
            report.end, report.physics = End.FAILED, True
            report.reason = f"the logged `{reading.broken}` is infinite or NaN"
        elif reading.highest is not None and (reading.temperature or 0.0) > reading.highest:
            report.end, report.physics = End.FAILED, True
            report.reason = (
                f"the temperature explodes: {reading.temperature:.4g} K at step {reading.step}, above "
                f"{reading.highest:.4g} K; the time step may be too long, or the structure outside the range of the "
                "model"
            )

    def _warn(self) -> None:
        """Say once if a kill, which leaves no time for a checkpoint, would cost much."""
        report = self._report
        if self._warned or report.seconds < _SURE:
            return
        self._warned = True
        steps = self._engine.checkpoint_interval()
        between = steps * report.seconds / report.steps
        if between > _RARE:
            wanted = max(1, round(steps * _RARE / between))
            self._progress.note(
                f"checkpoints are {duration(between)} apart; with `checkpoint: {wanted}` in simulation.yaml a kill "
                "costs at most an hour"
            )

    def _look_after(self, driver: _Driver, main: Program) -> None:
        """Start a driver again that has died, unless another would die as well."""
        report, status, name = self._report, driver.program.status, driver.job.name
        if report.end is not End.DONE or status in (None, DriveStatus.EXITED) or main.status is not None:
            return
        if self._has_failed(driver, _HOPELESS[1:] if driver.job.launched else _HOPELESS):
            return
        if status == DriveStatus.SERVER_GONE and main.wait(_ENDING) is not None:
            return
        step = report.reading.step
        if step != driver.step:
            driver.restarts, driver.step = 0, step
        end = described(status)
        if driver.restarts >= RESTARTS:
            report.end = End.FAILED
            report.reason = (
                f"{name} {end} once more, after {RESTARTS} restarts without a new step; its log ends with\n"
                f"{end_of(driver.program.log)}"
            )
            return
        driver.restarts += 1
        report.events.append(f"{name} {end} and was started again")
        self._earlier[name] = report.cpu.get(name, 0.0)
        driver.end()  # its group may have children left
        self._append = True
        driver.program = self._start(driver.job)

    def _has_failed(self, driver: _Driver, hopeless: Sequence[DriveStatus]) -> bool:
        """Return whether a driver ended in a way that ends the run, and record it.

        Args:
            driver: The driver.
            hopeless: Statuses with which another driver would end as well.
        """
        status, report = driver.program.status, self._report
        if status is None or status not in (DriveStatus.NO_FORCES, *hopeless):
            return False
        report.end, report.physics = End.FAILED, status == DriveStatus.NO_FORCES
        what = "got a structure that can't be evaluated" if report.physics else described(status)
        report.reason = f"{driver.job.name} {what}; its log ends with\n{end_of(driver.program.log)}"
        return True

    def _wait(self, main: Program, drivers: list[_Driver]) -> None:
        """Wait for the end of the programs; the context of each ends what is left."""
        stop = time.monotonic() + self._patience(main)
        while main.wait(POLL) is None and time.monotonic() < stop:
            pass  # a second signal raises its exception
        stop = time.monotonic() + _LEAVING
        while time.monotonic() < stop and any(driver.program.wait(POLL) is None for driver in drivers):
            pass

    def _patience(self, main: Program) -> float:
        """Return how long an engine may take to stop with a checkpoint, s."""
        report = self._report
        if report.steps == 0:  # its first steps may have taken all the time
            return max(_STOPPING, main.seconds)
        return max(_STOPPING, _SLOWER * self._engine.steps_to_stop * report.seconds / report.steps)

    def _note_cpu(self, main: Program, drivers: list[_Driver]) -> None:
        for program in (main, *_programs(drivers)):
            used = program.cpu_time()
            if used is not None and self._loading:
                used += self._earlier.get(program.name, 0.0) - self._loading.get(program.pid, 0.0)
                self._report.cpu[program.name] = used
        self._report.idle = idle_cores()

    def _judge(self, main: Program, drivers: Sequence[_Driver]) -> None:
        """Record a failure of the main program, or of the driver that is the reason."""
        report, status = self._report, main.status
        stuck = report.end is End.STUCK
        if not stuck and (report.end is not End.DONE or (status == 0 and self._engine.succeeded())):
            return
        # A server may get stuck, or end, before its driver has ended. A driver whose server crashed may fail, too.
        if any(self._has_failed(driver, _HOPELESS if stuck else ()) for driver in drivers) or stuck:
            return
        what = described(status) if status else "ended before its work was done"
        report.end, report.reason = End.FAILED, str(main.failure(what))


def _asked(pending: PendingSignal, engine: Engine) -> End:
    """Return how the run is to end before its work is done; DONE if it is to go on."""
    if pending.number is not None:
        return End.STOPPED
    return End.STUCK if engine.is_stuck() else End.DONE


def _programs(drivers: Sequence[_Driver]) -> list[Program]:
    return [driver.program for driver in drivers]


@dataclass
class _Driver:
    """A driver that is started again if it dies.

    Attributes:
        job: How it is started.
        program: The driver that runs.
        restarts: Number of restarts since the last new step.
        step: Last step at the last restart.
    """

    job: Job
    program: Program
    restarts: int = 0
    step: int | None = None

    def end(self) -> None:
        """End it and its children."""
        self.program.__exit__(None, None, None)
