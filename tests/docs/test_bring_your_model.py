"""What docs/bring-your-model.md tells users to copy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.numbers import from_core, from_lammps
from support.systems import systems

from tumble import metadata
from tumble.convert.kinds import KINDS

PAGE = (Path(__file__).parents[2] / "docs/bring-your-model.md").read_text()


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model file of the script, as printed."""
    folder = tmp_path_factory.mktemp("example")
    (script,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (folder / "example.py").write_text(script)
    done = subprocess.run([sys.executable, "example.py"], cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return folder / "mine.pt"


def test_the_example_is_invariant(example: Path) -> None:
    document = metadata.read(example)
    assert (document["depth"], document["cutoff"]) == (2, 4.0)
    assert document["symmetry"]["force_error"] < 1e-5


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", ["triclinic", "small"])
def test_the_example_in_lammps(example: Path, tmp_path: Path, name: str, ranks: int) -> None:
    ours, core = from_lammps(example, systems()[name], tmp_path, ranks=ranks), from_core(example, systems()[name])
    assert ours.energy == pytest.approx(core.energy, rel=1e-7)
    assert np.abs(core.forces).max() > 0.01
    np.testing.assert_allclose(ours.forces, core.forces, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_commands(kind: str) -> None:
    assert re.search(rf"^    tumble convert {kind} \S+ -o \S+\.pt", PAGE, re.MULTILINE)
    requirement = KINDS[kind].requirement
    assert not requirement or re.search(rf"^    pip install .*{re.escape(requirement)}", PAGE, re.MULTILINE)
