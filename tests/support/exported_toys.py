"""Fixture: model files of toys, each exported once per session; a plugin of `tests/conftest.py`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from ase import Atoms

import tumble
from support.broken_models import (
    AllocatesTooMuch,
    NanBeyond,
    NanForcesBeyond,
    PrintsEdges,
    RaisesBeyond,
    RaisesOutOfPlane,
)
from support.systems import systems
from support.toys import EdgeHarmonic, Handed, MorsePair, TwoHop
from tumble.models.pet import Pet, PetConfig

CUTOFF = 4.0
#: Toys that can't do every structure, or print what they are given.
FRAGILE = ("nan", "raises", "inf", "nan_forces", "allocates", "out_of_plane", "prints_edges")


def small_pet(layers: int, cutoff: float) -> torch.nn.Module:
    """A PET of a few message-passing layers with random weights."""
    torch.manual_seed(3)
    return Pet(
        PetConfig(species=("O", "H"), cutoff=cutoff, width=8, heads=2, radial=4, feedforward=8, message_layers=layers)
    )


class Toy(NamedTuple):
    """A network, its depth in cutoffs, and its cutoff in Å."""

    network: torch.nn.Module
    depth: int
    cutoff: float = CUTOFF


def toy(name: str) -> Toy:
    return {
        "harmonic": Toy(EdgeHarmonic(2, 1, CUTOFF), 1),
        "harmonic_2": Toy(EdgeHarmonic(3, -2, CUTOFF), 1),
        "harmonic_4": Toy(EdgeHarmonic(4, 0, CUTOFF), 1),
        "harmonic_5": Toy(EdgeHarmonic(5, -3, CUTOFF), 1),
        "long_harmonic": Toy(EdgeHarmonic(2, 1, 6.0), 1, 6.0),
        "two_hop": Toy(TwoHop(CUTOFF), 2),
        "short_two_hop": Toy(TwoHop(2.5), 2, 2.5),
        "pair": Toy(MorsePair(CUTOFF), 1),
        "handed": Toy(Handed(CUTOFF), 1),
        "nan": Toy(NanBeyond(0.85), 1),
        "raises": Toy(RaisesBeyond(0.85), 1),
        "inf": Toy(NanBeyond(0.85, float("inf")), 1),
        "nan_forces": Toy(NanForcesBeyond(0.85), 1),
        "allocates": Toy(AllocatesTooMuch(0.85), 1),
        "out_of_plane": Toy(RaisesOutOfPlane(0.9), 1),
        "prints_edges": Toy(PrintsEdges(), 1),
        "prints_edges_2": Toy(PrintsEdges(), 2),
        "prints_edges_3": Toy(PrintsEdges(), 3),
        "pet": Toy(small_pet(3, CUTOFF), 3),
        "deep_pet": Toy(small_pet(5, 6.0), 5, 6.0),
    }[name]


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Function from a toy's name to its model file; float64, species O and H."""
    folder = tmp_path_factory.mktemp("models")

    @cache
    def export(name: str) -> Path:
        model, depth, cutoff = toy(name)
        references = [systems()["molecule"]]
        references += [] if name.startswith(FRAGILE) else [systems()["triclinic"], Atoms("O", cell=[9, 9, 9])]
        return tumble.export(
            model,
            folder / f"{name}.pt",
            name=name,
            species=["O", "H"],
            cutoff=cutoff,
            depth=depth,
            dtype="float64",
            baseline=[-3.0, 1.5],
            symmetry={
                "group": "O(3)",
                "kind": {"pair": "exact", "handed": "rotations"}.get(name, "approximate"),
                "energy_error": None,
                "force_error": None,
                "how": "toy",
            },
            provenance={"data": [], "seeds": {}, "metrics": {}, "configuration": {}},
            licence="BSD-3-Clause",
            citation="toy model of Tumble's tests",
            references=references,
        )

    return export
