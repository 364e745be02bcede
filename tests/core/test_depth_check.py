"""A file that claims a smaller depth than its network has is refused: it would be wrong on several MPI ranks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ase import Atoms
from support.model_files import with_metadata
from support.systems import systems

import tumble
from tumble import metadata
from tumble.errors import MetadataError
from tumble.models.toys import TwoHop

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
    with pytest.raises(MetadataError, match=TEXT.format("(its reference .*: )?", 1)):
        tumble.load(with_metadata(lone, tmp_path / "claims.pt", depth=1), "cpu")
