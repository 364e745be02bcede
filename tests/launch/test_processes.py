"""Programs that fail, hang, die and leave children, and what is said and left then."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tumble.errors import LaunchError
from tumble.launch import processes
from tumble.launch.processes import Program, find_program, run_alone, run_together

LIMIT = 120.0
DONE = "all done"
SLEEP = "import time; time.sleep(600)"
# Ends when the server has said that it is done.
FOLLOW = f"""
import time
while {DONE!r} not in open("server.log").read():
    time.sleep(0.01)
"""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For programs that never end by themselves: others get the time that a busy machine takes."""
    monkeypatch.setattr(processes, "GRACE", 0.5)
    monkeypatch.setattr(processes, "PATIENCE", 0.5)


def python(code: str, folder: Path, name: str = "program") -> Program:
    return Program(name, [sys.executable, "-c", code], folder, folder / f"{name}.log", {"WORD": "given"})


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def ends(pid: int) -> bool:
    """Whether a process is gone, now or in a moment: an orphan is told to go, but not waited for."""
    end = time.monotonic() + LIMIT
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not alive(pid)


def wait_for(path: Path) -> str:
    """Waits until a program has written a file and gives the text."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        if path.is_file() and path.read_text().endswith("\n"):
            return path.read_text()
        time.sleep(0.01)
    raise AssertionError(f"{path} wasn't written")


def test_success(tmp_path: Path) -> None:
    program = python("import os; print(os.environ['WORD'])", tmp_path)
    assert 0 < run_alone(program, LIMIT) < LIMIT
    assert (tmp_path / "program.log").read_text() == "given\n"


def test_failure_shows_the_end_of_the_log(tmp_path: Path) -> None:
    code = "import sys\nfor i in range(50): print('line', i)\nsys.exit('ERROR: lost atoms')"
    with pytest.raises(LaunchError) as caught:
        run_alone(python(code, tmp_path, "LAMMPS"), LIMIT)
    message = str(caught.value)
    assert message.startswith("LAMMPS failed with exit status 1; the end of its log `")
    assert message.endswith("    line 49\n    ERROR: lost atoms")
    assert "line 31\n" in message
    assert "line 30\n" not in message


def test_failure_without_a_word(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match=r"status 3; .*:\n    \(nothing\)"):
        run_alone(python("raise SystemExit(3)", tmp_path), LIMIT)


def test_signal_is_named(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match="program was ended by SIGKILL"):
        run_alone(python("import os; os.kill(os.getpid(), 9)", tmp_path), LIMIT)


def test_hanging_program_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match="program didn't finish within 0 s"):
        run_alone(python(SLEEP, tmp_path), 0.2)


def test_what_a_program_started_is_stopped_too(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEP!r}])\n"
        "print(child.pid)\nchild.wait()"
    )
    with python(code, tmp_path):
        child = int(wait_for(tmp_path / "program.log"))
        assert alive(child)
    assert ends(child)


@pytest.mark.usefixtures("impatient")
def test_program_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    code = f"import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid()); {SLEEP}"
    with python(code, tmp_path):
        pid = int(wait_for(tmp_path / "program.log"))
    assert not alive(pid)


def test_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match=r"server .*No such file"):
        Program("server", [str(tmp_path / "none")], tmp_path, tmp_path / "log", {})
    with pytest.raises(LaunchError, match=r"`no-such-program` in .*, found none"):
        find_program("no-such-program")


def test_both_succeed(tmp_path: Path) -> None:
    server = python(f"import time; print({DONE!r}); time.sleep(0.2)", tmp_path, "server")
    client = python(FOLLOW, tmp_path, "client")
    run_together(server, client, LIMIT, DONE)


def test_client_that_fails_stops_the_server(tmp_path: Path) -> None:
    server, client = (
        python(SLEEP, tmp_path, "server"),
        python("raise SystemExit('no model')", tmp_path, "client"),
    )
    with pytest.raises(LaunchError, match=r"client .*status 1; .*:\n    no model"):
        run_together(server, client, LIMIT, DONE)
    assert server.status is not None


def test_client_that_leaves_early_is_noticed(tmp_path: Path) -> None:
    server, client = python(SLEEP, tmp_path, "server"), python("pass", tmp_path, "client")
    with pytest.raises(LaunchError, match="client left"):
        run_together(server, client, LIMIT, DONE)
    assert server.status is not None


@pytest.mark.usefixtures("impatient")
def test_server_that_stays_is_stopped(tmp_path: Path) -> None:
    server = python(f"print({DONE!r}); {SLEEP}", tmp_path, "server")
    client = python(FOLLOW, tmp_path, "client")
    with pytest.raises(LaunchError, match="server didn't end"):
        run_together(server, client, LIMIT, DONE)
    assert server.status is not None


def test_server_that_fails_stops_the_client(tmp_path: Path) -> None:
    server, client = (
        python("raise SystemExit('bad input')", tmp_path, "server"),
        python(SLEEP, tmp_path, "client"),
    )
    with pytest.raises(LaunchError, match=r"server .*status 1; .*:\n    bad input"):
        run_together(server, client, LIMIT, DONE)
    assert client.status is not None


def test_server_that_gives_up_with_status_zero_is_noticed(tmp_path: Path) -> None:
    server, client = python("print('giving up')", tmp_path, "server"), python(SLEEP, tmp_path, "client")
    with pytest.raises(LaunchError, match=r"server .*`all done`; .*:\n    giving up"):
        run_together(server, client, LIMIT, DONE)
    assert client.status is not None


@pytest.mark.usefixtures("impatient")
def test_client_that_stays_is_stopped(tmp_path: Path) -> None:
    server, client = python(f"print({DONE!r})", tmp_path, "server"), python(SLEEP, tmp_path, "client")
    with pytest.raises(LaunchError, match="client didn't end"):
        run_together(server, client, LIMIT, DONE)
    assert client.status is not None


def test_both_hang(tmp_path: Path) -> None:
    server, client = python(SLEEP, tmp_path, "server"), python(SLEEP, tmp_path, "client")
    with pytest.raises(LaunchError, match="server didn't finish within 0 s"):
        run_together(server, client, 0.2, DONE)
    assert server.status is not None
    assert client.status is not None
