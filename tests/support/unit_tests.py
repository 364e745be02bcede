"""The unit tests in C++ of tests/cpp, built against the core of an installed package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support.lammps_runs import BIN

SOURCE = Path(__file__).parents[1] / "cpp"


def build_unit_tests(folder: Path, package: Path, *options: str) -> dict[str, Path]:
    """Build them.

    Args:
        folder: For the build.
        package: Folder of the package `tumble` with the core to be tested.
        options: Of CMake.

    Returns:
        The program of each test.
    """
    cmake = [sys.executable, "-m", "cmake"]
    ninja = ["-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={BIN / 'ninja'}", "-DCMAKE_CXX_COMPILER=g++"]
    for step in (
        [*cmake, "-S", str(SOURCE), "-B", str(folder), f"-DTUMBLE_PACKAGE={package}", *ninja, *options],
        [*cmake, "--build", str(folder)],
    ):
        done = subprocess.run(step, capture_output=True, text=True, timeout=280)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return {
        test["name"]: Path(test["command"][0]) for test in json.loads(ctest(folder, "--show-only=json-v1"))["tests"]
    }


def ctest(folder: Path, *options: str) -> str:
    """Return what `ctest` prints about a build, after it was successful."""
    command = [sys.executable, "-c", "from cmake import ctest; ctest()", "--test-dir", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
