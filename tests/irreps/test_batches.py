from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.marked_toys import molecule

from tumble.errors import StructureError
from tumble.irreps.batches import Batches, load_whole, structures_of
from tumble.structures import to_structure


@pytest.mark.parametrize(("edges", "sizes"), [(1e9, [5]), (1, [1] * 5), (45, [2, 2, 1])])
def test_a_budget_bounds_the_edges_of_a_batch(model_path: Path, edges: float, sizes: list[int]) -> None:
    """Each molecule of five atoms within the cutoff has 20 edges or a few less."""
    potential = load_whole(model_path)
    structures = [to_structure(molecule(seed), ["H", "O"]) for seed in range(5)]
    memory = edges * potential.metadata.bytes_per_edge / 1024**2
    found = list(Batches(potential, structures, memory))
    assert [len(batch.places) for batch in found] == sizes
    assert [place for batch in found for place in batch.places] == list(range(5))
    for batch in found:
        assert len(batch.graph.vectors) <= max(edges, 20)
        assert [place for place, _, _ in batch.atoms()] == list(batch.places)
        assert [atoms.stop - atoms.start for _, _, atoms in batch.atoms()] == [5] * len(batch.places)


def test_the_default_budget_takes_small_structures_at_once(model_path: Path) -> None:
    structures = [to_structure(molecule(seed), ["H", "O"]) for seed in range(20)]
    assert len(list(Batches(load_whole(model_path), structures, None))) == 1


def test_the_structures_with_the_most_edges(model_path: Path) -> None:
    """Clusters of 1 to 5 atoms; of the two largest ones, a small budget leaves one."""
    potential = load_whole(model_path)
    structures = [to_structure(molecule(0, size), ["H", "O"]) for size in (1, 5, 2, 4, 1)]
    assert np.diff(Batches(potential, structures, None).largest(2).first_atom).tolist() == [5, 4]
    assert np.diff(Batches(potential, structures, 1e-9).largest(2).first_atom).tolist() == [5]
    assert np.diff(Batches(potential, structures[:1], None).largest(2).first_atom).tolist() == [1]


def test_the_number_of_a_wrong_structure() -> None:
    assert len(structures_of([molecule(0), molecule(1, 1)], ["H", "O"])) == 2
    with pytest.raises(StructureError, match=r"structure 1: .*H, O, got He"):
        structures_of([molecule(0), Atoms("He")], ["H", "O"])
    with pytest.raises(StructureError, match=r"structure 0: .*at least one atom"):
        structures_of([Atoms()], ["H", "O"])


def test_the_number_of_a_structure_without_a_graph(model_path: Path) -> None:
    frames = [molecule(0), molecule(1), molecule(2)]
    frames[1].positions[3] = frames[1].positions[2]
    with pytest.raises(StructureError, match=r"^structure 1: atom 2 and atom 3 .*distance"):
        Batches(load_whole(model_path), structures_of(frames, ["H", "O"]), None)
