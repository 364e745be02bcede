from __future__ import annotations

from pathlib import Path

import pytest
from support.marked_toys import molecule

from tumble.irreps.batches import Batches, load_whole
from tumble.structures import to_structure


@pytest.mark.parametrize(("edges", "sizes"), [(1e9, [5]), (1, [1] * 5), (45, [2, 2, 1])])
def test_a_budget_bounds_the_edges_of_a_batch(model_path: Path, edges: float, sizes: list[int]) -> None:
    """Each molecule of five atoms within the cutoff has 20 edges or a few less."""
    potential = load_whole(model_path)
    structures = [to_structure(molecule(seed), ["H", "O"]) for seed in range(5)]
    memory = edges * potential.metadata.bytes_per_edge * 1e-6
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
