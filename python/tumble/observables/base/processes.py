"""Processes among which the frames of an observable are divided.

They are new ones (spawned): a forked process would take the threads of torch and OpenMP for alive, and wait for them
for ever. They start once and serve one observable after the other, each with its share of the cores. When their parent
is gone, however it ended, their pipes are closed and they end.

New processes import the calling script: it has to keep what it does behind `if __name__ == "__main__"`.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from MDAnalysis.analysis.backends import BackendBase

from tumble import _core
from tumble.errors import EvaluationError


class _ElsewhereError(Exception):
    """The traceback of an exception in another process, for the traceback of its twin here."""

    def __str__(self) -> str:
        return f"in another process:\n{self.args[0]}"


class Processes(BackendBase):  # type: ignore[misc]  # MDAnalysis has no types
    """A back end of MDAnalysis; a context manager.

    Args:
        n_workers: Number of processes.
    """

    def __init__(self, n_workers: int) -> None:
        """See the class."""
        super().__init__(n_workers)
        self._workers: list[tuple[BaseProcess, Connection[Any, Any]]] = []

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
        try:
            for start in range(0, len(computations), self.n_workers):
                some = computations[start : start + self.n_workers]
                while len(self._workers) < len(some):
                    self._workers.append(_started(self.n_workers))
                busy = [connection for _, connection in self._workers[: len(some)]]
                for connection, computation in zip(busy, some, strict=True):
                    _asked(connection, (func, computation))
                found += [_answer(connection) for connection in busy]
        except BaseException:
            self.close()  # what the others still do is for nobody
            raise
        return found

    def close(self) -> None:
        """End them; new ones start when they are needed."""
        for process, connection in self._workers:
            connection.close()
            process.terminate()
            process.join()
        self._workers = []


def _started(share: int) -> tuple[BaseProcess, Connection[Any, Any]]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    threads = max(1, len(os.sched_getaffinity(0)) // share)
    process = context.Process(target=_serve, args=(there, threads), daemon=True)
    process.start()
    there.close()
    return process, here


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
        error, text = content
        raise error from _ElsewhereError(text)
    return content


def _died() -> EvaluationError:
    return EvaluationError(
        "a process died, maybe for lack of memory; try fewer `--jobs` (a script that asks for several processes has to "
        'keep what it does behind `if __name__ == "__main__"`)'
    )


def _serve(connection: Connection[Any, Any], threads: int) -> None:
    """What a process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, too, and ends this one
    _core.set_threads(threads)
    try:
        while True:
            connection.send_bytes(_computed(connection.recv_bytes()))
    except (EOFError, ConnectionError):
        pass  # nobody listens any more


def _computed(question: bytes) -> bytes:
    """The answer to a pickled function and its argument: whether it failed, and the result or the exception."""
    try:
        func, computation = pickle.loads(question)
        return pickle.dumps((False, func(computation)))
    except Exception as error:  # whatever it is, it goes to the parent, which raises it there
        text = "".join(traceback.format_exception(error))
        try:
            answer = pickle.dumps((True, (error, text)))
            pickle.loads(answer)
        except Exception:  # not every exception can be pickled
            return pickle.dumps((True, (RuntimeError(str(error)), text)))
        return answer
