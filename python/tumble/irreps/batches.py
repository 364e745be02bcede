"""Structures in batches that a budget of memory bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike

from ase import Atoms

from tumble import _core
from tumble.division import divided
from tumble.errors import StructureError
from tumble.model_file import load
from tumble.structures import located, to_structure


def load_whole(model: str | PathLike[str], device: str = "auto", *, check: bool = True) -> _core.Potential:
    """Load a model that evaluates each batch at once, so that its features have a row for each atom of the batch.

    Args, raises:
        As `tumble.load`.
    """
    return load(model, device=device, check=check, memory=math.inf)


def structures_of(frames: Sequence[Atoms], species: Sequence[str]) -> list[_core.Structure]:
    """Return the structures of frames.

    Raises:
        StructureError: If one has no atoms or an element that the model doesn't know; the message begins with its
            number.
    """
    structures = []
    for i, atoms in enumerate(frames):
        with located(f"structure {i}"):
            if len(atoms) == 0:
                raise StructureError("expected at least one atom, got none")
            structures.append(to_structure(atoms, species))
    return structures


@dataclass(frozen=True)
class Batch:
    """Structures that go through the model together.

    Attributes:
        places: Of the structures among all.
        graph: Of all of them.
    """

    places: range
    graph: _core.Graph

    def atoms(self) -> Iterator[tuple[int, int, slice]]:
        """Yield place among all, place in the batch, and atoms of each structure."""
        first = self.graph.first_atom
        for i, place in enumerate(self.places):
            yield place, i, slice(int(first[i]), int(first[i + 1]))


class Batches:
    """Structures in order, at least one in each batch; an iteration builds the graphs, and the division is kept."""

    def __init__(self, potential: _core.Potential, structures: Sequence[_core.Structure], memory: float | None) -> None:
        """Divide the structures.

        Args:
            potential: The model.
            structures: All structures.
            memory: Budget, MB; None for that of the core.

        Raises:
            StructureError: If a structure has no graph; the message begins with its number.
        """
        self._structures = structures
        self._cutoff = potential.metadata.cutoff
        self._most = potential.edges_within(memory)
        self._edges: list[int] = []
        for i, structure in enumerate(structures):
            with located(f"structure {i}"):
                self._edges.append(len(_core.build_graph([structure], self._cutoff).vectors))
        self._places = list(divided(self._edges, self._most))

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches."""
        for places in self._places:
            chosen = self._structures[places.start : places.stop]
            yield Batch(places, _core.build_graph(chosen, self._cutoff))

    def largest(self, count: int) -> _core.Graph:
        """Return the graph of the structures with the most edges, of `count` or as many as the budget allows."""
        order = sorted(range(len(self._edges)), key=lambda i: -self._edges[i])[:count]
        first = next(divided((self._edges[i] for i in order), self._most))
        return _core.build_graph([self._structures[i] for i in order[: first.stop]], self._cutoff)
