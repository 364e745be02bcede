"""What docs/model-file.md tells users to copy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tumble import metadata

ROOT = Path(__file__).parents[2]


def test_the_script_runs_as_printed(tmp_path: Path) -> None:
    (script,) = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "docs/model-file.md").read_text(), re.DOTALL | re.MULTILINE
    )
    (tmp_path / "export.py").write_text(script)
    done = subprocess.run([sys.executable, "export.py"], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    energy, *torque = (float(word) for word in re.findall(r"-?\d[\d.e+-]*", done.stdout))
    assert abs(energy - (-430.0 - 2 * 13.6)) < 5.0  # the network's own energies are a few eV
    assert all(abs(part) < 1e-4 for part in torque)  # distances don't know directions
    document = metadata.read(tmp_path / "my-model.pt")
    assert document["symmetry"]["force_error"] < 1e-5
    assert document["licence"] == "not stated"


def test_ops_are_registered_by_the_core() -> None:
    """As the page says about files with operators of Tumble's."""
    text = (ROOT / "docs/model-file.md").read_text()
    assert "`import tumble._core`" in text
    code = "import tumble._core, torch; torch.jit.load(tumble._core.find_model('water'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
