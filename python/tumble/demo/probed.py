"""The symmetry error of the model for several sets of rotations, on structures from a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from tumble.probe import Options, probe
from tumble.runs import Run

STRUCTURES = 8
# Up to the degree at which the error vanishes in single precision. A structure takes about two thousand evaluations.
OPTIONS = Options(
    sets=("none", "tetrahedral", "octahedral", "icosahedral", "icosahedral+inversion", "degree:7"),
    random=16,
    spectrum=0,
)
# Of the exact partner, which has nothing to average.
EXACT = Options(sets=("none",), random=0, spectrum=0)


def probe_run(run: Run, model: Path, options: Options = OPTIONS) -> dict[str, Any]:
    """Probe a model on equally spaced frames of a run, without the first.

    Args:
        run: Run of a few atoms without a box.
        model: Path of the model.
        options: Sets of rotations, and the reference with which they are compared.

    Returns:
        The results, in the form that `tumble probe --json` writes.

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
    return probe(model, structures, options).to_dict() | {"frames": f"“{run.name}”"}
