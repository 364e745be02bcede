"""A small set of frames with labels, for tests of training."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator


def labelled_frames(count: int = 12) -> list[Atoms]:
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
