"""Times of an evaluation of each partner relative to that of the first."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from itertools import count

import torch
from ase import Atoms

import tumble
from tumble import _core
from tumble.demo.engines import SEED
from tumble.demo.partners import Partner
from tumble.structures import to_graph

LEAST, MOST = 3, 15  # rounds
ENOUGH = 1.5  # s, after which no other round starts
SHORTEST = (
    0.02  # s; evaluations that take less are repeated, since a busy machine interrupts a program for milliseconds
)


def relative_times(partners: Sequence[Partner], atoms: Atoms, threads: int) -> list[float]:
    """Return the time of energy and forces for each partner, relative to the first.

    Each round evaluates all partners one after another. The median is that of the ratios within rounds, since these
    hardly depend on what else the machine does.

    Args:
        partners: The partners; the first is the unit.
        atoms: The structure.
        threads: Number of threads of the models.

    Raises:
        EvaluationError: If a model fails.
    """
    potentials = {partner.path: tumble.load(partner.path, check=False) for partner in partners}
    graphs = {
        path: to_graph([atoms], potential.metadata.species, potential.metadata.cutoff)
        for path, potential in potentials.items()
    }
    frames = [_frames(partner.symmetrize) for partner in partners]
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for path, potential in potentials.items():
            _seconds(potential, graphs[path], [], 1)  # the first evaluation also prepares the weights
        first = partners[0].path
        repeats = max(1, round(SHORTEST / _seconds(potentials[first], graphs[first], [], 1)))
        rounds: list[list[float]] = []
        start = time.perf_counter()
        for number in count():
            if number == MOST or (number >= LEAST and time.perf_counter() - start > ENOUGH):
                break
            seconds = [
                _seconds(potentials[partner.path], graphs[partner.path], turned, repeats)
                for partner, turned in zip(partners, frames, strict=True)
            ]
            rounds.append([each / seconds[0] for each in seconds])
    finally:
        torch.set_num_threads(before)
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def _frames(symmetrize: str) -> list[_core.Frames]:
    symmetrizer = _core.Symmetrizer(symmetrize, seed=int(SEED))
    return [] if symmetrizer.trivial else [symmetrizer.frames()]


def _seconds(potential: _core.Potential, graph: _core.Graph, frames: Sequence[_core.Frames], repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        potential.evaluate(graph, frames)
    return time.perf_counter() - start
