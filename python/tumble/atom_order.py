"""Check that the atoms of a server have the order of a structure file.

i-PI sends positions without elements, so another order of atoms assigns wrong elements: energies are wrong by
electronvolts, without any error. The first geometry of a run reveals it, in one of two ways:

1. The geometry lies on the sites of the file, as at the start of a run or in a crystal. Then each atom must be on a
   site of its element.
2. Atoms have moved, as in a continued run, or the file has the molecules at other positions. Then the surroundings
   still distinguish elements: the sorted inverse distances from an atom to its nearest neighbors, 1/r_1 ≥ 1/r_2 ≥ ...
   (two near 1 Å⁻¹ for O in water, one for H), depend neither on the order of atoms nor on orientation or position. The
   order is wrong if many atoms clearly have the surroundings of another element of the file, while the elements that
   the surroundings suggest have the numbers of the file.

Both checks are skipped if the given order is optimal: apart from a shift of all atoms, no other assignment of elements
to sites has shorter displacements. So a run that starts from displaced or shifted atoms passes.

If sites or surroundings are equal for all elements (rock salt, alloys), nothing can be concluded once atoms have moved,
and the order passes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from ase.units import Bohr
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from tumble import _core
from tumble.errors import StructureError

#: Largest number of atoms in a group that `elements_in_order` looks for.
_LONGEST_GROUP = 40
#: Larger coordinates and cells are invalid, Å.
_FARTHEST = 1e8
#: Atoms closer than this to a site are on it: i-PI sends positions from a file with fewer digits, Å.
_ON_SITE = 0.02
#: In a crystal atoms stay within this fraction of the shortest distance between sites.
_NEAR_SITE = 0.3
#: Number of neighbors in the surroundings of an atom, and their largest distance, Å.
_NEIGHBORS, _RANGE = 6, 4.0
#: Surroundings belong to an element if they are closer to it than to others, by this factor and this distance, Å⁻¹.
_FACTOR, _GAP = 0.5, 0.1
#: Largest fraction of atoms, among those with clear surroundings, with surroundings of another element. It is at most
#: 0.1 in the right order, in thermal structures of water, molecules and oxides, and mostly at least 0.3 in another.
_WRONG = 0.25
#: Another order preserves the number of atoms of each element, up to this fraction of the affected atoms.
_SURPLUS = 0.7
#: Largest number of atoms whose surroundings are compared: enough for a fraction, and fast in large systems.
_SAMPLE = 1000
#: Atoms closer than this coincide, Å: such a file has no meaningful surroundings.
_COINCIDENT = 0.1


def elements_in_order(symbols: Sequence[str]) -> str:
    """Return a short text with the elements, repeated groups in brackets: `64 × (O H H), Na, Cl`."""
    words, rest = [], list(symbols)
    while rest:
        length, count = max(
            ((length, _repeats(rest, length)) for length in range(1, _LONGEST_GROUP + 1)),
            key=lambda found: (found[0] * found[1] if found[1] > 1 else 1, -found[0]),
        )
        group = " ".join(rest[:length])
        words.append(group if count == 1 else f"{count} × {group}" if length == 1 else f"{count} × ({group})")
        rest = rest[length * count :]
    return ", ".join(words)


def _repeats(symbols: list[str], length: int) -> int:
    """Return how many times the first `length` symbols are repeated in sequence."""
    count = 1
    while symbols[count * length : (count + 1) * length] == symbols[:length]:
        count += 1
    return count


def check_order(atoms: Atoms, first: _core.Structure) -> None:
    """Compare the first geometry of a server with the structure that provides the elements.

    Args:
        atoms: Structure of the file. Its positions may be in Å or bohr, since ASE doesn't read the units of i-PI's
            files, and its cell may be missing.
        first: First geometry, in Å.

    Raises:
        StructureError: If it is the file's structure in another order that changes elements.
    """
    symbols = np.array(atoms.symbols)
    if len(set(symbols)) < 2 or not _evaluable(first):
        return
    if any(_is_best_order(symbols, scale * atoms.positions, first) for scale in (1.0, Bohr)):
        return
    for scale in (1.0, Bohr):
        found = _elements_of_sites(symbols, scale * atoms.positions, first)
        if found is not None:
            _refuse_unless_equal(symbols, found, "sits where the structure file has")
            return
    found = _elements_of_surroundings(symbols, atoms, first)
    if found is not None:
        _refuse_unless_equal(symbols, found, "has the surroundings of")


def _evaluable(structure: _core.Structure) -> bool:
    """Return whether positions and cell are plausible numbers; an evaluation refuses others and gives the reason."""
    return all(bool((np.abs(numbers) < _FARTHEST).all()) for numbers in (structure.positions, structure.cell))


def _refuse_unless_equal(symbols: NDArray[np.str_], found: NDArray[np.str_], how: str) -> None:
    wrong = np.flatnonzero(symbols != found)
    if len(wrong) == 0:
        return
    k = int(wrong[0])
    raise StructureError(
        f"`structure`: expected the server's atoms in the order {elements_in_order(list(symbols))}, got a first "
        f"geometry in another order: {len(wrong)} of {len(symbols)} atoms are at positions of other elements (atom "
        f"{k + 1}, which should be {symbols[k]}, {how} {found[k]}); give the driver the file from which the server "
        "starts, or `order` trust if atoms have exchanged positions since"
    )


def _periodic_cell(first: _core.Structure) -> NDArray[np.float64] | None:
    """Return the cell, or None if it has no volume.

    Periodic directions don't matter: i-PI may shift atoms by any cell vector.
    """
    lengths = np.linalg.norm(first.cell, axis=1)
    return first.cell if abs(np.linalg.det(first.cell)) > 1e-6 * np.prod(lengths) > 0.0 else None


def _shortest(vectors: NDArray[np.float64], cell: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return the vectors, [..., 3], minus the nearest lattice vectors."""
    if cell is None:
        return vectors
    result: NDArray[np.float64] = vectors - np.round(vectors @ np.linalg.inv(cell)) @ cell
    return result


