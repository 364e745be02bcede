"""The driver against servers of older releases of i-PI, `ipi-3.1` and `ipi-3.2`: numbers, and failures of either side.

The tests are those of tests/ipi, which take i-PI from the folder TUMBLE_IPI; they skip what a release doesn't have.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.peers import FOLDER, ROOT

pytestmark = [pytest.mark.peers, pytest.mark.timeout(3600)]

FILES = ("test_driver.py", "test_ipi_connections.py", "test_ipi_pes.py", "test_ipi_symmetry_log.py")


@pytest.mark.parametrize("release", ["ipi-3.1", "ipi-3.2"])
def test_tests_of_the_driver_pass_with_an_older_server(release: str, tmp_path: Path) -> None:
    folder = FOLDER / release
    assert (folder / "bin" / "i-pi").exists(), f"no i-PI in {folder}: `make test-peers` installs it"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'tests'}"]
    done = subprocess.run(
        [*command, *(f"tests/ipi/{name}" for name in FILES)],
        cwd=ROOT,
        env={**os.environ, "TUMBLE_IPI": str(folder)},
        capture_output=True,
        text=True,
        timeout=3500,
    )
    assert done.returncode == 0, done.stdout[-10_000:]
    assert " passed" in done.stdout
