"""The build in an environment that lacks LAMMPS, or its MPI: the rest is configured, and what is left out is said."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def configure(folder: Path, *, without: str) -> str:
    """Output of CMake for an environment like this one, less the packages whose names start with `without`."""
    packages = folder / "packages"
    packages.mkdir()
    for path in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not path.name.startswith(without):
            (packages / path.name).symlink_to(path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (site / "packages.pth").write_text(f"{packages}\n")
    cmake = [sys.executable, "-m", "cmake", "-S", str(ROOT), "-B", str(folder / "build"), "-G", "Ninja"]
    python = f"-DPython_EXECUTABLE={folder / 'venv' / 'bin' / 'python'}"
    ninja = f"-DCMAKE_MAKE_PROGRAM={Path(sys.executable).parent / 'ninja'}"
    done = subprocess.run([*cmake, python, ninja], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    targets = (folder / "build" / "build.ninja").read_text()
    assert "libtumble.so" in targets
    assert "tumbleplugin.so" not in targets
    return " ".join(done.stderr.split())


def test_without_lammps(tmp_path: Path) -> None:
    said = configure(tmp_path, without="lammps")
    assert "LAMMPS isn't in the environment" in said
    assert "tumbleplugin.so (pair_style tumble) is left out. Install `lammps[mpi]`" in said


def test_without_its_mpi(tmp_path: Path) -> None:
    # mpi.h lies beside Python's own headers, and the new environment has none there
    assert "the MPI of LAMMPS (package mpich) isn't in the environment" in configure(tmp_path, without="mpich")


@pytest.mark.parametrize("package", ["vesin", "nlohmann_json"])
def test_requirements_are_named(tmp_path: Path, package: str) -> None:
    with pytest.raises(AssertionError, match=f"package `{package}`"):
        configure(tmp_path, without=package)
