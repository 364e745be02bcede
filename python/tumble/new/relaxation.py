"""Relaxation of a starting structure with the model."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.optimize import LBFGS

from tumble import _core
from tumble.calculator import Calculator
from tumble.new.setup import Setup
from tumble.registry import find_model

#: eV/Å: below it, the structure is near enough to a minimum for a run.
FORCE = 0.02
#: For molecules and clusters: rotations of the whole have a slope in the bare model, which optimizers follow.
AVERAGED = "octahedral"
_STEPS_OPEN, _STEPS = 200, 30


@dataclass(frozen=True)
class Relaxed:
    """A relaxed structure.

    Attributes:
        atoms: Structure.
        steps: Number of steps.
        force: Largest force on an atom at the end, eV/Å.
        symmetrize: Rotations over which the model was averaged.
    """

    atoms: Atoms
    steps: int
    force: float
    symmetrize: str


def relaxed(setup: Setup) -> Relaxed:
    """Relax positions at constant cell, for a limited number of steps: the run starts near, not at, a minimum.

    Raises:
        ModelFileError: If the model can't be loaded.
        StructureError, EvaluationError: If it can't evaluate the structure.
    """
    atoms = Atoms(setup.system.atoms)
    exact = _core.read_metadata(str(find_model(setup.model))).sufficient_set == "none"
    averaged = AVERAGED if setup.system.open and not exact else "none"
    atoms.calc = Calculator(setup.model, symmetrize=averaged)
    # An optimizer with a line search would stop at the rounding of a float32 model.
    optimizer = LBFGS(atoms, logfile=os.devnull, maxstep=0.1)
    steps = _STEPS_OPEN if setup.system.open else _STEPS
    optimizer.run(fmax=FORCE, steps=steps)  # type: ignore[no-untyped-call]
    force = float(np.linalg.norm(atoms.calc.results["forces"], axis=1).max())
    result = Atoms(atoms.symbols, atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
    return Relaxed(result, int(optimizer.nsteps), force, averaged)
