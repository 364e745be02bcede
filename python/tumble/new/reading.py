"""What the model says about the starting structure: energy, frame torque, and the time that a step takes."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import numpy as np

from tumble import _core
from tumble.model_file import load
from tumble.new.setup import Setup
from tumble.structures import to_structure

_REPEATS = 3
_LIMIT = 10.0  # s, after which no further repetition starts


@dataclass(frozen=True)
class Reading:
    """Results for the starting structure.

    Attributes:
        energy: Energy that the run starts from, eV; None with random rotations, which differ in each evaluation.
        torque: Norm of its frame torque, eV/rad.
        bare_energy: Energy in the lab frame, eV.
        bare_torque: Norm of its frame torque, eV/rad.
        seconds: Time of the model for an (outer) step with all beads, s; None if it wasn't measured.
        threads: Largest number of threads of the model.
        range: Å; an atom's energy depends on atoms up to this distance.
        exact: Whether the model is exactly invariant under rotations and inversion.
    """

    energy: float | None
    torque: float | None
    bare_energy: float
    bare_torque: float
    seconds: float | None
    threads: int
    range: float
    exact: bool


def read_model(setup: Setup, *, timing: bool) -> Reading:
    """Evaluate the starting structure.

    Args:
        setup: Structure, model and rotations.
        timing: Whether to measure the time.

    Raises:
        ModelFileError: If the model can't be loaded.
        StructureError: If the model lacks an element.
        EvaluationError: If the model fails.
    """
    potential = load(setup.model, outputs=False)
    metadata = potential.metadata
    structure = to_structure(setup.system.atoms, metadata.species)
    symmetrizer = _core.Symmetrizer(setup.symmetrize, "average", setup.seed)
    one = _core.build_graph([structure], metadata.cutoff)
    bare = potential.evaluate(one)
    average = bare if symmetrizer.trivial else None
    if average is None and not symmetrizer.random:
        average = potential.evaluate(one, [symmetrizer.frames()])
    seconds = None
    if timing:
        beads = _core.build_graph([structure] * setup.beads, metadata.cutoff)
        whole = _time(potential, beads, symmetrizer)
        seconds = whole if setup.mts == 1 else whole + setup.mts * _time(potential, beads, _core.Symmetrizer())
    return Reading(
        energy=None if average is None else float(average.energies[0]),
        torque=None if average is None else float(np.linalg.norm(average.torques[0])),
        bare_energy=float(bare.energies[0]),
        bare_torque=float(np.linalg.norm(bare.torques[0])),
        seconds=seconds,
        threads=_core.threads(),
        range=metadata.depth * metadata.cutoff,
        exact=metadata.sufficient_set == "none",
    )


def _time(potential: _core.Potential, graph: _core.Graph, symmetrizer: _core.Symmetrizer) -> float:
    """Return the median time of an evaluation, s, after one that isn't counted."""
    frames = [symmetrizer.frames()]
    start = time.perf_counter()
    potential.evaluate(graph, frames)
    if time.perf_counter() - start > _LIMIT:
        return time.perf_counter() - start
    times: list[float] = []
    while len(times) < _REPEATS and sum(times) < _LIMIT:
        start = time.perf_counter()
        potential.evaluate(graph, frames)
        times.append(time.perf_counter() - start)
    return statistics.median(times)
