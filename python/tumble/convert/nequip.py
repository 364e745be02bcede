"""Models of NequIP and Allegro (package `nequip`, with `nequip-allegro`): checkpoints and packages.

NequIP uses edge vectors x_neighbor - x_center if they are among its inputs, so nothing else has to be adapted; its sum
of energies and its forces are left out. Energies of free atoms move to the baseline. NequIP's own TorchScript export
refuses torch 2.10 and later, where TorchScript is deprecated; its modules can still be scripted.

Sources: S. Batzner et al., Nat. Commun. 13, 2453 (2022); A. Musaelian et al., Nat. Commun. 14, 579 (2023).
"""

# Without `from __future__ import annotations`: TorchScript reads the annotations of `Network`.
from pathlib import Path
from typing import Any

import torch
from ase.calculators.calculator import Calculator
from e3nn.util.jit import script
from nequip.data import AtomicDataDict
from nequip.integrations.ase import NequIPCalculator
from nequip.model.saved_models.load_utils import load_saved_model
from nequip.nn import ConvNetLayer, ForceStressOutput, PerTypeScaleShift
from nequip.utils.global_state import set_global_state
from torch import Tensor

from tumble.convert.converted import Converted, DType, Request
from tumble.convert.elements import chosen_elements
from tumble.convert.marks import MarkedEntry
from tumble.convert.options import chosen_option
from tumble.convert.source_file import read_source
from tumble.errors import ConversionError
from tumble.model_file import DTYPES

_CITATION = (
    "S. Batzner et al., Nat. Commun. 13, 2453 (2022), doi:10.1038/s41467-022-29939-5 (NequIP), or A. Musaelian et al., "
    "Nat. Commun. 14, 579 (2023), doi:10.1038/s41467-023-36329-y (Allegro); and what the authors of the weights ask for"
)


class Network(torch.nn.Module):
    """A model of NequIP with Tumble's `forward`."""

    types: Tensor

    def __init__(self, model: torch.nn.Module, types: Tensor) -> None:
        """Take over a model.

        Args:
            model: Scripted modules that end with atomic energies.
            types: NequIP's index of each species.
        """
        super().__init__()
        self.model = model
        self.register_buffer("types", types)

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Return atomic energies [N] in eV; see docs/model-file.md for the arguments."""
        data = {
            "pos": edge_vectors.new_zeros((species.shape[0], 3)),  # only counted
            "edge_vectors": edge_vectors,
            "edge_index": edge_index,
            "atom_types": self.types[species],
        }
        return {"energy": self.model(data)["atomic_energy"].squeeze(-1)}


def converted(request: Request) -> Converted:
    """Build the network of a model; see `tumble.convert.converted.Converter`."""
    path = Path(request.source)
    models = _models(path)
    key = chosen_option("model", request.options, list(models))
    model = models[key]
    names = model.metadata["type_names"].split()
    species = chosen_elements(request.elements, names)
    dtype: DType = request.dtype or model.metadata["model_dtype"]
    cutoff = float(model.metadata["r_max"])
    output = model.model
    if not _is(output, ForceStressOutput):
        raise ConversionError(f"`source`: expected a model of energies and forces, got `{type(output).__name__}`")
    energies = output.func.eval()
    free = _taken_shifts(energies, len(names))  # in double precision, before the next line rounds them
    energies = _in_precision(energies, dtype)
    layers = _marked_layers(energies)
    types = torch.tensor([names.index(symbol) for symbol in species])
    return Converted(
        network=Network(script(energies), types),
        name=path.name.partition(".")[0],
        species=species,
        cutoff=cutoff,
        depth=max(1, layers),  # Allegro has none: its energies see one cutoff
        dtype=dtype,
        baseline=free[types].tolist(),
        citation=_CITATION,
        files=[path],
        calculator=lambda precision: _calculator(path, key, precision),
    )


def _models(path: Path) -> Any:  # NequIP has no types
    """Return the models of a file by their keys.

    Raises:
        ConversionError: If it isn't one of NequIP.
    """
    set_global_state(allow_tf32=False)
    expected = "a checkpoint (.ckpt) or package (.nequip.zip) of NequIP"
    return read_source(path, expected, lambda path: load_saved_model(str(path), model_key=None))


def _is(module: torch.nn.Module, kind: type[torch.nn.Module]) -> bool:
    """Return whether a module is of a class of NequIP; a package (.nequip.zip) has its own copies of the classes."""
    return any(each.__name__ == kind.__name__ for each in type(module).__mro__)


def _in_precision(model: torch.nn.Module, dtype: DType) -> torch.nn.Module:
    """Convert a model, with what its modules keep of the precision that they were built for."""
    for module in model.modules():
        for name, value in vars(module).items():
            if (
                isinstance(value, torch.dtype) and value.is_floating_point and name != "out_dtype"
            ):  # energies stay double
                setattr(module, name, DTYPES[dtype])
    return model.to(DTYPES[dtype])


def _taken_shifts(energies: Any, types: int) -> Tensor:  # NequIP has no types
    """Return the energies of free atoms [types] in double precision, and set them to zero in the model."""
    free = torch.zeros(types, dtype=torch.float64)
    for module in energies.modules():
        if _is(module, PerTypeScaleShift) and module.has_shifts:
            free += module.shifts.detach().double().view(-1).expand(types)
            with torch.no_grad():
                module.shifts.zero_()
    return free


def _marked_layers(energies: torch.nn.Module) -> int:
    """Mark the features that each convolution layer returns, and return the number of layers."""
    places: list[tuple[torch.nn.Module, str, Any]] = [
        (parent, name, layer)
        for parent in energies.modules()
        for name, layer in parent.named_children()
        if _is(layer, ConvNetLayer)
    ]
    key = AtomicDataDict.NODE_FEATURES_KEY
    for i, (parent, name, layer) in enumerate(places):
        setattr(parent, name, MarkedEntry(layer, key, f"interaction {i}", str(layer.irreps_out[key])))
    return len(places)


def _calculator(path: Path, key: str | None, dtype: DType) -> Calculator:
    """Return NequIP's own calculator, in a precision of choice: NequIP's is that of the training."""
    calculator: Any = NequIPCalculator._from_saved_model(str(path), device="cpu", model_name=key)
    _in_precision(calculator.model, dtype)
    own: Calculator = calculator
    return own
