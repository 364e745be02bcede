"""A file that claims a smaller depth than its network has is refused: it would be wrong on several MPI ranks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from ase import Atoms
from support.model_files import with_metadata, with_other_network
from support.systems import systems
from support.toys import TwoHop

import tumble
from tumble import metadata
from tumble.errors import EvaluationError, MetadataError

ModelFile = Callable[[str], Path]
TEXT = r"claims\.pt`: {}metadata field `depth`: expected as many cutoffs as an atomic energy sees, got {}, with "


@pytest.mark.parametrize(
    ("name", "claim"), [("two_hop", 1), ("short_two_hop", 1), ("pet", 1), ("pet", 2), ("prints_edges", 1)]
)
def test_claims(tmp_path: Path, model_file: ModelFile, name: str, claim: int) -> None:
    """The true depths are 2, 2, 3, 3 and 1."""
    path = with_metadata(model_file(name), tmp_path / "claims.pt", depth=claim)
    if name == "prints_edges":
        assert tumble.load(path, "cpu").metadata.depth == 1
        return
    where = "its reference structure `reference .`, cut to the claimed depth: "
    with pytest.raises(MetadataError, match=TEXT.format(f"({where})?", claim)):
        tumble.load(path, "cpu")
    assert tumble.load(path, "cpu", check=False).metadata.depth == claim


class NeedsNeighbors(torch.nn.Module):
    """Fails for atoms without edges next to others with some, as a halo of a parallel run has."""

    def forward(
        self, edge_vectors: torch.Tensor, edge_index: torch.Tensor, reverse: torch.Tensor, species: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        count = torch.bincount(edge_index[0], minlength=species.size(0))
        if count.size(0) > 1 and bool((count == 0).any()):
            raise ValueError("an atom without neighbors")
        zeros = torch.zeros(species.size(0), dtype=edge_vectors.dtype)
        return {"energy": zeros.index_add(0, edge_index[0], edge_vectors.square().sum(1))}


def lone_atom(source: Path, target: Path, **fields: object) -> Path:
    """A copy of a model file with a reference that can't tell the depth; its energy is that of a free atom."""
    zero = [[0.0] * 3]
    reference = metadata.read(source)["references"][0] | {
        "symbols": ["O"],
        "positions": zero,
        "forces": zero,
        "virial": zero * 3,
        "energy": metadata.read(source)["baseline"][0],
    }
    return with_metadata(source, target, references=[reference], **fields)


def test_a_model_that_fails_at_the_end_of_a_halo_is_refused(tmp_path: Path, model_file: ModelFile) -> None:
    """Not only if a reference shows it: it would fail on several ranks."""
    broken = with_other_network(lone_atom(model_file("pair"), tmp_path / "a.pt"), tmp_path / "b.pt", NeedsNeighbors())
    with pytest.raises(EvaluationError, match=r"b\.pt`: .*chain.*neighbors"):
        tumble.load(broken, "cpu")


def test_a_cutoff_that_is_too_short_for_a_chain(tmp_path: Path, model_file: ModelFile) -> None:
    """Its atoms would be nearer to each other than any structure's may be."""
    short = lone_atom(model_file("pair"), tmp_path / "short.pt", cutoff=0.012)
    assert tumble.load(short, "cpu").metadata.cutoff == 0.012


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("reference", [Atoms("O"), Atoms("OH", [[0, 0, 0], [0, 0, 1]]), systems()["triclinic"]])
def test_references_of_any_size(tmp_path: Path, reference: Atoms, dtype: str) -> None:
    """An atom, and a pair with a third claimed, can't tell; then a chain does."""
    references = [reference] if len(reference) > 1 else [systems()["molecule"], reference]
    path = tumble.export(
        TwoHop(),
        tmp_path / "two_hop.pt",
        name="two_hop",
        species=["O", "H"],
        cutoff=4.0,
        depth=2,
        dtype=dtype,
        baseline=[-400.0, 1.5],
        symmetry={"group": "O(3)", "kind": "approximate", "energy_error": None, "force_error": None, "how": "toy"},
        provenance={"data": [], "seeds": {}, "metrics": {}, "configuration": {}},
        licence="none",
        citation="none",
        references=references,
    )
    alone = [entry for entry in metadata.read(path)["references"] if len(entry["symbols"]) == len(reference)]
    lone = with_metadata(path, tmp_path / "lone.pt", references=alone)
    for depth in (2, 3, 7):
        assert tumble.load(with_metadata(lone, tmp_path / "claims.pt", depth=depth), "cpu").metadata.depth == depth
    with pytest.raises(MetadataError, match=TEXT.format("((its reference|a chain) .*: )?", 1)):
        tumble.load(with_metadata(lone, tmp_path / "claims.pt", depth=1), "cpu")
