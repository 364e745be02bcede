"""Neighbor lists and graphs against ASE's, which is another algorithm."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.neighborlist import neighbor_list
from support.systems import systems

from tumble import _core

CUTOFF = 4.0
SYSTEMS = systems()


def structure(atoms: Atoms) -> _core.Structure:
    return _core.Structure([0] * len(atoms), atoms.positions, atoms.cell.array, list(atoms.pbc))


def edge_set(i: np.ndarray, j: np.ndarray, shifts: np.ndarray) -> list[tuple[int, ...]]:
    return sorted(tuple(map(int, row)) for row in np.column_stack((i, j, shifts)))


@pytest.mark.parametrize("name", SYSTEMS)
def test_edges_are_those_of_ase(name: str) -> None:
    atoms = SYSTEMS[name]
    graph = _core.build_graph([structure(atoms)], CUTOFF)
    i, j, shifts, vectors = neighbor_list("ijSD", atoms, CUTOFF)
    assert edge_set(*graph.edge_index, graph.shifts) == edge_set(i, j, shifts)

    def in_order(i: np.ndarray, j: np.ndarray, shifts: np.ndarray) -> np.ndarray:
        return np.lexsort((*shifts.T, j, i))

    ours, theirs = in_order(*graph.edge_index, graph.shifts), in_order(i, j, shifts)
    np.testing.assert_allclose(graph.vectors[ours], vectors[theirs], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", SYSTEMS)
def test_edges_are_sorted_and_reversed_exactly(name: str) -> None:
    graph = _core.build_graph([structure(SYSTEMS[name])], CUTOFF)
    i, j = graph.edge_index
    reverse = graph.reverse
    assert (np.diff(i) >= 0).all()
    assert (reverse >= 0).all()
    np.testing.assert_array_equal(reverse[reverse], np.arange(len(reverse)))
    np.testing.assert_array_equal((i[reverse], j[reverse]), (j, i))
    np.testing.assert_array_equal(graph.shifts[reverse], -graph.shifts)
    np.testing.assert_array_equal(graph.vectors[reverse], -graph.vectors)  # to the last bit


def test_positions_may_be_unwrapped() -> None:
    atoms = SYSTEMS["triclinic"]
    moved = atoms.copy()
    moved.positions += np.random.default_rng(0).integers(-9, 10, (len(atoms), 3)) @ atoms.cell.array
    inside, outside = (_core.build_graph([structure(a)], CUTOFF) for a in (atoms, moved))

    def lengths(graph: _core.Graph) -> np.ndarray:
        return np.sort(np.linalg.norm(graph.vectors, axis=1))

    np.testing.assert_allclose(lengths(outside), lengths(inside), atol=1e-11)


def test_a_batch_is_its_structures_one_after_the_other() -> None:
    names = ["small", "molecule", "slab"]
    batch = _core.build_graph([structure(SYSTEMS[n]) for n in names], CUTOFF)
    edges = 0
    for n, name in enumerate(names):
        single = _core.build_graph([structure(SYSTEMS[name])], CUTOFF)
        first, here = batch.first_atom[n], slice(edges, edges + len(single.reverse))
        np.testing.assert_array_equal(batch.edge_index[:, here], single.edge_index + first)
        np.testing.assert_array_equal(batch.reverse[here], single.reverse + edges)
        np.testing.assert_array_equal(batch.vectors[here], single.vectors)
        edges += len(single.reverse)
    assert edges == len(batch.reverse)


def test_pairs_at_the_cutoff_stay_in_pairs() -> None:
    # a simple cubic lattice with its third shell exactly at the cutoff, displaced so that rounding differs
    lattice = Atoms("H8", cell=np.eye(3) * 6.0, pbc=True)
    lattice.positions = 3.0 * np.stack(np.meshgrid(*[range(2)] * 3), -1).reshape(-1, 3) + 0.1
    graph = _core.build_graph([structure(lattice)], 3.0 * np.sqrt(3.0))
    assert (graph.reverse >= 0).all()


def test_no_atoms_and_no_edges() -> None:
    empty = _core.Structure(np.zeros(0, int), np.zeros((0, 3)), np.zeros((3, 3)), [False] * 3)
    graph = _core.build_graph([empty, structure(Atoms("H")), empty], CUTOFF)
    assert graph.edge_index.shape == (2, 0)
    np.testing.assert_array_equal(graph.first_atom, [0, 0, 1, 1])
    assert len(_core.build_graph([], CUTOFF).first_atom) == 1


@pytest.mark.parametrize("far", [1.3e3, 2e6, 9e7])
@pytest.mark.parametrize("direction", [(1, 0, 0), (1, 1, 0), (1, 1, 1), (0, 0.3, 1)])
def test_an_atom_far_away_in_open_space(far: float, direction: tuple[float, float, float]) -> None:
    """Vast and mostly empty, also flat or straight: the neighbors are those of the molecule alone."""
    molecule = Atoms("OHH", [[0, 0, 0], [0.8, 0.6, 0], [-0.8, 0.6, 0]])
    evaporated = molecule + Atoms("H", [far * np.array(direction)])
    graph = _core.build_graph([structure(evaporated)], CUTOFF)
    alone = _core.build_graph([structure(molecule)], CUTOFF)
    np.testing.assert_array_equal(graph.edge_index, alone.edge_index)
    np.testing.assert_allclose(graph.vectors, alone.vectors, atol=1e-12)


@pytest.mark.parametrize(
    ("lengths", "pbc"),
    [((2000, 2000, 4.2), [True] * 3), ((7, 8, 9), [True, True, False]), ((7, 8, 9), [False, False, True])],
)
def test_vast_periodic_boxes(lengths: tuple[float, float, float], pbc: list[bool]) -> None:
    """Thin in one direction, or with an atom far along an open one; against all images one by one."""
    cell = np.diag(np.array(lengths, float))
    far = np.where(pbc, 0.4 * np.array(lengths), 3e5)
    positions = np.array([[0.1, 0.2, 0.3], [1.0, 0.4, 0.5], far, far + np.array([0.9, 0.2, 0.1])])
    graph = _core.build_graph([_core.Structure([0] * 4, positions, cell, pbc)], CUTOFF)
    expected = []
    images = [range(-2, 3) if periodic else (0,) for periodic in pbc]
    for shift in np.stack(np.meshgrid(*images), -1).reshape(-1, 3):
        vectors = positions[None] + shift @ cell - positions[:, None]
        r = np.linalg.norm(vectors, axis=2)
        expected += [(i, j, *shift) for i, j in np.argwhere((r > 0) & (r < CUTOFF))]
    assert edge_set(*graph.edge_index, graph.shifts) == sorted(tuple(map(int, e)) for e in expected)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda a: a.set_cell(np.zeros((3, 3))), r"`cell` vector 0: .*0\.01 to 100000000 Å .* got 0"),
        (
            lambda a: a.set_cell([[1, 0, 0], [2, 0, 0], [0, 0, 1]]),
            r"`cell`: .*independent",
        ),
        *(
            (lambda a, length=length: a.set_cell(length * np.eye(3)), rf"`cell` vector 0: .* got {shown}")
            for length, shown in [(1e-9, "1e-09"), (1e-5, "1e-05"), (1e160, r"1e\+160"), (np.nan, "nan")]
        ),
        # 24 atoms, π/6 (2 · 4 / length)³ of each and its images
        (lambda a: a.set_cell(0.01 * np.eye(3)), r"`cell`: .* 10000 .* 6433981755;"),
        (lambda a: a.set_cell(0.4 * np.eye(3)), r"`cell`: .* 10000 .* 100530\.9649;"),
        (
            lambda a: a.positions.__setitem__(1, a.positions[0] + [0, 1e-9, 0]),
            r"atom 0 and atom 1 .*0\.01 Å, got 1\.0+\d*e-09",
        ),
        (
            lambda a: a.positions.__setitem__((1, 2), np.nan),
            r"`positions` of atom 1 .*100000000 Å, got nan",
        ),
        (
            lambda a: a.positions.__setitem__(1, a.positions[0]),
            r"atom 0 and atom 1 .*0\.01 Å, got 0",
        ),
    ],
)
def test_wrong_structures(change, text: str) -> None:
    atoms = SYSTEMS["triclinic"].copy()
    change(atoms)
    with pytest.raises(_core.StructureError, match=text):
        _core.build_graph([structure(atoms)], CUTOFF)


@pytest.mark.parametrize("length", [1e3, 1e5, 1e8])
def test_molecule_in_a_vast_periodic_box(length: float) -> None:
    """The pairs of the molecule alone, across the boundary, too."""
    positions = np.array([[0.0, 0.0, 0.1], [0.0, 0.76, -0.49], [0.0, -0.76, -0.49]])  # H2O around a corner
    alone = _core.build_graph([_core.Structure([0, 1, 1], positions, np.zeros((3, 3)), [False] * 3)], CUTOFF)
    for inside in (positions, positions % length):
        boxed = _core.build_graph([_core.Structure([0, 1, 1], inside, length * np.eye(3), [True] * 3)], CUTOFF)
        np.testing.assert_array_equal(boxed.edge_index, alone.edge_index)
        np.testing.assert_allclose(boxed.vectors, alone.vectors, atol=1e-15 * length + 1e-12)


def test_box_beyond_reason() -> None:
    cell = np.diag([1e8, 1e8, 3.0])
    with pytest.raises(_core.StructureError, match="vast and thin"):
        _core.build_graph([_core.Structure([0, 0], np.eye(3)[:2], cell, [True] * 3)], CUTOFF)


def test_species_of_another_length() -> None:
    with pytest.raises(_core.StructureError, match=r"`species`: .* 2 atoms, got 3"):
        _core.build_graph([_core.Structure([0, 0, 0], np.eye(3)[:2], np.eye(3), [False] * 3)], CUTOFF)
