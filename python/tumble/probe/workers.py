"""Probing structures in several processes.

Each process has one pipe to its parent and nothing else. When the parent is gone, however it ended, the pipe is closed
and the process ends after the structure that it is at.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from os import PathLike
from typing import Any

from ase import Atoms

from tumble import _core, errors
from tumble.errors import EvaluationError, TumbleError
from tumble.model_file import load
from tumble.probe.options import Options
from tumble.probe.records import Record
from tumble.probe.structure import StructureProbe


@dataclass(frozen=True)
class Setup:
    """How to make a `StructureProbe`.

    Attributes:
        model: Path or name.
        options: Of the probe.
        device, memory, check: As for `tumble.load`.
        threads: Of torch, or none to leave them as they are.
    """

    model: str | PathLike[str]
    options: Options
    device: str
    memory: float | None
    check: bool
    threads: int | None

    def build(self, evaluated: Callable[[int], None]) -> StructureProbe:
        """Load the model and prepare the sets."""
        if self.threads is not None:
            _core.set_threads(self.threads)
        potential = load(self.model, self.device, check=self.check, memory=self.memory)
        return StructureProbe(potential, self.options, evaluated)


@dataclass(frozen=True)
class Task:
    """A structure to probe.

    Attributes:
        index: Position in the file.
        atoms: The structure.
        check: Whether to compare the reference with itself, turned.
    """

    index: int
    atoms: Atoms
    check: bool


def probe_here(
    setup: Setup, tasks: Iterator[Task], evaluated: Callable[[int], None]
) -> Generator[tuple[int, Record], None, None]:
    """Probe in this process; yields index and record.

    Raises:
        TumbleError: With the index of the structure in front.
    """
    probe: StructureProbe | None = None
    for task in tasks:
        probe = probe or setup.build(evaluated)
        yield task.index, _probed(probe, task)


def probe_in_processes(
    setup: Setup, tasks: Iterator[Task], evaluated: Callable[[int], None], jobs: int
) -> Generator[tuple[int, Record], None, None]:
    """Probe in several processes; yields index and record as they come.

    Raises:
        TumbleError: What a process ran into, or that it died.
    """
    context = multiprocessing.get_context("spawn")  # a fork would take torch's threads for alive
    busy: set[Connection[Any, Any]] = set()
    with ExitStack() as stack:
        for task in tasks:
            if len(busy) < jobs:
                here, there = context.Pipe()
                process = context.Process(target=_serve, args=(there, setup), daemon=True)
                process.start()
                there.close()
                stack.callback(_end, process, here)
                here.send(task)
                busy.add(here)
            else:
                connection, found = _next(busy, evaluated)
                connection.send(task)
                yield found
        while busy:
            connection, found = _next(busy, evaluated)
            busy.remove(connection)
            yield found


def _end(process: BaseProcess, connection: Connection[Any, Any]) -> None:
    """Message of a process that waits for another structure, or whose result is no longer needed."""
    connection.close()
    process.terminate()
    process.join()


def _next(
    busy: set[Connection[Any, Any]], evaluated: Callable[[int], None]
) -> tuple[Connection[Any, Any], tuple[int, Record]]:
    """Wait for a structure and report the progress in the meantime."""
    while True:
        for connection in wait(list(busy)):
            assert isinstance(connection, Connection)
            try:
                kind, content = connection.recv()
            except (EOFError, ConnectionError):
                raise EvaluationError(
                    "`jobs`: expected processes that finish, got one that died, maybe for lack of memory; try fewer"
                ) from None
            if kind == "evaluated":
                evaluated(content)
            elif kind == "error":
                name, text = content
                raise getattr(errors, name, TumbleError)(text)
            else:
                return connection, content


def _serve(connection: Connection[Any, Any], setup: Setup) -> None:
    """Run the loop of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, too, and closes the pipe
    try:
        probe: StructureProbe | None = None
        while True:
            task = connection.recv()
            try:
                probe = probe or setup.build(lambda count: connection.send(("evaluated", count)))
                connection.send(("record", (task.index, _probed(probe, task))))
            except TumbleError as error:
                connection.send(("error", (type(error).__name__, str(error))))
    except (EOFError, ConnectionError):
        pass  # the receiver has ended


def _probed(probe: StructureProbe, task: Task) -> Record:
    try:
        return probe.probe(task.atoms, task.check)
    except TumbleError as error:
        raise type(error)(f"structure {task.index}: {error}") from error
