"""Two trainings in one folder."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tumble.errors import TrainingError
from tumble.train import config_from_mapping, train
from tumble.train.lock import locked

HOLD = """
import sys, time
from pathlib import Path
from tumble.train.lock import locked
with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(600)
"""


def test_another_process(tmp_path: Path, settings: dict[str, Any]) -> None:
    """It is refused while the first one lives, however that ends."""
    out = tmp_path / "out"
    out.mkdir()
    config = config_from_mapping(settings | {"max_minutes": 0.0}, tmp_path)
    with subprocess.Popen([sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "locked\n"
            with pytest.raises(TrainingError, match=rf"`{out}`: .*other training.* process {process.pid} on"):
                train(config, out)
            assert [path.name for path in out.iterdir()] == [".lock"]
        finally:
            process.send_signal(signal.SIGKILL)
    assert (out / ".lock").exists()  # nothing of a killed process can take it away
    assert not train(config, out).finished
    assert not (out / ".lock").exists()


def test_the_same_process(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(TrainingError, match=f"got one that process {os.getpid()} on"),
        locked(tmp_path),
    ):
        pass
    with locked(tmp_path):
        pass
    assert not list(tmp_path.iterdir())


def test_a_lock_that_was_removed_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner takes the file away after the next one has opened it, and before that locks it."""
    lock, calls = fcntl.flock, []

    def slow(descriptor: int, operation: int) -> None:
        if not calls:
            (tmp_path / ".lock").unlink()
        calls.append(descriptor)
        lock(descriptor, operation)

    monkeypatch.setattr("fcntl.flock", slow)
    with locked(tmp_path):
        assert len(calls) == 2
        with pytest.raises(TrainingError, match="other training"), locked(tmp_path):
            pass


def test_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", no_locks)
    with pytest.warns(UserWarning, match=r"has no locks \(Function not implemented\)"), locked(tmp_path):
        pass
