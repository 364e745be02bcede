"""A run of LAMMPS that was made up: water molecules that tumble on a lattice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

FRAMES, MOLECULES, BOX = 400, 8, 12.0
MOLECULE = np.array([[0.0, 0.0, 0.0], [0.76, 0.59, 0.0], [-0.76, 0.59, 0.0]])

LOG = """\
LAMMPS (22 Jul 2025 - Update 4)
units         metal
timestep      0.0005
fix           integrate all nve
fix           bath all temp/csvr 300.0 300.0 0.05 4711
compute       tumble all pair tumble
dump          trajectory all custom 10 water.dump id element xu yu zu
run           4000
pair_style tumble: model water (/somewhere/water.pt), approximate invariance, cutoff 4 A, depth 2, float32
pair_style tumble: symmetrize none, 1 rotation
   Step          Temp          PotEng         Econserve       c_tumble[1]    c_tumble[2]    c_tumble[3]
{}Loop time of 1 on 1 procs for 4000 steps with 24 atoms
"""


def write_run(folder: Path, *, seed: int = 1, polar: float = 0.0, frames: int = FRAMES, symbols: str = "OHH") -> Path:
    """Molecules of independent random orientations; with `polar`, bisectors that prefer +z."""
    folder.mkdir()
    generator = np.random.default_rng(seed)
    lattice = 6.0 * np.stack(np.meshgrid(*[np.arange(2)] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    rows, dump = [], []
    for frame in range(frames):
        turned = Rotation.random(MOLECULES, rng=generator).as_matrix()
        if polar > 0:
            wrong = (turned @ np.array([0.0, 1.0, 0.0]))[:, 2] < -1 + 2 * polar * generator.random(MOLECULES)
            turned[wrong] = -turned[wrong]
        centers = lattice + 0.02 * generator.normal(size=lattice.shape)
        atoms = (centers + np.einsum("mij,aj->mai", turned, MOLECULE)).reshape(-1, 3)
        dump += ["ITEM: TIMESTEP", str(10 * frame), "ITEM: NUMBER OF ATOMS", str(len(atoms))]
        dump += ["ITEM: BOX BOUNDS pp pp pp", *[f"0 {BOX}"] * 3, "ITEM: ATOMS id element xu yu zu"]
        dump += [
            f"{index + 1} {symbols[index % 3]} {x:.6f} {y:.6f} {z:.6f}"
            for index, (x, y, z) in enumerate(atoms.tolist())
        ]
        numbers = [300 + generator.normal(), generator.normal(), 0.0, *generator.normal(size=3)]
        rows.append(f"{10 * frame} " + " ".join(f"{number:.6f}" for number in numbers) + "\n")
    (folder / "water.dump").write_text("\n".join(dump) + "\n")
    (folder / "log.lammps").write_text(LOG.format("".join(rows)))
    return folder
