"""Processes among which the frames of an observable are divided.

The processes are spawned, not forked: a forked process would wait forever for threads of torch and OpenMP that it
lacks. They start once and serve one observable after the other, each with its share of the cores. When their parent is
gone, however it ended, their pipes are closed and they end.

New processes import the calling script: it has to keep what it does behind `if __name__ == "__main__"`.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from MDAnalysis.analysis.backends import BackendBase

from tumble import _core
from tumble.errors import EvaluationError
from tumble.observables.base.failure import Failure

_PATIENCE = 0.2  # s between two looks at how far processes are

#: In a process of `Processes`: the counts of all of them, and the place of its own.
_counts: list[tuple[Any, int]] = []


class Processes(BackendBase):  # type: ignore[misc]  # MDAnalysis has no types
    """A back end of MDAnalysis; a context manager.

    Args:
        n_workers: Number of processes.
    """

    def __init__(self, n_workers: int) -> None:
        super().__init__(n_workers)
        self._workers: list[tuple[BaseProcess, Connection[Any, Any]]] = []
        self._context = multiprocessing.get_context("spawn")
        self._counts = self._context.RawArray("q", n_workers)  # each process has one of its own: no lock is needed

    def __enter__(self) -> Processes:
        """The processes themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """End them."""
        self.close()

    def apply(self, func: Callable[[Any], Any], computations: Sequence[Any]) -> list[Any]:
        """Call a function for each of some arguments, as many at a time as there are processes.

        Raises:
            EvaluationError: If a process dies.
            Exception: What the function raises; its traceback there is the cause.
        """
        found: list[Any] = []
        for start in range(0, len(computations), self.n_workers):
            found += self.begin(func, computations[start : start + self.n_workers])()
        return found

    def begin(self, func: Callable[[Any], Any], computations: Sequence[Any]) -> Callable[..., list[Any]]:
        """Start to call a function for each of some arguments, no more than there are processes.

        Returns:
            A function that waits for the answers, to be called once, before anything else is begun. It takes a function
            that is called now and then with the number of frames that the processes have counted (`count_frame`).

        Raises:
            EvaluationError: If a process dies; the returned function, too.
        """
        self._counts[:] = [0] * self.n_workers
        try:
            while len(self._workers) < len(computations):
                self._workers.append(self._started(len(self._workers)))
            busy = [connection for _, connection in self._workers[: len(computations)]]
            for connection, computation in zip(busy, computations, strict=True):
                _asked(connection, (func, computation))
        except BaseException:
            self.close()
            raise
        return partial(self._answers, busy)

    def _answers(self, busy: Sequence[Connection[Any, Any]], counted: Callable[[int], None] | None = None) -> list[Any]:
        try:
            found = []
            for connection in busy:
                while counted is not None and not connection.poll(_PATIENCE):
                    counted(sum(self._counts))
                found.append(_answer(connection))
        except BaseException:
            self.close()  # what the others still do is for nobody
            raise
        return found

    def _started(self, place: int) -> tuple[BaseProcess, Connection[Any, Any]]:
        here, there = self._context.Pipe()
        threads = max(1, len(os.sched_getaffinity(0)) // self.n_workers)
        process = self._context.Process(target=_serve, args=(there, threads, self._counts, place), daemon=True)
        process.start()
        there.close()
        return process, here

    def close(self) -> None:
        """End them; new ones start when they are needed."""
        for process, connection in self._workers:
            connection.close()
            process.terminate()
            process.join()
        self._workers = []


def count_frame() -> None:
    """Count a frame that was seen, for the progress that the parent shows; nothing but in a process of `Processes`."""
    for counts, place in _counts:
        counts[place] += 1


def _asked(connection: Connection[Any, Any], question: Any) -> None:
    try:
        connection.send_bytes(pickle.dumps(question))
    except OSError:
        raise _died() from None


def _answer(connection: Connection[Any, Any]) -> Any:
    try:
        failed, content = pickle.loads(connection.recv_bytes())
    except (EOFError, OSError):
        raise _died() from None
    if failed:
        content.throw()
    return content


def _died() -> EvaluationError:
    return EvaluationError(
        "a worker process died, perhaps for lack of memory; try fewer `--jobs` (a script that asks for several "
        'processes has to keep what it does behind `if __name__ == "__main__"`)'
    )


def _serve(connection: Connection[Any, Any], threads: int, counts: Any, place: int) -> None:
    """Answer the requests of the parent in a process."""
    _counts.append((counts, place))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, too, and ends this one
    _core.set_threads(threads)
    try:
        while True:
            connection.send_bytes(_computed(connection.recv_bytes()))
    except (EOFError, ConnectionError):
        pass  # nobody listens any more


def _computed(question: bytes) -> bytes:
    """Return whether a pickled function failed for its argument, and its result or the exception."""
    try:
        func, computation = pickle.loads(question)
        return pickle.dumps((False, func(computation)))
    except Exception as error:  # whatever it is, it goes to the parent, which raises it there
        return pickle.dumps((True, Failure(error)))
