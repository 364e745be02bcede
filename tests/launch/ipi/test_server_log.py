"""What a server says."""

from __future__ import annotations

from pathlib import Path

from tumble.launch.ipi.server_log import ServerLog


def test_only_this_start_counts(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    path.write_text("SOFTEXIT: I-PI reports success. Restartable as is: NO.\n")
    log = ServerLog(path, path.stat().st_size)
    assert not log.succeeded
    with path.open("a") as file:
        file.write(" Exception in thr")
        file.flush()
        assert not log.stuck
        file.write("ead poll_driver:\n")
        file.flush()
        assert log.stuck
        assert log.stuck  # it stays so
        file.write("I-PI reports success\n")
    assert log.succeeded
