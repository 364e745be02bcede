"""A small set of frames with labels, and a configuration of a training on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ase.io
import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator


def labeled_frames(count: int = 12) -> list[Atoms]:
    """Deformed water molecules in a periodic box, three to a frame, with arbitrary labels; two frames to a group."""
    rng = np.random.default_rng(0)
    molecule = np.array([[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]])
    frames = []
    for k in range(count):
        places = np.array([[0, 0, 0], [2.9, 0.4, 0], [0.3, 3.0, 0.5]])
        positions = (places[:, None] + molecule).reshape(-1, 3) + 0.1 * rng.standard_normal((9, 3))
        atoms = Atoms("OHH" * 3, positions, cell=[6, 6, 6], pbc=True, info={"pair": f"g{k // 2}"})
        forces = rng.standard_normal((9, 3))
        atoms.calc = SinglePointCalculator(atoms, energy=-30.0 + rng.standard_normal(), forces=forces)
        frames.append(atoms)
    return frames


def training_settings(folder: Path) -> dict[str, Any]:
    """Write the frames into a folder; return what a configuration file next to them would hold."""
    ase.io.write(folder / "frames.extxyz.gz", labeled_frames(), format="extxyz")
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
