"""Run other programs with a time limit, report their failures, and leave no process behind.

Each program gets its own session, so that stopping it also stops its children (`lmp` is a wrapper that starts the real
program). Its output goes into a log file; an error message shows the end of it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tumble.errors import LaunchError
from tumble.launch.guard import Guard

POLL = 0.05  # s between checks of a program
GRACE = 5.0  # s for a program to end after a signal
PATIENCE = 60.0  # s for a program to end by itself after its partner, even on a busy machine
TAIL = 20  # lines of a log in an error message


class Program:
    """A running program; a context manager that ends it and its children when the block ends.

    Args:
        name: Name in messages.
        command: The program and its arguments.
        folder: Working folder of the program.
        log: File for its output and its errors.
        environment: Variables to add to those of this process.
        guard: Guard that ends it if this process is killed.
        append: Whether to continue the log.

    Raises:
        LaunchError: If the program can't be started.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        log: Path,
        environment: Mapping[str, str],
        *,
        guard: Guard | None = None,
        append: bool = False,
    ) -> None:
        self.name = name
        self.log = log
        self._guard = guard
        self._start = time.monotonic()
        with open(log, "ab" if append else "wb") as output:
            try:
                self._process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=() if guard is None else guard.inherited,
                )
            except OSError as error:
                raise LaunchError(f"{name} couldn't be started: {error}") from error
        if guard is not None:
            guard.watch(self._process.pid)

    def __enter__(self) -> Program:
        """Return the running program."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the program and its children, and wait until they have ended."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            # The session outlives its leader, so the signal is sent even if the program itself has ended.
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                break
            self.wait(GRACE)
        self._process.wait()
        if self._guard is not None:
            self._guard.forget(self._process.pid)

    @property
    def pid(self) -> int:
        """The number of the process, and of its group."""
        return self._process.pid

    @property
    def seconds(self) -> float:
        """The time since the start, s."""
        return time.monotonic() - self._start

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while the program runs."""
        return self._process.poll()

    def cpu_time(self) -> float | None:
        """Return the time that the processes of its group have computed until now, s; None if none is left."""
        total, found = 0, False
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            if int(fields[2]) == self._process.pid:
                total, found = total + int(fields[11]) + int(fields[12]), True
        return total / os.sysconf("SC_CLK_TCK") if found else None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program alone, if it still runs."""
        if self.status is None:
            self._process.send_signal(number)

    def wait(self, seconds: float) -> int | None:
        """Wait at most `seconds` for the end; return the exit status, or None if the program still runs."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def failure(self, what: str) -> LaunchError:
        """Return an error with a statement of what happened and the end of the log."""
        return LaunchError(f"{self.name} {what}; the end of its log `{self.log}`:\n{end_of(self.log)}")


def end_of(log: Path) -> str:
    """Return the last lines of a log, indented."""
    text = log.read_text(errors="replace") if log.is_file() else ""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-TAIL:]) or "    (nothing)"


def run_alone(program: Program, limit: float) -> float:
    """Wait until a program ends.

    Args:
        program: The running program.
        limit: Time limit, s.

    Returns:
        Duration, s.

    Raises:
        LaunchError: If the program fails or takes longer.
    """
    with program:
        status = program.wait(limit)
        if status is None:
            raise program.failure(f"didn't finish within {limit:.0f} s")
        if status != 0:
            raise program.failure(described(status))
        return program.seconds


def run_together(server: Program, client: Program, limit: float, done: str) -> float:
    """Wait until a server and its client end. The server ends by itself when its work is done.

    Args:
        server: The running server.
        client: Its running client, without which the server would wait forever.
        limit: Time limit, s.
        done: Text that the server writes into its log when all its work is done, before it disconnects the client. Its
            exit status alone may not show whether the work is done.

    Returns:
        Duration, s.

    Raises:
        LaunchError: If one of them fails, the client leaves early, or they take longer.
    """
    with server, client:
        while server.status is None and client.status is None and server.seconds < limit:
            time.sleep(POLL)
        if server.status is None and client.status is None:
            raise server.failure(f"didn't finish within {limit:.0f} s")
        if server.status is None and done not in server.log.read_text(errors="replace"):
            what = described(client.status or 0) if client.status else "left before the server was done"
            raise client.failure(what)
        if server.wait(PATIENCE) is None:
            raise server.failure("didn't end when its work was done")
        if server.status != 0:
            raise server.failure(described(server.status or 0))
        if done not in server.log.read_text(errors="replace"):
            raise server.failure(f"ended without `{done}`")
        if client.wait(PATIENCE) is None:
            raise client.failure("didn't end when its server did")
        if client.status != 0:
            raise client.failure(described(client.status or 0))
        return server.seconds


def find_program(name: str) -> str:
    """Return the path of a program, preferably from the environment of this Python.

    Raises:
        LaunchError: If the program isn't found.
    """
    installed = Path(sysconfig.get_path("scripts")) / name
    found = str(installed) if installed.is_file() else shutil.which(name)
    if found is None:
        raise LaunchError(f"expected the program `{name}` in `{installed.parent}` or on the path, found none")
    return found


def described(status: int) -> str:
    """Return words for an exit status, which is negative for a signal."""
    return f"failed with exit status {status}" if status >= 0 else f"was ended by {signal.Signals(-status).name}"
