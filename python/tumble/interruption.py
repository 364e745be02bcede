"""Turn signals that ask a process to end into an exception, so that it cleans up as after Ctrl-C.

By default these signals end a process at once, without cleanup: the connection of a driver is reset, which stalls i-PI
3.3 forever, the last steps of a training are lost, and programs that it started keep running. Batch systems send them
to every job: SIGTERM (Slurm, PBS, SGE, LSF), SIGUSR1 and SIGUSR2 (SGE, LSF, `sbatch --signal`), SIGXCPU at a limit of
CPU time; and a terminal or a connection that closes sends SIGHUP.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU)


class Terminated(KeyboardInterrupt):
    """A signal asked the process to end. Code that handles Ctrl-C handles this exception, too."""

    def __init__(self, number: int) -> None:
        self.signal = signal.Signals(number)
        super().__init__(f"ended by {self.signal.name}")

    @property
    def status(self) -> int:
        """The exit status that a shell reports for the signal."""
        return 128 + self.signal


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """Raise `Terminated` in the main thread when one of `SIGNALS` arrives.

    Signals that are ignored (`nohup`) or already have a handler stay unchanged. Outside the main thread all signals do,
    since Python allows no handlers there. Forked children end by the signal as usual.
    """
    parent = os.getpid()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if os.getpid() != parent:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        raise Terminated(number)

    taken = []
    if threading.current_thread() is threading.main_thread():
        taken = [number for number in SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


class PendingSignal:
    """The signal that arrived while signals were deferred, if one did.

    Attributes:
        number: Number of the signal; None if none has arrived.
    """

    def __init__(self) -> None:
        self.number: int | None = None

    def deliver(self) -> None:
        """Raise the exception of the signal, if one has arrived.

        Raises:
            KeyboardInterrupt: After SIGINT; `Terminated` after another signal.
        """
        if self.number == signal.SIGINT:
            raise KeyboardInterrupt
        if self.number is not None:
            raise Terminated(self.number)


@contextmanager
def signals_deferred(notice: str) -> Iterator[PendingSignal]:
    """Record Ctrl-C and `SIGNALS` instead of raising, for code that looks at the record and then ends cleanly.

    Only the first signal is deferred; a second one raises its exception at once. Ignored signals, and signals with a
    handler from elsewhere, stay unchanged.

    Args:
        notice: Line for stderr when a signal arrives.
    """
    pending, parent = PendingSignal(), os.getpid()

    def note(number: int, frame: FrameType | None) -> None:
        if os.getpid() != parent:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        first, pending.number = pending.number is None, number
        if not first:
            pending.deliver()
        with suppress(OSError):  # the terminal may be gone; `print` isn't safe in a handler
            os.write(2, f"\n{notice}\n".encode())

    replaced = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, *SIGNALS):
            handler = signal.getsignal(number)
            ours = getattr(handler, "__module__", None) == __name__
            if ours or handler in (signal.SIG_DFL, signal.default_int_handler):
                replaced[number] = signal.signal(number, note)
    try:
        yield pending
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)
