"""metatomic's ASE calculator of a checkpoint, for comparisons."""

# Without `from __future__ import annotations`: metatomic compares the annotations of `forward` with its own.
from pathlib import Path
from typing import Any, Dict, List, Optional  # noqa: UP035 - metatomic accepts no others

import torch
from ase.calculators.calculator import Calculator
from metatensor.torch import Labels, TensorMap, sum_over_samples
from metatomic.torch import AtomisticModel, ModelMetadata, ModelOutput, System
from metatomic_ase import MetatomicCalculator

from tumble.convert.converted import DType
from tumble.convert.metatrain.checkpoint import load
from tumble.model_file import DTYPES


class OneEnergy(torch.nn.Module):
    """A model with one output, `energy`: metatomic's calculator knows no other name.

    Atomic energies are added in double precision. In metatrain's single precision the energy of 64 molecules of water,
    30 keV with its composition, is wrong by 30 meV, which would hide what a comparison should find.
    """

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
        """Return the energy of each system."""
        wanted = {self.target: ModelOutput(unit=outputs["energy"].unit, sample_kind="atom")}
        energies = self.model(systems, wanted, selected_atoms)[self.target].to(torch.float64)
        return {"energy": sum_over_samples(energies, "atom")}


def calculator(path: Path, target: str, units: tuple[str, str], network: DType, dtype: DType) -> Calculator:
    """Return metatomic's calculator of a checkpoint.

    Args:
        path: Checkpoint.
        target: Name of the energy.
        units: Names of the units of energy and length.
        network: Precision of the network to compare with. It decides what a norm adds to a mean square, see below.
        dtype: Precision of the calculator.
    """
    model = load(path).to(DTYPES[dtype])
    for module in model.modules():
        if isinstance(module, torch.nn.RMSNorm) and module.eps is None:  # torch takes that of the inputs' precision
            module.eps = torch.finfo(DTYPES[network]).eps
    model.outputs = {"energy": ModelOutput(unit=units[0], sample_kind="atom")}
    model.dataset_info.length_unit = units[1]
    exported = model.export()
    renamed = AtomisticModel(OneEnergy(exported.module, target).eval(), ModelMetadata(), exported.capabilities())
    own: Calculator = MetatomicCalculator(renamed, device="cpu")
    return own
