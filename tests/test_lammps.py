"""Where LAMMPS is sent to look for the plugin."""

from __future__ import annotations

from pathlib import Path

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