def _is_best_order(symbols: NDArray[np.str_], sites: NDArray[np.float64], first: _core.Structure) -> bool:
    """Return whether this assignment of elements to sites has the smallest sum of squared displacements.

    A common shift of all atoms doesn't count.
    """
    cell = _periodic_cell(first)
    moves = first.positions - sites
    shift = moves[0] + _shortest(moves - moves[0], cell).mean(axis=0)
    moved = first.positions - shift
    if len(symbols) > _SAMPLE:  # a weaker but faster condition
        _, nearest = _tree(sites, cell).query(_place(moved, cell))
        return bool((symbols[nearest] == symbols).all())
    squares = np.sum(_shortest(moved[:, None] - sites[None], cell) ** 2, axis=2)
    _, assigned = linear_sum_assignment(squares)
    best = squares[np.arange(len(sites)), assigned].sum()
    return bool((symbols[assigned] == symbols).all() or np.trace(squares) <= best + _ON_SITE**2)


def _place(positions: NDArray[np.float64], cell: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return positions in Å along the cell vectors, within the cell."""
    if cell is None:
        return positions
    lengths = np.linalg.norm(cell, axis=1)
    result: NDArray[np.float64] = ((positions @ np.linalg.inv(cell)) % 1.0 * lengths) % lengths
    return result


def _tree(sites: NDArray[np.float64], cell: NDArray[np.float64] | None) -> cKDTree:
    return cKDTree(_place(sites, cell), boxsize=None if cell is None else np.linalg.norm(cell, axis=1))


def _elements_of_sites(
    symbols: NDArray[np.str_], sites: NDArray[np.float64], first: _core.Structure
) -> NDArray[np.str_] | None:
    """Return the element of the site on which each atom sits, or None if the atoms aren't on the sites."""
    cell = _periodic_cell(first)
    tree = _tree(sites, cell)
    _, nearest = tree.query(_place(first.positions, cell))
    if len(np.unique(nearest)) < len(symbols):
        return None
    distances = np.linalg.norm(_shortest(first.positions - sites[nearest], cell), axis=1)
    found: NDArray[np.str_] = symbols[nearest]
    if distances.max() <= _ON_SITE:
        return found
    # In a crystal a few ions may have exchanged sites by diffusion, but fewer than another order would move.
    spacing = tree.query(_place(sites, cell), k=2)[0][:, 1].min()
    if distances.max() <= _NEAR_SITE * spacing:
        return found if np.mean(found != symbols) > _WRONG else symbols
    return None


def _surroundings(structure: _core.Structure) -> NDArray[np.float64] | None:
    """Return the inverse distances to the k nearest neighbors, less the inverse range, [N, k] in Å⁻¹.

    Return None where atoms coincide.
    """
    try:
        graph = _core.build_graph([structure], _RANGE)
    except StructureError:
        return None  # an evaluation gives the reason
    distances = np.linalg.norm(graph.vectors, axis=1)
    if len(distances) > 0 and distances.min() < _COINCIDENT:
        return None
    centers = graph.edge_index[0]
    order = np.lexsort((distances, centers))
    centers, distances = centers[order], distances[order]
    rank = np.arange(len(centers)) - np.searchsorted(centers, centers)
    kept = rank < _NEIGHBORS
    result = np.zeros((len(structure), _NEIGHBORS))
    result[centers[kept], rank[kept]] = 1.0 / distances[kept] - 1.0 / _RANGE
    return result


def _elements_of_surroundings(
    symbols: NDArray[np.str_], atoms: Atoms, first: _core.Structure
) -> NDArray[np.str_] | None:
    """Return the element whose surroundings those of each atom resemble most; outside a sample, its own element.

    Return None if there is no evidence of another order.
    """
    there = _surroundings(first)
    if there is None:
        return None
    known = [found for scale in (1.0, Bohr) if (found := _surroundings(_in_file(atoms, first, scale))) is not None]
    if not known:
        return None
    # the unit in which the surroundings of the file are closer to those of the geometry
    here = min(known, key=lambda found: float(np.median(cKDTree(found).query(there)[0])))
    sample = np.sort(np.random.default_rng(0).permutation(len(symbols))[:_SAMPLE])
    elements, kinds = np.unique(symbols, return_inverse=True)
    distances = np.array([cKDTree(here[kinds == kind]).query(there[sample])[0] for kind in range(len(elements))])
    nearest, claimed, each = distances.argmin(axis=0), kinds[sample], np.arange(len(sample))
    own = distances[claimed, each]
    distances[claimed, each] = np.inf
    other = distances.min(axis=0)
    wrong = int(np.sum((other < _FACTOR * own) & (own - other > _GAP)))
    right = int(np.sum((own < _FACTOR * other) & (other - own > _GAP)))
    counts = [np.bincount(found, minlength=len(elements)) for found in (nearest, claimed)]
    surplus = int(np.abs(counts[0] - counts[1]).sum())
    if wrong < 2 or wrong < _WRONG * (wrong + right) or surplus > _SURPLUS * np.sum(nearest != claimed):
        return None
    result: NDArray[np.str_] = symbols.copy()
    result[sample] = elements[nearest]
    return result


def _in_file(atoms: Atoms, first: _core.Structure, scale: float) -> _core.Structure:
    """Return the structure of the file, with the server's cell if the file has none."""
    without = atoms.cell.rank == 0
    cell = first.cell if without else scale * atoms.cell.array
    periodic = first.periodic if without else atoms.pbc.tolist()
    return _core.Structure(first.species, scale * atoms.positions, cell, periodic)
