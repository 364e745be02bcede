"""A configuration for a small set of labelled frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ase.io
import pytest
from support.labelled import labelled_frames


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    """What a configuration file would hold; the data lie beside it."""
    ase.io.write(tmp_path / "frames.extxyz.gz", labelled_frames(), format="extxyz")
    return {
        "seed": 3,
        "threads": 1,
        "device": "cpu",
        "dtype": "float64",
        "validate_every": 4,
        "model": {"species": ["O", "H"], "width": 8, "heads": 2, "radial": 4, "feedforward": 8},
        "data": {"water": {"path": "frames.extxyz.gz", "group": "pair", "validation": 3}},
        "stages": [
            {"name": "first", "data": {"water": 1}, "steps": 8, "learning_rate": "1e-2", "batch": 2},
            {"name": "second", "data": {"water": 2}, "steps": 5, "learning_rate": 1e-3, "batch": 3},
        ],
    }
