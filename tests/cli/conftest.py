"""Labeled structures, a training to export, and two runs to analyze."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write
from support.systems import systems
from support.tumbling_water import write_run

import tumble
from tumble.models.pet import Pet, PetConfig
from tumble.train.checkpoint import save_model

SYSTEMS = systems()


@pytest.fixture
def frames(tmp_path, model_file):
    """A file whose labels are 5 meV/atom above and 10 meV/Å below the harmonic toy."""
    path = tmp_path / "frames.xyz"
    calculator = tumble.Calculator(model_file("harmonic"), device="cpu")
    for name in ("triclinic", "molecule", "slab"):
        atoms = SYSTEMS[name].copy()
        atoms.calc = calculator
        energy, forces = atoms.get_potential_energy() + 5e-3 * len(atoms), atoms.get_forces() - 0.01
        atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
        write(path, atoms, append=True)
    return path


@pytest.fixture
def training(tmp_path, frames):
    """What a training of a tiny model leaves."""
    torch.manual_seed(0)
    config = PetConfig(species=("H", "O"), width=8, heads=2, feedforward=8)
    model = Pet(config)
    summary = {
        "finished": True,
        "steps": 12,
        "minutes": 0.5,
        "parameters": sum(p.numel() for p in model.parameters()),
        "metrics": {"water": {"energy_mae": 1.5, "force_mae": 80.25}},
        "data": [
            {
                "name": "water",
                "file": "frames.xyz",
                "sha256": "0" * 64,
                "frames": {"training": 2, "validation": 1},
            }
        ],
        "seed": 7,
        "configuration": {"dtype": "float32", "data": {"water": {"path": str(frames), "group": None}}},
        "versions": {"torch": str(torch.__version__)},
    }
    folder = tmp_path / "training"
    folder.mkdir()
    save_model(folder, config, model.state_dict(), torch.tensor([-13.6, -430.0], dtype=torch.float64), summary)
    return folder


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "bare", seed=1, polar=0.6)


@pytest.fixture(scope="module")
def fair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "fair", seed=2)
