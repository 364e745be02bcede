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
from contextlib import contextmanager
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
