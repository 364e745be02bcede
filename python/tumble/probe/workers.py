"""Probe of structures in this process or in several processes.

Each worker process only has one pipe to its parent. When the parent ends, for whatever reason, the pipe is closed, and
the worker ends after its current structure.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from ase import Atoms

from tumble import _core, errors
from tumble.audit.source import Source
from tumble.errors import EvaluationError, TumbleError
from tumble.probe.options import Options
from tumble.probe.records import Record
from tumble.probe.structure import StructureProbe


@dataclass(frozen=True)
class Setup:
    """Arguments to build a `StructureProbe` in any process.

    Attributes:
        source: Where the potential comes from.
        options: Options of the probe.
        threads: Number of torch's threads; None to leave it unchanged.
    """

    source: Source
    options: Options
    threads: int | None

    def build(self, evaluated: Callable[[int], None]) -> StructureProbe:
        """Open the potential and prepare the sets."""
        if self.threads is not None:
            _core.set_threads(self.threads)
        return StructureProbe(self.source.open(), self.options, evaluated)


@dataclass(frozen=True)
class Task:
    """A structure to probe.

    Attributes:
        index: Position in the file.
        atoms: The structure.
        check: Whether to compare the reference with itself, turned by a random rotation.
    """

    index: int
    atoms: Atoms
    check: bool


def probe_here(
    setup: Setup, tasks: Iterator[Task], evaluated: Callable[[int], None]
) -> Generator[tuple[int, Record], None, None]:
    """Probe structures in this process; yield index and record of each.

    Raises:
        TumbleError: If a structure can't be probed; the message begins with its index.
    """
    probe: StructureProbe | None = None
    for task in tasks:
        probe = probe or setup.build(evaluated)
        yield task.index, _probed(probe, task)


def probe_in_processes(
    setup: Setup, tasks: Iterator[Task], evaluated: Callable[[int], None], jobs: int
) -> Generator[tuple[int, Record], None, None]:
    """Probe structures in several processes; yield index and record of each, in the order in which they finish.

    Raises:
        TumbleError: If a structure can't be probed; an `EvaluationError` if a process died.
    """
    context = multiprocessing.get_context("spawn")  # in a fork, torch would wait for threads that don't exist
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
    """End a process that waits for another structure, or whose result is no longer needed."""
    connection.close()
    process.terminate()
    process.join()


def _next(
    busy: set[Connection[Any, Any]], evaluated: Callable[[int], None]
) -> tuple[Connection[Any, Any], tuple[int, Record]]:
    """Return the next finished structure and its connection, and report progress until then."""
    while True:
        for connection in wait(list(busy)):
            assert isinstance(connection, Connection)
            try:
                kind, content = connection.recv()
            except (EOFError, ConnectionError):
                raise EvaluationError("a worker process died, perhaps for lack of memory; try fewer `--jobs`") from None
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
