"""What i-PI itself makes of an input, read in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tumble.runs.ipi.forcefields import DEFAULTS

_PROGRAM = Path(__file__).parent / "ipi_view.py"
_PATIENCE = 120.0  # s; i-PI reads an input in a few seconds, also on a busy machine
_LAST = 400  # characters of the output of i-PI in a message


@dataclass(frozen=True)
class View:
    """What i-PI makes of an input; everything but the defaults is empty if it could not be asked.

    Attributes:
        version: Version of i-PI; None without one.
        missing: Why i-PI could not be asked; empty if it could.
        unknown: Elements and attributes that it doesn't know: `place`, `kind`, `name`, and the `known` names there.
        refused: Why it refuses the input.
        defaults: Settings of each kind of forcefield that an input doesn't give.
        quantities: Names of `properties` and `trajectories`.
        systems: The atoms of each system, see `tumble.ipi_check.ipi_view`.
    """

    version: str | None = None
    missing: str = ""
    unknown: Sequence[Mapping[str, Any]] = ()
    refused: str | None = None
    defaults: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: DEFAULTS)
    quantities: Mapping[str, Sequence[str]] = field(default_factory=dict)
    systems: Sequence[Mapping[str, Any]] = ()


def view_of(xml: Path, python: str = sys.executable) -> View:
    """Return what i-PI makes of an input.

    Args:
        xml: The input.
        python: Interpreter that can import i-PI.
    """
    with tempfile.TemporaryDirectory(prefix="tumble-ipi-check-") as folder:
        output = Path(folder) / "view.json"
        command = [python, str(_PROGRAM), str(xml), str(output)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            return View(missing=f"it didn't read the input within {_PATIENCE:g} s")
        except OSError as error:
            return View(missing=f"`{python}` can't be started: {error.strerror}")
        # The program writes its file last.
        return View(**json.loads(output.read_text())) if output.exists() else View(missing=_reason(done.stderr))


def _reason(stderr: str) -> str:
    if "No module named 'ipi'" in stderr:
        return "it isn't installed here"
    lines = [line for line in stderr.splitlines() if line.strip()]
    return f"reading the input with it failed: {lines[-1][:_LAST] if lines else 'it ended without a message'}"
