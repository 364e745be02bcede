"""A checkpoint of metatrain: the model, the energy to convert, and its units."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from metatomic.torch import ModelOutput, System, unit_conversion_factor
from metatrain.pet.modules.finetuning import LoRALinear
from metatrain.utils.io import is_exported_file, model_from_checkpoint
from metatrain.utils.metadata import merge_metadata
from torch import Tensor, nn

from tumble.convert.options import chosen_option
from tumble.convert.source_file import read_source, unpickled
from tumble.errors import ConfigurationError, ConversionError


def load(path: Path) -> Any:  # metatrain has no types
    """Return the PET of a checkpoint, in evaluation mode.

    Raises:
        ConversionError: If it is none, or has inputs or energies that edge vectors don't determine.
    """
    return read_source(path, "a checkpoint of metatrain", _loaded).eval()


def _loaded(path: Path) -> Any:
    if is_exported_file(str(path)):
        raise ConversionError(
            f"`source`: expected a checkpoint (.ckpt), got the exported model `{path}`, which makes edge vectors "
            "from positions; give the checkpoint that it was exported from"
        )
    outer = unpickled(path)
    checkpoint = outer.get("wrapped_model_checkpoint", outer)  # in one of uncertainties (LLPR)
    _check_architecture(checkpoint)
    model = model_from_checkpoint(checkpoint, context="export")
    model.metadata = merge_metadata(model.metadata, outer.get("metadata"))
    return model


def _check_architecture(checkpoint: Mapping[str, Any]) -> None:
    """Check that the model is a PET, and edge vectors and species are all that it reads.

    Raises:
        ConversionError: If they aren't.
    """
    if checkpoint["architecture_name"] != "pet":
        raise ConversionError(
            f"`source`: expected a model of the architecture `pet`, got `{checkpoint['architecture_name']}`; other "
            "architectures of metatrain aren't supported"
        )
    hypers = checkpoint["model_data"]["model_hypers"]
    if hypers.get("long_range", {}).get("enable", False):
        raise ConversionError("`long_range`: expected a model without it, got one with interactions of unbounded range")
    if hypers.get("system_conditioning", False):
        raise ConversionError(
            "`system_conditioning`: expected a model without it, got one with charge and spin as inputs"
        )


def chosen_target(model: Any, options: Mapping[str, str]) -> str:
    """Return the name of the energy to convert.

    Raises:
        ConfigurationError: If there are several and none is chosen, or the choice is unknown.
        ConversionError: If there is none.
    """
    energies = [
        name
        for name, target in model.dataset_info.targets.items()
        if target.quantity == "energy" and target.is_scalar and len(target.layout.block().properties) == 1
    ]
    chosen = chosen_option("target", options, energies)
    if chosen is None:
        raise ConversionError(
            f"`source`: expected a model of an energy, got one of {', '.join(model.dataset_info.targets)}"
        )
    return chosen


def units(model: Any, target: str, options: Mapping[str, str]) -> tuple[str, str]:
    """Return the names of the model's units of energy and length.

    Args:
        model: PET.
        target: Name of its energy.
        options: The user's; `units` counts if the checkpoint doesn't state them.

    Raises:
        ConfigurationError: If neither states them, or both do.
    """
    own = (model.dataset_info.targets[target].unit, model.dataset_info.length_unit)
    given = options.get("units")
    if all(own):
        if given is not None:
            raise ConfigurationError(f"`units`: expected none, as the checkpoint states {','.join(own)}, got `{given}`")
        return own
    energy, _, length = (given or "").partition(",")
    if not (_is_unit(energy, "eV") and _is_unit(length, "angstrom")):
        stated = "none" if given is None else f"`{given}`"
        raise ConfigurationError(
            f"`units`: expected units of energy and length, which the checkpoint doesn't state, got {stated}; add "
            "`--option units=eV,angstrom`, or the units of the training data"
        )
    return energy, length


def in_unit(unit: str, wanted: str) -> float:
    """Return the value of a unit in another one."""
    return float(unit_conversion_factor(unit, wanted))


def _is_unit(unit: str, wanted: str) -> bool:
    try:
        in_unit(unit, wanted)
    except ValueError:
        return False
    return bool(unit)


def scales_and_baseline(model: Any, target: str) -> tuple[Tensor, Tensor]:
    """Return what multiplies the energy of the network and what is added for each type, in double precision [types].

    Args:
        model: PET.
        target: Name of its energy.
    """
    types = torch.tensor(model.atomic_types, dtype=torch.int32)
    positions = torch.zeros((len(types), 3), dtype=torch.float64)
    positions[:, 0] = torch.arange(len(types))
    atoms = System(types, positions, torch.zeros((3, 3), dtype=torch.float64), torch.zeros(3, dtype=torch.bool))
    wanted = {target: ModelOutput(sample_kind="atom")}
    scales = model.scaler.get_scales([atoms], wanted)[target].block().values.view(-1)
    composition = model.additive_models[0]
    if target not in composition.outputs:
        return scales, torch.zeros_like(scales)
    return scales, composition([atoms], wanted)[target].block().values.view(-1)


def merge_adapters(module: nn.Module) -> None:
    """Replace each low-rank adapter of a fine-tuning and the layer that it adapts by one layer."""
    for name, child in module.named_children():
        if isinstance(child, LoRALinear):
            with torch.no_grad():
                child.linear.weight += child.scaling * child.lora_B.weight @ child.lora_A.weight
            setattr(module, name, child.linear)
        else:
            merge_adapters(child)
