"""`tumble run`: one start of a simulation, or its continuation, from the first program to the verdicts."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from tumble.errors import ConfigurationError, LaunchError, TumbleError
from tumble.interruption import PendingSignal, signals_deferred
from tumble.launch.checks.check import Outcome
from tumble.launch.checks.registry import Verdict, check_physics
from tumble.launch.engine import Engine
from tumble.launch.guard import Guard
from tumble.launch.progress import ProgressLine, duration
from tumble.launch.report import End, Report
from tumble.launch.supervisor import Supervisor
from tumble.runs import open_run

_LOCK, _FAILED = "lock", "failed"
_EARLY = 3  # exit status
_CONTINUATIONS = 5  # after the server got stuck
_NOTICE = "tumble run: stopping with a checkpoint; a second signal kills"


def run_simulation(engine: Engine, *, again: bool, stream: TextIO, terminal: bool) -> int:
    """Start a simulation or continue it, and return the exit status.

    Args:
        engine: The engine with the simulation.
        again: Whether to start from the beginning.
        stream: Where to write progress and verdicts.
        terminal: Whether that is a terminal.

    Returns:
        0 if all steps are done and the physics is fine, 1 if something failed, 3 if the engine ended by itself before
        its last step, with a checkpoint, 128 + N after signal N.

    Raises:
        ConfigurationError: If outputs of another run are in the folder, or its programs still run.
        LaunchError: If a program can't be started, or the run can't be continued.
    """

    def tell(text: str) -> None:
        stream.write(f"tumble run: {text}\n")
        stream.flush()

    if not engine.started and (there := engine.foreign_outputs()) and not again:
        raise ConfigurationError(
            f"`{engine.folder}`: expected a folder without outputs of another run, got `{there[0].name}`; `--again` "
            "starts anew in their place"
        )
    engine.state.mkdir(exist_ok=True)
    with _Lock(engine.state, tell) as lock, Guard([lock.number]) as guard:
        failed = engine.state / _FAILED
        if again:
            _forget(engine.state)
        elif failed.is_file():
            tell(f"an earlier start failed: {failed.read_text().strip()}")
            tell("`--again` starts from the beginning")
            return 1
        return _run(engine, guard, ProgressLine(stream, terminal=terminal), tell, again=again)


def _run(engine: Engine, guard: Guard, progress: ProgressLine, tell: Callable[[str], None], *, again: bool) -> int:
    checkpoint = None if again else engine.checkpoint()
    if engine.finished:
        at = "" if checkpoint is None else f", at step {checkpoint.step}"
        tell(f"finished already{at}; more steps in the input continue it")
        return 0
    if checkpoint is not None and engine.is_at_end(checkpoint):  # `tumble run` was ended before its verdict
        return _judge(engine, Report(End.DONE, engine.monitor().read()), tell)
    if checkpoint is None and not again:
        engine.check_start()
    if checkpoint is not None and engine.has_changed:
        tell(f"`{engine.simulation.input}` is no longer that of the beginning: {engine.on_change}")
    for _ in range(_CONTINUATIONS + 1):
        if checkpoint is None:
            engine.begin()
            engine.mark_started()
        else:
            engine.resume(checkpoint)
        engine.clean_up()  # after an earlier start that was killed
        begun = 0 if checkpoint is None else checkpoint.step
        tell(_announcement(engine, begun))
        with signals_deferred(_NOTICE) as pending:
            report = Supervisor(engine, guard, progress, append=checkpoint is not None).run(pending)
        progress.end()
        for event, times in Counter(report.events).items():
            tell(event if times == 1 else f"{event}, {times} times")
        if report.end is not End.STUCK:
            return _conclude(engine, report, begun, pending, tell)
        tell("i-PI no longer talks to its drivers, since one of them was killed: continuing from a checkpoint")
        checkpoint = engine.checkpoint()
    raise LaunchError(f"i-PI got stuck {_CONTINUATIONS + 1} times; see `{engine.folder}`")


def _announcement(engine: Engine, step: int) -> str:
    jobs = [engine.main(), *engine.helpers()]
    threads = [job.environment.get("OMP_NUM_THREADS", "1") for job in jobs[1:] or jobs]
    what = engine.name if len(jobs) == 1 else f"{engine.name} and {len(jobs) - 1} driver{'s' * (len(jobs) > 2)}"
    start = "from the beginning" if step == 0 else f"from the checkpoint at step {step}"
    return f"{what}, threads: {'/'.join(dict.fromkeys(threads))}, {start}"


def _conclude(engine: Engine, report: Report, begun: int, pending: PendingSignal, tell: Callable[[str], None]) -> int:
    """Report how the programs ended, and return the exit status.

    Args:
        engine: The engine.
        report: What happened.
        begun: Step at which this start began.
        pending: The signal that asked for a stop.
        tell: Writes a line.
    """
    if report.end is End.DONE and not engine.ended_early():
        return _judge(engine, report, tell)
    found = None if report.end is End.FAILED else engine.checkpoint()
    if report.end is End.STOPPED and found is None:
        tell("stopped without a checkpoint; `--again` starts anew")
    elif report.end is End.STOPPED and found is not None:
        tell(f"stopped at step {found.step}; the same command continues")
    elif found is not None and found.step > begun:
        tell(f"{engine.name} ended by itself at step {found.step}, with a checkpoint; the same command continues")
    elif report.end is End.DONE:
        report.end, report.reason = End.FAILED, f"{engine.name} ended by itself and did no step"
    if report.end is End.FAILED:
        tell(f"failed: {report.reason}")
        if report.physics:
            (engine.state / _FAILED).write_text(f"{report.reason}\n")
    for sentence in engine.speed(report).sentences():
        tell(sentence)
    if report.end is End.STOPPED and pending.number is not None:
        return 128 + pending.number
    return 1 if report.end is End.FAILED else _EARLY


def _judge(engine: Engine, report: Report, tell: Callable[[str], None]) -> int:
    """Check the physics of a run that has done all steps, report it and the speed, and return the exit status."""
    verdict = _physics(engine, report)
    checked = ", ".join(verdict.passed) or "nothing"
    tell(f"physics: {checked} checked" + ("" if verdict.failures else ", nothing wrong"))
    for name, why in verdict.skipped.items():
        tell(f"physics: {name} not checked, since {why}")
    for failure in verdict.failures:
        tell(f"failed: {failure}")
    for sentence in engine.speed(report).sentences():
        tell(sentence)
    if verdict.failures:
        (engine.state / _FAILED).write_text(f"{verdict.failures[0]}\n")
        return 1
    engine.mark_finished()
    tell(f"done in {duration(report.seconds)}: `tumble analyze {engine.analyzed}` computes observables")
    return 0


def _physics(engine: Engine, report: Report) -> Verdict:
    """Check what was written; outputs that can't be read are a failure, too."""
    try:
        run = open_run(engine.outputs())
    except TumbleError as error:
        return Verdict((f"the outputs can't be read: {error}",), (), {})
    reading = report.reading
    return check_physics(Outcome(run, engine.simulation.expect, reading.step, reading.last))


def _forget(state: Path) -> None:
    """Remove what earlier starts have left, but the lock."""
    for path in state.iterdir():
        if path.name != _LOCK:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


class _Lock:
    """Lock of a folder, which the programs inherit: it is held until the last of them has ended."""

    def __init__(self, state: Path, tell: Callable[[str], None]) -> None:
        self._path, self._tell = state / _LOCK, tell
        self.number = -1

    def __enter__(self) -> _Lock:
        self.number = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self.number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self.number)
            raise ConfigurationError(
                f"`{self._path.parent.parent}`: expected a folder in which nothing runs, but programs of another "
                "`tumble run` are alive"
            ) from error
        except OSError as error:  # a parallel file system may have no locks
            self._tell(f"`{self._path}` can't be locked ({error.strerror}): start this run only once at a time")
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.number)
