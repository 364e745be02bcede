"""Times of an evaluation of each partner relative to that of the first."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

import torch
from ase import Atoms

import tumble
from tumble import _core
from tumble.demo.engines import SEED
from tumble.demo.partners import Partner
from tumble.structures import to_graph

LEAST, MOST = 3, 51  # rounds
ENOUGH = 1.0  # s, after which no other round starts


def relative_times(partners: Sequence[Partner], atoms: Atoms) -> list[float]:
    """Return the processor time of energy and forces for each partner, relative to the first, on one thread.

    Processor time excludes the time for which other programs interrupt this one: on a busy machine many times that of
    an evaluation. Each round evaluates all partners one after another; the median is that of the ratios within rounds.

    Args:
        partners: The partners; the first is the unit.
        atoms: The structure.

    Raises:
        EvaluationError: If a model fails.
    """
    potentials = {partner.path: tumble.load(partner.path, check=False) for partner in partners}
    graphs = {
        path: to_graph([atoms], potential.metadata.species, potential.metadata.cutoff)
        for path, potential in potentials.items()
    }
    cases = [(potentials[one.path], graphs[one.path], _frames(one.symmetrize)) for one in partners]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rounds: list[list[float]] = []
        spent = 0.0
        while len(rounds) < LEAST or (len(rounds) < MOST and spent < ENOUGH):
            seconds = [_seconds(*case) for case in cases]
            rounds.append([each / seconds[0] for each in seconds])
            spent += sum(seconds)
    finally:
        torch.set_num_threads(threads)
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def _frames(symmetrize: str) -> list[_core.Frames]:
    symmetrizer = _core.Symmetrizer(symmetrize, seed=int(SEED))
    return [] if symmetrizer.trivial else [symmetrizer.frames()]


def _seconds(potential: _core.Potential, graph: _core.Graph, frames: Sequence[_core.Frames]) -> float:
    potential.evaluate(graph)  # as in a simulation, where the same model was evaluated just before
    start = time.process_time()
    potential.evaluate(graph, frames)
    return time.process_time() - start
