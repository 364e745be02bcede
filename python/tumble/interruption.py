"""Signals that ask a process to end, as an exception: what runs is left in order, as after Ctrl-C.

By default these signals end a process on the spot, whatever it holds: a driver's connection is reset, which stalls i-PI
3.3 for good, a training's last steps are lost, and programs that were started run on. Batch systems send them to every
job: SIGTERM (Slurm, PBS, SGE, LSF), SIGUSR1 and SIGUSR2 (SGE, LSF, `sbatch --signal`), SIGXCPU at a limit of CPU time;
and a terminal or a connection that closes sends SIGHUP.
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
    """A signal asked the process to end. It is an interruption, so whoever handles Ctrl-C handles it, too."""

    def __init__(self, number: int) -> None:
        """Take the number of the signal."""
        self.signal = signal.Signals(number)
        super().__init__(f"ended by {self.signal.name}")

    @property
    def status(self) -> int:
        """Exit status that a shell reports for the signal."""
        return 128 + self.signal


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """Raise `Terminated` in the main thread when one of `SIGNALS` comes.

    A signal that has a handler or is ignored (`nohup`) is left as it is, and all are in another thread than the main
    one, where Python allows no handlers. Forked children end by the signal as usual.
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
    """A signal that came while it was deferred, if one did."""

    def __init__(self) -> None:
        """None came yet."""
        self.number: int | None = None

    def deliver(self) -> None:
        """Raise what the signal asks for.

        Raises:
            KeyboardInterrupt: After SIGINT; `Terminated` after another signal.
        """
        if self.number == signal.SIGINT:
            raise KeyboardInterrupt
        if self.number is not None:
            raise Terminated(self.number)


@contextmanager
def signals_deferred(notice: str) -> Iterator[PendingSignal]:
    """Note Ctrl-C and the other signals that ask the process to end, for work that ends in order by itself.

    A second signal isn't deferred. Signals with a handler of somebody else, or ignored ones, are left as they are.

    Args:
        notice: Line for stderr when a signal comes.
    """
    pending, parent = PendingSignal(), os.getpid()

    def note(number: int, frame: FrameType | None) -> None:
        if os.getpid() != parent:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        first, pending.number = pending.number is None, number
        if not first:
            pending.deliver()
        with suppress(OSError):  # a terminal that is gone; what `print` holds isn't safe in a handler
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
