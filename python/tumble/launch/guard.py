"""Guard that ends programs if the process that started them is killed, so that no orphan computes on.

It is a small process of its own. It reads the numbers of process groups from a pipe, which the system closes when the
other end dies, whatever the reason. The module is also its program, and imports nothing but the standard library.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

GRACE = 10.0  # s for a group to end after a signal


class Guard:
    """The guard of the programs of this process; a context manager that ends it.

    Args:
        inherited: Numbers of open files, such as locks, that the guard and the programs keep open.
    """

    def __init__(self, inherited: Sequence[int] = ()) -> None:
        self.inherited = tuple(inherited)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self.inherited,
            text=True,
        )

    def __enter__(self) -> Guard:
        """Return the running guard."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the guard end what it still watches, and wait for it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def watch(self, group: int) -> None:
        """End a process group if this process dies."""
        self._write(f"+{group}\n")

    def forget(self, group: int) -> None:
        """Forget a process group that has ended."""
        self._write(f"-{group}\n")

    def _write(self, line: str) -> None:
        # Somebody may have killed the guard; the run goes on without it.
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.write(line)
                self._process.stdin.flush()


def main() -> None:
    """Read groups until the pipe is closed, then end those that are left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        if line.startswith("+"):
            groups.add(int(line[1:]))
        else:
            groups.discard(int(line[1:]))
    for ending in (signal.SIGTERM, signal.SIGKILL):
        stop = time.monotonic() + GRACE
        groups = {group for group in groups if _sent(group, ending)}
        while groups and time.monotonic() < stop:
            time.sleep(0.1)
            groups = {group for group in groups if _sent(group, 0)}


def _sent(group: int, number: int) -> bool:
    """Send a signal to a group; return whether it exists."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
