"""Programs of a process that is killed end, too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tumble.launch.guard import Guard
from tumble.launch.processes import Program

LIMIT = 60.0
STARTER = """
import sys, time
from pathlib import Path
from tumble.launch.guard import Guard
from tumble.launch.processes import Program
folder = Path(sys.argv[1])
with Guard() as guard:
    program = Program("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], folder, folder / "log", {},
                      guard=guard)
    print(program.pid, flush=True)
    time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_orphans_are_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        orphan = int(starter.stdout.readline())
        assert alive(orphan)
        starter.kill()
    end = time.monotonic() + LIMIT
    while alive(orphan) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(orphan)


def test_programs_that_have_ended_are_forgotten(tmp_path: Path) -> None:
    """The number of a process may be given to another one."""
    with Guard() as guard:
        with Program("program", ["true"], tmp_path, tmp_path / "log", {}, guard=guard) as program:
            program.wait(LIMIT)
        stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    assert alive(stranger.pid)
    os.kill(stranger.pid, signal.SIGKILL)
    stranger.wait()
