"""Models of MACE (package `mace-torch`), as its training writes them.

MACE makes its edge vectors from positions and Cartesian shifts: with positions of zero, the shifts are the edge
vectors. A message goes from `edge_index[0]` to `edge_index[1]`: the center is second and vectors point to it, both
opposite to Tumble's convention. Energies of free atoms move to the baseline.

Source: I. Batatia, D. P. Kovács, G. N. C. Simm, C. Ortner and G. Csányi, NeurIPS 35 (2022).
"""

# Without `from __future__ import annotations`: TorchScript reads the annotations of `Network`.
from pathlib import Path
from typing import Any

import mace  # noqa: F401 - first: it lets torch load the constants of its old e3nn
import torch
from ase.data import chemical_symbols
from e3nn import o3
from e3nn.util.jit import compile as compile_e3nn
from mace.calculators import MACECalculator
from mace.modules import MACE, ScaleShiftMACE
from torch import Tensor

import tumble._core  # noqa: F401 - it registers the operator of the marks
from tumble.convert.converted import Converted, DType, Request
from tumble.convert.elements import chosen_elements
from tumble.convert.options import chosen_option
from tumble.convert.source_file import read_source, unpickled
from tumble.errors import ConversionError
from tumble.model_file import DTYPES

_CLASSES = (MACE, ScaleShiftMACE)
_CITATION = (
    "I. Batatia, D. P. Kovács, G. N. C. Simm, C. Ortner, G. Csányi, NeurIPS 35 (2022), arXiv:2206.07697; and what the "
    "authors of the weights ask for"
)


class MarkedProduct(torch.nn.Module):
    """The product of a layer, with marks on the features that it gets and on those that it returns.

    It gets [N, channels, (l_max + 1)^2] from the interaction, in which each channel has one irrep of each degree.
    """

    def __init__(self, product: Any, layer: int, target_irreps: o3.Irreps) -> None:
        """Take over a product.

        Args:
            product: MACE's product.
            layer: Number of the layer.
            target_irreps: Of the interaction, with equal multiplicities.
        """
        super().__init__()
        self.product = product
        self.before = f"interaction {layer}"
        self.before_irreps = str(o3.Irreps([(1, irrep) for _, irrep in target_irreps]))
        self.after = f"product {layer}"
        self.after_irreps = str(product.linear.irreps_out)

    def forward(self, node_feats: Tensor, sc: Tensor | None, node_attrs: Tensor) -> Tensor:
        """Return the features after the product."""
        marked = torch.ops.tumble.features(node_feats, self.before, self.before_irreps, "mul_ir")
        product = self.product(marked, sc, node_attrs)
        features: Tensor = torch.ops.tumble.features(product, self.after, self.after_irreps, "mul_ir")
        return features


class Network(torch.nn.Module):
    """A MACE with Tumble's `forward`."""

    types: Tensor

    def __init__(self, model: torch.nn.Module, types: Tensor, elements: int, head: int) -> None:
        """Take over a model.

        Args:
            model: Compiled MACE without energies of free atoms.
            types: MACE's index of each species.
            elements: Number of MACE's elements.
            head: Index of the head.
        """
        super().__init__()
        self.model = model
        self.register_buffer("types", types)
        self.elements = elements
        self.head = head

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Return atomic energies [N] in eV; see docs/model-file.md for the arguments."""
        atoms = species.shape[0]
        data = {
            "positions": edge_vectors.new_zeros((atoms, 3)),
            "cell": edge_vectors.new_zeros((3, 3)),
            "shifts": -edge_vectors,
            "unit_shifts": torch.zeros_like(edge_vectors),
            "edge_index": edge_index.flip(0),
            "node_attrs": torch.nn.functional.one_hot(self.types[species], self.elements).to(edge_vectors.dtype),
            "batch": torch.zeros_like(species),
            "ptr": torch.tensor([0, atoms], device=species.device),
            "head": torch.tensor([self.head], device=species.device),
        }
        energies = self.model(data, compute_force=False)["node_energy"]
        assert energies is not None
        return {"energy": energies}


def converted(request: Request) -> Converted:
    """Build the network of a model; see `tumble.convert.converted.Converter`."""
    path = Path(request.source)
    model = _loaded(path)
    dtype: DType = request.dtype or ("float64" if model.r_max.dtype == torch.float64 else "float32")
    own = [chemical_symbols[int(number)] for number in model.atomic_numbers]
    species = chosen_elements(request.elements, own)
    heads = list(getattr(model, "heads", None) or ["Default"])
    head = chosen_option("head", request.options, heads) or heads[0]

    energies = model.atomic_energies_fn.atomic_energies
    free = energies.detach().double().view(len(heads), -1)[heads.index(head)].clone()  # before `to` rounds them
    energies.zero_()
    for i, (interaction, product) in enumerate(zip(model.interactions, model.products, strict=True)):
        model.products[i] = MarkedProduct(product, i, interaction.target_irreps)
    model = model.to(DTYPES[dtype]).eval()
    types = torch.tensor([own.index(symbol) for symbol in species])
    return Converted(
        network=Network(compile_e3nn(model), types, len(own), heads.index(head)),
        name=path.stem,
        species=species,
        cutoff=float(model.r_max),
        depth=int(model.num_interactions),
        dtype=dtype,
        baseline=free[types].tolist(),
        citation=_CITATION,
        files=[path],
        calculator=lambda precision: MACECalculator(str(path), device="cpu", default_dtype=precision, head=head),
    )


def _loaded(path: Path) -> Any:  # MACE has no types
    """Return the model of a file.

    Raises:
        ConversionError: If it is none, or has inputs or energies that edge vectors don't determine.
    """
    model = read_source(path, "a model of mace-torch", unpickled)
    if type(model) not in _CLASSES:  # classes that derive from them have other inputs and outputs
        names = " or ".join(each.__name__ for each in _CLASSES)
        raise ConversionError(
            f"`source`: expected a model of the class {names}, got `{type(model).__name__}`; other models of MACE have "
            "other outputs than an energy of edge vectors, or are state dictionaries or compiled for LAMMPS"
        )
    if hasattr(model, "joint_embedding"):
        raise ConversionError(
            f"`source`: expected a model without charge or spin as inputs, got `{path}` with "
            f"{', '.join(model.embedding_specs)}"
        )
    return model
