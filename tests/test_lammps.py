"""Where LAMMPS is sent to look for the plugin."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import tumble
from tumble.lammps import plugin_folder


def test_plugin_folder():
    """A string, since LAMMPS joins it with others; the plugin is there if it was built."""
    folder = plugin_folder()
    assert isinstance(folder, str)
    assert Path(folder).parts[-2:] == ("lib", "lammps")


def test_plugin_folder_without_a_plugin(tmp_path, monkeypatch):
    monkeypatch.setattr(tumble, "__path__", [str(tmp_path)])
    assert Path(plugin_folder()) == tmp_path / "lib" / "lammps"


def test_plugin_folder_of_an_editable_installation(tmp_path, monkeypatch):
    compiled = tmp_path / "compiled"
    (compiled / "lib" / "lammps").mkdir(parents=True)
    (compiled / "lib" / "lammps" / "tumbleplugin.so").touch()
    monkeypatch.setattr(tumble, "__path__", [str(tmp_path / "sources"), str(compiled)])
    assert Path(plugin_folder()) == compiled / "lib" / "lammps"


@pytest.mark.parametrize(("threads", "policy"), [("2", "passive"), ("1", None), (None, None)])
def test_threads_of_lammps_wait_asleep(monkeypatch, threads, policy):
    """Set before LAMMPS' own OpenMP is loaded; without the variable LAMMPS has one thread."""
    for name in ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT"):
        monkeypatch.setenv(name, "x")  # to be put back
        monkeypatch.delenv(name)
    if threads is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
    plugin_folder()
    assert os.environ.get("OMP_WAIT_POLICY") == policy
