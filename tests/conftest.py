"""Model files that several tests use, exported once per session."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from ase import Atoms
from support.broken_models import NanBeyond, PrintsEdges, RaisesBeyond
from support.systems import systems

import tumble
from tumble.models.pet import Pet, PetConfig
from tumble.models.toys import EdgeHarmonic, MorsePair, TwoHop

CUTOFF = 4.0


def small_pet() -> torch.nn.Module:
    """A PET of three message-passing layers with random weights."""
    torch.manual_seed(3)
    return Pet(
        PetConfig(species=("O", "H"), cutoff=CUTOFF, width=8, heads=2, radial=4, feedforward=8, message_layers=3)
    )


def network(name: str) -> tuple[torch.nn.Module, int]:
    """The network and its depth in cutoffs."""
    return {
        "harmonic": (EdgeHarmonic(2, 1, CUTOFF), 1),
        "harmonic_2": (EdgeHarmonic(3, -2, CUTOFF), 1),
        "two_hop": (TwoHop(CUTOFF), 2),
        "pair": (MorsePair(CUTOFF), 1),
        "nan": (NanBeyond(0.85), 1),
        "raises": (RaisesBeyond(0.85), 1),
        "prints_edges": (PrintsEdges(), 1),
        "prints_edges_2": (PrintsEdges(), 2),
        "prints_edges_3": (PrintsEdges(), 3),
        "pet": (small_pet(), 3),
    }[name]


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Function from a toy's name to its model file; float64, species O and H."""
    folder = tmp_path_factory.mktemp("models")

    @cache
    def export(name: str) -> Path:
        model, depth = network(name)
        references = [systems()["molecule"]]
        references += (
            []
            if name in ("nan", "raises") or name.startswith("prints_edges")
            else [systems()["triclinic"], Atoms("O", cell=[9, 9, 9])]
        )
        return tumble.export(
            model,
            folder / f"{name}.pt",
            name=name,
            species=["O", "H"],
            cutoff=CUTOFF,
            depth=depth,
            dtype="float64",
            baseline=[-3.0, 1.5],
            symmetry={
                "group": "O(3)",
                "kind": "exact" if name == "pair" else "approximate",
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
