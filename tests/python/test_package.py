"""What importing costs, and what LAMMPS gets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tumble
from tumble import _core, errors
from tumble.lammps import plugin_folder

HEAVY = {"torch", "numpy", "ase", "tumble._core"}


def modules_after(code: str) -> set[str]:
    """Names of the modules that a fresh interpreter has after running the code."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stderr.splitlines())


@pytest.mark.parametrize(
    "code",
    [
        "from tumble.lammps import plugin_folder; plugin_folder()",
        "import tumble; tumble.__version__",
        "from tumble.cli import build_parser; build_parser().format_help()",
    ],
)
def test_nothing_heavy_is_imported(code):
    assert not modules_after(code) & HEAVY


def test_public_names():
    assert tumble.load is sys.modules["tumble.model_file"].load
    assert tumble.Potential is _core.Potential
    assert issubclass(tumble.Calculator, object)
    assert callable(tumble.export)
    assert tumble.__version__ == _core.version
    with pytest.raises(AttributeError, match="module `tumble` has no attribute `nothing`"):
        tumble.nothing  # noqa: B018 - looking it up is the test


def test_every_error_is_a_tumble_error():
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), errors.TumbleError)
    assert issubclass(errors.TumbleError, RuntimeError)


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
