"""The base of averages over ring polymers of a tensor for each atom, by element."""

from __future__ import annotations

from typing import Any

from tumble.errors import NotApplicableError
from tumble.observables.base.observable import FrameObservable
from tumble.observables.quantities.anisotropy import elements_of
from tumble.observables.quantities.exchange import OwnAverages, exchanged
from tumble.observables.quantities.quantity import Quantity
from tumble.trajectories.centroid import beads_of
from tumble.trajectories.element_groups import atoms_by_element
from tumble.types import Array


class BeadTensors(FrameObservable):
    """An average over frames that also tests whether atoms keep individual tensors (`exchange`).

    Args:
        universe: A `MDAnalysis.Universe` with elements, whose frames hold ring polymers.
        isotropic: Whether the system itself prefers no direction.
        blocks: See `Observable`.
        verbose: See `Observable`.

    Raises:
        NotApplicableError: If frames contain a single bead, or elements are unknown.
    """

    #: Name of the tensor, for notes.
    tensor: str
    #: Why a single bead isn't enough, for the error.
    single_bead: str

    def __init__(self, universe: Any, *, isotropic: bool, blocks: int | None, verbose: bool) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        self._elements = atoms_by_element(universe)
        self._isotropic = isotropic
        if len(beads_of(universe.trajectory[0])) < 2:
            raise NotApplicableError(
                f"`universe`: expected ring polymers, got frames of one bead, {self.single_bead}; open the files of "
                "all beads together"
            )

    @property
    def _counts(self) -> dict[str, int]:
        """Number of atoms of each element."""
        return {symbol: len(atoms) for symbol, atoms in self._elements.items()}

    def _prepare(self) -> None:
        super()._prepare()
        for symbol in self._elements:
            self.results[_own(symbol)] = OwnAverages(len(self._used))

    def _aggregators(self) -> dict[str, Any]:
        return {**super()._aggregators(), **{_own(symbol): OwnAverages.joined for symbol in self._elements}}

    def _add_own(self, symbol: str, tensors: Array) -> None:
        """Add the tensors [N,3,3] of the atoms of an element in the current frame to their averages."""
        self.results[_own(symbol)].add(self._place, elements_of(tensors))

    def _exchanged(self, symbol: str, anisotropy: Quantity) -> tuple[Quantity, tuple[str, ...]]:
        """Return the anisotropy of an element, marked as not resolved if its atoms differ, and a note in this case."""
        return exchanged(anisotropy, self.results[_own(symbol)], f"{self.tensor} of {symbol}")


def _own(symbol: str) -> str:
    return f"own_{symbol}"
