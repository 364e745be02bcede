"""What importing costs, and the public names."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tumble
from tumble import _core

HEAVY = {"torch", "numpy", "ase", "tumble._core", "urllib.request", "statistics"}


def modules_after(code: str) -> set[str]:
    """Names of the modules that a fresh interpreter has after running the code."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=240)
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
    assert tumble.export is sys.modules["tumble.model_file"].export
    assert tumble.Calculator is sys.modules["tumble.calculator"].Calculator
    assert tumble.__version__ == _core.version
    with pytest.raises(AttributeError, match=r"`tumble` .*`nothing`"):
        tumble.nothing  # noqa: B018 - looking it up is the test
