"""Train a small NequIP or Allegro for one step, in an environment with both: `python make_nequip.py nequip FILE`.

FILE is a checkpoint or, if its name ends with .nequip.zip, a package.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import ase.build
import ase.io
import yaml
from ase.calculators.singlepoint import SinglePointCalculator

MODELS = {
    "nequip": {
        "_target_": "nequip.model.NequIPGNNModel",
        "num_layers": 2,
        "l_max": 2,
        "parity": True,
        "num_features": 8,
        "radial_mlp_depth": 1,
        "radial_mlp_width": 8,
        "pair_potential": {
            "_target_": "nequip.nn.pair_potential.ZBL",
            "units": "metal",
            "chemical_species": ["H", "O"],
        },
    },
    "allegro": {
        "_target_": "allegro.model.AllegroModel",
        "num_layers": 2,
        "l_max": 2,
        "parity": True,
        "num_scalar_features": 8,
        "num_tensor_features": 8,
        "allegro_mlp_hidden_layers_depth": 1,
        "allegro_mlp_hidden_layers_width": 16,
        "radial_chemical_embed": {"_target_": "allegro.nn.TwoBodyBesselScalarEmbed", "num_bessels": 4},
    },
}
COMMON = {
    "seed": 1,
    "model_dtype": "float32",
    "r_max": 4.0,
    "type_names": ["H", "O"],
    "avg_num_neighbors": 8.0,
    "per_type_energy_shifts": {"H": -13.6, "O": -430.0},
    "per_type_energy_scales": {"H": 1.0, "O": 2.0},
}


def configuration(kind: str, frames: Path) -> dict[str, object]:
    loader = {"_target_": "torch.utils.data.DataLoader", "batch_size": 1}
    loss = {"total_energy": 1.0, "forces": 1.0}
    return {
        "run": ["train"],
        "data": {
            "_target_": "nequip.data.datamodule.ASEDataModule",
            "seed": 1,
            "train_file_path": str(frames),
            "val_file_path": str(frames),
            "transforms": [
                {
                    "_target_": "nequip.data.transforms.ChemicalSpeciesToAtomTypeMapper",
                    "model_type_names": ["H", "O"],
                },
                {"_target_": "nequip.data.transforms.NeighborListTransform", "r_max": 4.0},
            ],
            "train_dataloader": loader,
            "val_dataloader": loader,
        },
        "trainer": {
            "_target_": "lightning.Trainer",
            "accelerator": "cpu",
            "max_epochs": 1,
            "logger": False,
            "enable_progress_bar": False,
            "callbacks": [
                {"_target_": "lightning.pytorch.callbacks.ModelCheckpoint", "dirpath": ".", "save_last": True}
            ],
        },
        "training_module": {
            "_target_": "nequip.train.NequIPLightningModule",
            "loss": {"_target_": "nequip.train.EnergyForceLoss", "per_atom_energy": True, "coeffs": loss},
            "val_metrics": {"_target_": "nequip.train.EnergyForceMetrics", "coeffs": {"total_energy_mae": 1.0}},
            "optimizer": {"_target_": "torch.optim.Adam", "lr": 0.001},
            "model": {**COMMON, **MODELS[kind]},
        },
    }


def make(kind: str, path: Path) -> None:
    molecule = ase.build.molecule("H2O", vacuum=4.0)
    molecule.calc = SinglePointCalculator(molecule, energy=-457.0, forces=molecule.positions * 0.01)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ase.io.write(folder / "frames.xyz", [molecule], format="extxyz")
        (folder / "config.yaml").write_text(yaml.safe_dump(configuration(kind, folder / "frames.xyz")))
        train = Path(sys.executable).parent / "nequip-train"
        subprocess.run([train, "-cp", str(folder), "-cn", "config"], cwd=folder, check=True)
        if path.suffix == ".zip":
            package = train.with_name("nequip-package")
            subprocess.run([package, "build", folder / "last.ckpt", path], cwd=folder, check=True)
        else:
            shutil.copy(folder / "last.ckpt", path)


if __name__ == "__main__":
    make(sys.argv[1], Path(sys.argv[2]))
