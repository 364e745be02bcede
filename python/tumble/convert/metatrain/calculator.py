"""metatomic's ASE calculator of a checkpoint, for comparisons."""

# Without `from __future__ import annotations`: metatomic compares the annotations of `forward` with its own.
from pathlib import Path
from typing import Any, Dict, List, Optional  # noqa: UP035 - metatomic accepts no others

import torch
from ase.calculators.calculator import Calculator
from metatensor.torch import Labels, TensorMap
from metatomic.torch import AtomisticModel, ModelMetadata, ModelOutput, System
from metatomic_ase import MetatomicCalculator

from tumble.convert.converted import DType
from tumble.convert.metatrain.checkpoint import load
from tumble.model_file import DTYPES


class OneEnergy(torch.nn.Module):
    """A model with one output, `energy`, whatever metatrain calls it: metatomic's calculator knows no other name."""

    def __init__(self, model: Any, target: str) -> None:
        """Take over a model of metatrain."""
        super().__init__()
        self.model = model
        self.target = target

    def forward(
        self,
        systems: List[System],  # noqa: UP006
        outputs: Dict[str, ModelOutput],  # noqa: UP006
        selected_atoms: Optional[Labels] = None,  # noqa: UP045
    ) -> Dict[str, TensorMap]:  # noqa: UP006
        """Return the energy."""
        found: dict[str, TensorMap] = self.model(systems, {self.target: outputs["energy"]}, selected_atoms)
        return {"energy": found[self.target]}


def calculator(path: Path, target: str, units: tuple[str, str], dtype: DType) -> Calculator:
    """Return metatomic's calculator of a checkpoint.

    Args:
        path: Checkpoint.
        target: Name of the energy.
        units: Names of the units of energy and length.
        dtype: Precision.
    """
    model = load(path).to(DTYPES[dtype])
    model.outputs = {"energy": ModelOutput(unit=units[0], sample_kind="atom")}
    model.dataset_info.length_unit = units[1]
    exported = model.export()
    renamed = AtomisticModel(OneEnergy(exported.module, target).eval(), ModelMetadata(), exported.capabilities())
    own: Calculator = MetatomicCalculator(renamed, device="cpu")
    return own
