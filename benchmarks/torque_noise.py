"""Measure the noise floor of the frame torque: its value for an exactly invariant model in float32.

python benchmarks/torque_noise.py

The invariant toy `MorsePair` is evaluated in float32 on rotated copies of the inputs, one molecule and 64. The script
prints the rms of |τ| over 40 rotations, in eV/rad."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from ase.io import read
from scipy.spatial.transform import Rotation

import tumble
from tumble.demo.inputs import LAMMPS_LIQUID, LAMMPS_MOLECULE, find_inputs
from tumble.structures import to_graph

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the toys of the tests
from tests.support.toys import MorsePair


def main() -> None:
    frames = {
        files.data.stem: read(find_inputs(None) / files.data, format="lammps-data", atom_style="atomic")
        for files in (LAMMPS_MOLECULE, LAMMPS_LIQUID)
    }
    with tempfile.TemporaryDirectory() as folder:
        potential = tumble.load(export(Path(folder), list(frames.values())), "cpu")
        for name, atoms in frames.items():
            norms = []
            for rotation in Rotation.random(40, rng=np.random.default_rng(0)).as_matrix():
                turned = atoms.copy()
                turned.positions = atoms.positions @ rotation.T
                turned.cell = atoms.cell.array @ rotation.T
                result = potential.evaluate(to_graph([turned], potential.metadata.species, potential.metadata.cutoff))
                norms.append(np.linalg.norm(result.torques[0]))
            print(f"{name:10} {len(atoms):4d} atoms   rms |τ| {np.sqrt(np.mean(np.square(norms))):.1e} eV/rad")


def export(folder: Path, references: list) -> Path:
    return tumble.export(
        MorsePair(),
        folder / "morse.pt",
        name="morse",
        species=["O", "H"],
        cutoff=4.0,
        depth=1,
        dtype="float32",
        baseline=[0.0, 0.0],
        symmetry={"group": "O(3)", "kind": "exact", "energy_error": 0.0, "force_error": 0.0, "how": "by construction"},
        provenance={"data": [], "seeds": {}, "metrics": {}, "configuration": {}},
        licence="BSD-3-Clause",
        citation="toy model",
        references=references,
    )


if __name__ == "__main__":
    main()
