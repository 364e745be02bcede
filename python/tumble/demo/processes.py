"""Execution of other programs: failures are reported, nothing hangs, and no process is left behind.

Each program gets its own session, so that stopping it also stops its children (`lmp` is a wrapper
that starts the real one), and writes into a log file, the end of which goes into the message of an error.
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

from tumble.demo.demo_error import DemoError

POLL = 0.05  # s between looks at a program
GRACE = 5.0  # s for a program to end after a signal
PATIENCE = 60.0  # s for a program to end by itself when its partner has, on a busy machine, too
TAIL = 20  # lines of a log that an error shows


class Program:
    """A running program; as a context manager, it is gone with everything it started when the block ends.

    Args:
        name: What messages call it.
        command: The program and its arguments.
        folder: Where it runs.
        log: File that gets its output and its errors.
        environment: Variables that are added to those of this process.

    Raises:
        DemoError: If it can't be started.
    """

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self.log = log
        self._start = time.monotonic()
        with open(log, "wb") as output:
            try:
                self._process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise DemoError(f"{name} couldn't be started: {error}") from error

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

    @property
    def seconds(self) -> float:
        """Time since the start, s."""
        return time.monotonic() - self._start

    @property
    def status(self) -> int | None:
        """Exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float) -> int | None:
        """Wait at most `seconds` for the end; return the exit status, or None if the program still runs."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def failure(self, what: str) -> DemoError:
        """Return an error that says what happened and shows the end of the log."""
        text = self.log.read_text(errors="replace") if self.log.is_file() else ""
        lines = [line for line in text.splitlines() if line.strip()]
        tail = "\n".join(f"    {line}" for line in lines[-TAIL:]) or "    (nothing)"
        return DemoError(f"{self.name} {what}; the end of its log `{self.log}`:\n{tail}")


def run_alone(program: Program, limit: float) -> float:
    """Wait until a program is done.

    Args:
        program: The program, started.
        limit: Time that it may take, s.

    Returns:
        The time that it took, s.

    Raises:
        DemoError: If it fails or takes longer.
    """
    with program:
        status = program.wait(limit)
        if status is None:
            raise program.failure(f"didn't finish within {limit:.0f} s")
        if status != 0:
            raise program.failure(_described(status))
        return program.seconds


def run_together(server: Program, client: Program, limit: float, done: str) -> float:
    """Wait until a server and its client are done. The server ends by itself when its work is done.

    Args:
        server: The server, started.
        client: Its client, started; without it the server would wait for ever.
        limit: Time that they may take, s.
        done: What the server's log says when it did all of its work, before it lets the client go; its exit
            status may not tell.

    Returns:
        The time that they took, s.

    Raises:
        DemoError: If one of them fails, the client leaves early, or they take longer.
    """
    with server, client:
        while server.status is None and client.status is None and server.seconds < limit:
            time.sleep(POLL)
        if server.status is None and client.status is None:
            raise server.failure(f"didn't finish within {limit:.0f} s")
        if server.status is None and done not in server.log.read_text(errors="replace"):
            what = _described(client.status or 0) if client.status else "left before the server was done"
            raise client.failure(what)
        if server.wait(PATIENCE) is None:
            raise server.failure("didn't end when its work was done")
        if server.status != 0:
            raise server.failure(_described(server.status or 0))
        if done not in server.log.read_text(errors="replace"):
            raise server.failure(f"ended without `{done}`")
        if client.wait(PATIENCE) is None:
            raise client.failure("didn't end when its server did")
        if client.status != 0:
            raise client.failure(_described(client.status or 0))
        return server.seconds


def find_program(name: str) -> str:
    """Return the path of a program, that of this Python's environment first.

    Raises:
        DemoError: If there is none.
    """
    installed = Path(sysconfig.get_path("scripts")) / name
    found = str(installed) if installed.is_file() else shutil.which(name)
    if found is None:
        raise DemoError(f"expected the program `{name}` in `{installed.parent}` or on the path, found none")
    return found


def _described(status: int) -> str:
    return f"failed with exit status {status}" if status >= 0 else f"was ended by {signal.Signals(-status).name}"
