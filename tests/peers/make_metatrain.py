"""Write a small PET with random weights as a checkpoint of metatrain: `python make_metatrain.py VARIANT FILE [DTYPE]`.

`default` has metatrain's own choices, as PET-MAD has; the other variants differ from it as their names say.
"""

from __future__ import annotations

import sys
from typing import Any

import metatensor.torch as mts
import torch
from metatensor.torch import TensorBlock, TensorMap
from metatomic.torch import ModelMetadata
from metatrain.llpr import LLPRUncertaintyModel
from metatrain.pet import PET
from metatrain.pet.modules.finetuning import apply_finetuning_strategy
from metatrain.utils.architectures import get_default_hypers
from metatrain.utils.data import DatasetInfo, TargetInfo
from metatrain.utils.data.target_info import get_energy_target_info
from metatrain.utils.metadata import merge_metadata

SIZES = {
    "cutoff": 4.0,
    "cutoff_width": 1.0,
    "d_pet": 16,
    "d_node": 24,
    "d_head": 12,
    "d_feedforward": 20,
    "num_heads": 4,
}
VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "residual": {"featurizer_type": "residual"},
    "post-norm": {"transformer_type": "PostLN", "normalization": "LayerNorm", "activation": "SiLU"},
    "equal-widths": {"d_node": 16, "cutoff_function": "Cosine"},
    "equal-widths-post-norm": {"d_node": 16, "transformer_type": "PostLN", "featurizer_type": "residual"},
    "warm": {"attention_temperature": 1.7, "num_gnn_layers": 3, "num_attention_layers": 1},
    "solver": {"num_neighbors_adaptive": 6},
    "grid": {"num_neighbors_adaptive": 6, "adaptive_cutoff_method": "grid", "featurizer_type": "residual"},
    "zbl": {"zbl": True},
    "short-zbl": {"zbl": True, "cutoff": 1.2, "cutoff_width": 0.4},
    "lora": {},
    "atomic-units": {"cutoff": 7.5, "cutoff_width": 2.0},
    "two-energies": {},
    "another-name": {},
    "no-units": {},
    "uncertainties": {},
    "conditioned": {"system_conditioning": True},
    "long-range": {},
    "another-architecture": {},
}
UNITS = {"atomic-units": ("hartree", "bohr"), "no-units": ("", "")}  # of energies and lengths
CREDITED = ("another-name", "uncertainties")
CREDIT = ModelMetadata(
    authors=["A. Author", "B. Author"], references={"model": ["doi:10.0/weights"]}, extra={"License": "CC-BY-4.0"}
)
SCALE = 2.5
COMPOSITION = [[-13.6], [-430.0]]


def targets(variant: str) -> dict[str, TargetInfo]:
    names = {"two-energies": ["energy", "energy/high"], "another-name": ["mtt::total"]}.get(variant, ["energy"])
    unit = UNITS.get(variant, ("eV", "angstrom"))[0]
    return {
        name: get_energy_target_info(name, {"quantity": "energy", "unit": unit}, add_position_gradients=True)
        for name in names
    }


def filled(layout: TensorMap, values: list[list[float]]) -> torch.Tensor:
    """Return a map with the layout of another, as the buffer in which a checkpoint stores it."""
    block = layout.block()
    new = TensorBlock(
        values=torch.tensor(values, dtype=torch.float64),
        samples=block.samples,
        components=block.components,
        properties=block.properties,
    )
    return mts.save_buffer(mts.make_contiguous(TensorMap(layout.keys, [new])))


def make(variant: str, path: str, dtype: torch.dtype) -> None:
    torch.manual_seed(1)
    hypers = {**get_default_hypers("pet")["model"], **SIZES, **VARIANTS[variant]}
    unit = UNITS.get(variant, ("eV", "angstrom"))[1]
    data = DatasetInfo(length_unit=unit, atomic_types=[1, 8], targets=targets(variant))
    model = PET(hypers, data)
    if variant == "lora":
        strategy = {"method": "lora", "config": {"rank": 2, "alpha": 1.5}, "inherit_heads": {}}
        model = apply_finetuning_strategy(model, strategy)
        model.finetune_config = strategy
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(parameter, std=0.2)  # a new one is zero
    composition, scaler = model.additive_models[0], model.scaler
    for i, name in enumerate(model.target_names):
        shift = [[number[0] + i] for number in COMPOSITION]
        setattr(composition, f"{name}_composition_buffer", filled(composition.model.weights[name], shift))
        setattr(scaler, f"{name}_scaler_buffer", filled(scaler.model.scales[name], [[SCALE + i]]))
    checkpoint = model.to(dtype).get_checkpoint()
    checkpoint["best_model_state_dict"] = checkpoint["model_state_dict"]
    if variant == "long-range":  # without the package that such a model needs
        checkpoint["model_data"]["model_hypers"]["long_range"]["enable"] = True
    if variant == "uncertainties":
        around = LLPRUncertaintyModel(get_default_hypers("llpr")["model"], data)
        around.set_wrapped_model(model)
        checkpoint = {**around.get_checkpoint(), "wrapped_model_checkpoint": checkpoint}
    if variant in CREDITED:  # as `mtt export --metadata` does
        checkpoint["metadata"] = merge_metadata(checkpoint["metadata"], CREDIT)
    if variant == "another-architecture":
        checkpoint["architecture_name"] = "soap_bpnn"
    torch.save(checkpoint, path)


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2], getattr(torch, sys.argv[3] if len(sys.argv) > 3 else "float32"))
