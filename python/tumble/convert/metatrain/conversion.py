"""The conversion of a checkpoint of metatrain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from ase.data import atomic_numbers, chemical_symbols
from metatrain.utils.additive.zbl import ZBL

from tumble.convert.converted import Converted, DType, Request
from tumble.convert.elements import chosen_elements
from tumble.convert.metatrain.calculator import calculator
from tumble.convert.metatrain.checkpoint import (
    chosen_target,
    in_unit,
    load,
    merge_adapters,
    scales_and_baseline,
    units,
)
from tumble.convert.metatrain.credit import citation, licence
from tumble.convert.metatrain.edges import AdaptiveCutoff, FixedCutoff
from tumble.convert.metatrain.network import Feedforward, Network, Residual
from tumble.convert.metatrain.repulsion import Repulsion
from tumble.model_file import DTYPES

_BACKBONES: dict[str, type[Feedforward | Residual]] = {"feedforward": Feedforward, "residual": Residual}


def converted(request: Request) -> Converted:
    """Build the network of a checkpoint; see `tumble.convert.converted.Converter`."""
    path = Path(request.source)
    model = load(path)
    target = chosen_target(model, request.options)
    unit_names = units(model, target, request.options)
    energy, length = in_unit(unit_names[0], "eV"), in_unit(unit_names[1], "angstrom")
    own = [chemical_symbols[number] for number in model.atomic_types]
    species = chosen_elements(request.elements, own)
    types = torch.tensor([own.index(symbol) for symbol in species])
    scales, baseline = scales_and_baseline(model, target)
    dtype: DType = request.dtype or ("float64" if next(model.parameters()).dtype == torch.float64 else "float32")

    model = model.to(DTYPES[dtype])  # before sums and products of weights
    merge_adapters(model.backend)
    backbone = _BACKBONES[model.featurizer_type](model.backend, target)
    adaptive = model.num_neighbors_adaptive is not None
    edges = AdaptiveCutoff(model.backend, model.cutoff_width_adaptive) if adaptive else FixedCutoff(model.backend)
    repulsion = _repulsion(model, target, species)
    network = Network(backbone, edges, repulsion, types, (energy * scales[types]).to(DTYPES[dtype]), length)
    return Converted(
        network=network.eval().requires_grad_(False),
        name=path.stem,
        species=species,
        cutoff=max(model.cutoff * length, 0.0 if repulsion is None else repulsion.reach),
        depth=backbone.depth + int(adaptive),  # the cutoff of an atom depends on all its neighbors
        dtype=dtype,
        baseline=(energy * baseline[types]).tolist(),
        licence=licence(model),
        citation=citation(model),
        files=[path],
        calculator=lambda precision: calculator(path, target, unit_names, dtype, precision),
    )


def _repulsion(model: Any, target: str, species: list[str]) -> Repulsion | None:
    """Return the repulsion that a model adds to an energy, or None."""
    for additive in model.additive_models:
        if isinstance(additive, ZBL) and target in additive.outputs:
            numbers = torch.tensor([atomic_numbers[symbol] for symbol in species])
            radii = additive.covalent_radii[additive.species_to_index[numbers].long()]  # as rounded in the checkpoint
            return Repulsion(numbers, radii.double())
    return None
