"""The symmetry error of the model against the set of rotations, on structures that a run went through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from tumble.probe import Options, probe
from tumble.runs import Run

STRUCTURES = 8
# Up to the degree at which nothing is left in single precision. Each structure takes some two thousand evaluations.
OPTIONS = Options(
    sets=("none", "tetrahedral", "octahedral", "icosahedral", "icosahedral+inversion", "degree:7"),
    random=16,
    spectrum=0,
)


def probe_run(run: Run, model: Path) -> dict[str, Any]:
    """Probe a model on some frames of a run, at equal distances and without the first.

    Args:
        run: Of few atoms, without a box.
        model: Path.

    Returns:
        As `tumble probe --json` writes it.

    Raises:
        NotApplicableError: If the run has no trajectory.
        EvaluationError: If the model fails.
    """
    universe = run.universe()
    structures = []
    for frame in np.linspace(0, len(universe.trajectory) - 1, STRUCTURES + 1, dtype=int)[1:].tolist():
        positions = universe.trajectory[frame].positions
        structures.append(Atoms(universe.atoms.elements.tolist(), positions.astype(np.float64)))
    universe.trajectory.close()
    return probe(model, structures, OPTIONS).to_dict() | {"frames": f"“{run.name}”"}
