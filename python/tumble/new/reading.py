"""What the model says about the starting structure: energy, frame torque, and the time that a step takes."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from tumble import _core
from tumble.model_file import load
from tumble.new.setup import Setup
from tumble.structures import to_structure

_REPEATS = 3
_LONG = 5.0  # s; a step that takes longer isn't evaluated as a whole, and no further repetition starts


@dataclass(frozen=True)
class Reading:
    """Results for the starting structure.

    Attributes:
        energy: Energy that the run starts from, eV; None with random rotations, which differ in each evaluation.
        torque: Norm of its frame torque, eV/rad.
        bare_energy: Energy in the lab frame, eV.
        bare_torque: Norm of its frame torque, eV/rad.
        seconds: Time of the model for an (outer) step with all beads, s; None if it wasn't measured.
        extrapolated: Whether it is from the time of one bead without rotations, since the whole step takes long.
        processes: Number of processes that evaluate beads at the same time.
        cores: Number of cores of this process.
        threads: Largest number of threads of the model.
        range: Å; an atom's energy depends on atoms up to this distance.
        exact: Whether the model is exactly invariant under rotations and inversion.
    """

    energy: float | None
    torque: float | None
    bare_energy: float
    bare_torque: float
    seconds: float | None
    extrapolated: bool
    processes: int
    cores: int
    threads: int
    range: float
    exact: bool


def read_model(setup: Setup, processes: int = 1, *, timing: bool) -> Reading:
    """Evaluate the starting structure.

    Args:
        setup: Structure, model and rotations.
        processes: Number of processes that evaluate beads at the same time.
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
    cores = len(os.sched_getaffinity(0))
    seconds, extrapolated = None, False
    if timing and processes > 1:
        with _one_thread():
            seconds, extrapolated = _step(setup, potential, [structure], symmetrizer)
        seconds *= setup.beads / min(processes, cores)
    elif timing:
        seconds, extrapolated = _step(setup, potential, [structure] * setup.beads, symmetrizer)
    return Reading(
        energy=None if average is None else float(average.energies[0]),
        torque=None if average is None else float(np.linalg.norm(average.torques[0])),
        bare_energy=float(bare.energies[0]),
        bare_torque=float(np.linalg.norm(bare.torques[0])),
        seconds=seconds,
        extrapolated=extrapolated,
        processes=processes,
        cores=cores,
        threads=_core.threads(),
        range=metadata.depth * metadata.cutoff,
        exact=metadata.sufficient_set == "none",
    )


def _step(
    setup: Setup, potential: _core.Potential, beads: list[_core.Structure], symmetrizer: _core.Symmetrizer
) -> tuple[float, bool]:
    """Return the time of the model for an (outer) step, s, and whether it is extrapolated from one evaluation."""
    cutoff, bare = potential.metadata.cutoff, _core.Symmetrizer()
    single = _time(potential, _core.build_graph(beads[:1], cutoff), bare)
    inner = setup.mts if setup.mts > 1 else 0
    evaluations = len(beads) * (len(symmetrizer) + inner)
    if single * evaluations > _LONG:
        return single * evaluations, True
    graph = _core.build_graph(beads, cutoff)
    seconds = _time(potential, graph, symmetrizer)
    return seconds + (inner * _time(potential, graph, bare) if inner else 0.0), False


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let the model use one thread, as in a process for each bead."""
    threads = _core.threads()
    _core.set_threads(1)
    try:
        yield
    finally:
        _core.set_threads(threads)


def _time(potential: _core.Potential, graph: _core.Graph, symmetrizer: _core.Symmetrizer) -> float:
    """Return the median time of an evaluation, s, after one that isn't counted."""
    frames = [symmetrizer.frames()]
    potential.evaluate(graph, frames)
    times: list[float] = []
    while len(times) < _REPEATS and sum(times) < _LONG:
        start = time.perf_counter()
        potential.evaluate(graph, frames)
        times.append(time.perf_counter() - start)
    return statistics.median(times)
