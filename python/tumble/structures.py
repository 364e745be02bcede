"""Conversion of ASE's `Atoms` to the core's `Structure` and `Graph`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers

from tumble import _core
from tumble.errors import StructureError


@contextmanager
def located(where: str) -> Iterator[None]:
    """Let the message of an error about a structure begin with its place.

    Args:
        where: Place of the structure, such as its file and number.

    Raises:
        StructureError: If the code inside raises one.
    """
    try:
        yield
    except StructureError as error:
        raise StructureError(f"{where}: {error}") from error


def unknown_elements(species: Sequence[str]) -> list[str]:
    """Return the entries that are not chemical symbols; ASE's `X`, an unknown atom, isn't one."""
    return [symbol for symbol in species if symbol == "X" or symbol not in atomic_numbers]


def to_structure(atoms: Atoms, species: Sequence[str]) -> _core.Structure:
    """Return a structure of ASE as one of the core.

    Args:
        atoms: Positions and cell in Å.
        species: Chemical symbols in the model's order.

    Raises:
        StructureError: If an element isn't among `species`.
    """
    index = {symbol: i for i, symbol in enumerate(species)}
    symbols = list(atoms.symbols)
    unknown = sorted(set(symbols) - set(index))
    if unknown:
        raise StructureError(f"`atoms`: expected elements among {', '.join(species)}, got {', '.join(unknown)}")
    return _core.Structure(
        species=np.array([index[symbol] for symbol in symbols], dtype=np.int64),
        positions=np.asarray(atoms.positions, dtype=np.float64),
        cell=np.asarray(atoms.cell.array, dtype=np.float64),
        periodic=atoms.pbc.tolist(),
    )


def geometry_key(atoms: Atoms) -> list[int]:
    """Return the key of random rotations: a hash of positions and periodic cell vectors, to the last bit."""
    return _core.geometry_key(to_structure(atoms, sorted(set(atoms.symbols))))


def frames_of(symmetrizer: _core.Symmetrizer, structures: Sequence[_core.Structure]) -> list[_core.Frames]:
    """Return the rotations for an evaluation of structures: one set for all or, if random, one for each structure.

    Random rotations depend on the seed and on the last bit of positions and cell.
    """
    if not symmetrizer.random:
        return [symmetrizer.frames()]
    return [symmetrizer.frames(_core.geometry_key(structure)) for structure in structures]


def to_graph(frames: Sequence[Atoms], species: Sequence[str], cutoff: float) -> _core.Graph:
    """Return the graph of a batch of structures.

    Args:
        frames: Positions and cells in Å.
        species: Chemical symbols in the model's order.
        cutoff: Å.

    Raises:
        StructureError: If an element isn't among `species`, or positions or a cell are impossible.
    """
    return _core.build_graph([to_structure(atoms, species) for atoms in frames], cutoff)
