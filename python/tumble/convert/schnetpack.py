"""Models of SchNetPack: SchNet, PaiNN and SO3net with one energy per atom, as its training writes them.

The representations read distance vectors R_ij = R_j - R_i, as Tumble's edge vectors are, with i the center. The modules
before them, which make these vectors from positions, and forces and postprocessing after them are left out; the
offsets of the postprocessing become the baseline. A file of SchNetPack states neither its elements nor its units.

Source: K. T. Schütt et al., J. Chem. Phys. 158, 144801 (2023).
"""

# Without `from __future__ import annotations`: TorchScript reads the annotations of `Network`.
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
import torch.utils.data.dataloader
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.data import atomic_numbers

if not hasattr(torch.utils.data.dataloader, "T_co"):  # SchNetPack 2.1.1 imports it; torch has renamed it since
    torch.utils.data.dataloader.T_co = TypeVar("T_co", covariant=True)  # type: ignore[attr-defined]

from schnetpack.atomistic import Atomwise, Forces, PairwiseDistances
from schnetpack.interfaces import SpkCalculator
from schnetpack.model import NeuralNetworkPotential
from schnetpack.representation import PaiNN, SchNet, SO3net
from schnetpack.transform import AddOffsets, CastTo64, MatScipyNeighborList
from schnetpack.units import convert_units
from torch import Tensor

from tumble.convert.converted import Converted, DType, Request
from tumble.convert.options import chosen_option
from tumble.convert.source_file import read_source, unpickled
from tumble.errors import ConfigurationError, ConversionError
from tumble.model_file import DTYPES
from tumble.structures import unknown_elements

_CITATION = (
    "K. T. Schütt, S. S. P. Hessmann, N. W. A. Gebauer, J. Lederer, M. Gastegger, J. Chem. Phys. 158, 144801 (2023), "
    "doi:10.1063/5.0138367; and what the authors of the weights ask for"
)


class Network(torch.nn.Module):
    """A model of SchNetPack with Tumble's `forward`."""

    numbers: Tensor

    def __init__(
        self, representation: torch.nn.Module, output: torch.nn.Module, numbers: Tensor, length: float, energy: float
    ) -> None:
        """Take over the modules of a model.

        Args:
            representation: From distance vectors to features of atoms.
            output: From features to the energy of an atom.
            numbers: Atomic number of each species.
            length: SchNetPack's unit of length in Å.
            energy: SchNetPack's unit of energy in eV.
        """
        super().__init__()
        self.representation = representation
        self.output = output
        self.register_buffer("numbers", numbers)
        self.length = length
        self.energy = energy

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Return atomic energies [N] in eV; see docs/model-file.md for the arguments."""
        features = self.representation(
            {
                "_Rij": edge_vectors / self.length,
                "_idx_i": edge_index[0],
                "_idx_j": edge_index[1],
                "_atomic_numbers": self.numbers[species],
            }
        )
        return {"energy": self.energy * self.output(features["scalar_representation"]).squeeze(-1)}


def converted(request: Request) -> Converted:
    """Build the network of a model; see `tumble.convert.converted.Converter`."""
    path = Path(request.source)
    model = _loaded(path)
    species = _species(request)
    energy_unit, length_unit = _units(request)
    energy, length = convert_units(energy_unit, "eV"), convert_units(length_unit, "Angstrom")
    output = _output(model, request)
    dtype: DType = request.dtype or "float32"
    numbers = torch.tensor([atomic_numbers[symbol] for symbol in species])
    cutoff = float(model.representation.cutoff)
    keys = output.output_key, _force_key(model)
    return Converted(
        network=Network(model.representation, output.outnet, numbers, length, energy).to(DTYPES[dtype]).eval(),
        name=path.stem if path.stem != "best_model" else path.absolute().parent.name,
        species=species,
        cutoff=cutoff * length,
        depth=_interactions(model.representation),
        dtype=dtype,
        baseline=(energy * _offsets(model, output.output_key, numbers)).tolist(),
        citation=_CITATION,
        files=[path],
        calculator=lambda precision: _calculator(path, cutoff, keys, (energy_unit, length_unit), precision),
    )


def _loaded(path: Path) -> Any:  # SchNetPack has no types
    """Return the model of a file.

    Raises:
        ConversionError: If it is none, or has modules that edge vectors can't replace.
    """
    model = read_source(path, "a model of SchNetPack", unpickled)
    if not isinstance(model, NeuralNetworkPotential):
        raise ConversionError(f"`source`: expected a `NeuralNetworkPotential`, got `{type(model).__name__}`")
    for what, modules, known in (
        ("input_modules", model.input_modules, (PairwiseDistances,)),
        ("representation", [model.representation], (SchNet, PaiNN, SO3net)),
        ("output_modules", model.output_modules, (Atomwise, Forces)),
        ("postprocessors", model.postprocessors, (AddOffsets, CastTo64)),
    ):
        for module in modules:
            if not isinstance(module, known):
                names = ", ".join(each.__name__ for each in known)
                raise ConversionError(f"`{what}`: expected {names}, got `{type(module).__name__}`")
    if len(getattr(model.representation, "electronic_embeddings", ())) > 0:
        raise ConversionError("`electronic_embeddings`: expected none, got a model with charge or spin as inputs")
    return model


def _species(request: Request) -> list[str]:
    """Return the elements, which no file of SchNetPack states.

    Raises:
        ConfigurationError: If there are none, or one is unknown.
    """
    if not request.elements:
        raise ConfigurationError(
            "`elements`: expected those that the model was trained for, got none; add `--elements`"
        )
    strange = unknown_elements(request.elements)
    if strange or len(set(request.elements)) < len(request.elements):
        raise ConfigurationError(f"`elements`: expected chemical symbols, each once, got {', '.join(request.elements)}")
    return list(request.elements)


def _units(request: Request) -> tuple[str, str]:
    """Return the units of energy and length of the model.

    Raises:
        ConfigurationError: If they aren't given or unknown.
    """
    energy, comma, length = request.options.get("units", "").partition(",")
    try:
        convert_units(energy, "eV")
        convert_units(length, "Angstrom")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        given = f"`{energy}{comma}{length}`" if energy else "none"
        raise ConfigurationError(
            f"`units`: expected the model's units of energy and length, got {given}; add `--option units=eV,Ang`, or "
            "`units=Hartree,Bohr`, `units=kcal/mol,Ang`"
        ) from error
    return energy, length


def _output(model: Any, request: Request) -> Any:
    """Return the module of the energy.

    Raises:
        ConfigurationError: If there are several outputs and none is chosen.
        ConversionError: If it isn't a sum of one number per atom.
    """
    outputs = {each.output_key: each for each in model.output_modules if isinstance(each, Atomwise)}
    output = outputs.get(chosen_option("energy", request.options, list(outputs)))
    if output is None or output.aggregation_mode != "sum" or output.n_out != 1:
        raise ConversionError("`output_modules`: expected an `Atomwise` with one number per atom and their sum")
    return output


def _force_key(model: Any) -> str:
    return next((each.force_key for each in model.output_modules if isinstance(each, Forces)), "forces")


def _offsets(model: Any, energy: str, numbers: Tensor) -> Tensor:
    """Return what the postprocessing adds for an atom of each species, in double precision and the model's unit.

    Raises:
        ConversionError: If it isn't a sum over atoms.
    """
    offsets = torch.zeros(len(numbers), dtype=torch.float64)
    for each in model.postprocessors:
        if isinstance(each, AddOffsets) and each._property == energy:
            if not each.is_extensive:
                raise ConversionError("`AddOffsets`: expected those of an extensive energy")
            if each.add_mean:
                offsets += each.mean.double()
            if each.add_atomrefs:
                offsets += each.atomref.double().view(-1)[numbers]
    return offsets


def _interactions(representation: Any) -> int:
    """Return the number of message-passing layers: PaiNN and SO3net state it, SchNet has a list."""
    if isinstance(representation, SchNet):
        return len(representation.interactions)
    return int(representation.n_interactions)


class _Own(SpkCalculator):  # type: ignore[misc]  # SchNetPack has no types
    """SchNetPack's own calculator, which torch since 2.6 doesn't let load a model, in any unit of length.

    SchNetPack converts forces from its unit of length, but passes positions on in Å.
    """

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy", "forces"),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        assert atoms is not None
        scaled = atoms.copy()  # type: ignore[no-untyped-call]
        scaled.positions /= self.position_conversion
        scaled.cell /= self.position_conversion
        super().calculate(scaled, list(properties), list(system_changes))

    def _load_model(self, model_file: str) -> Any:
        return _loaded(Path(model_file)).double().eval()


def _calculator(path: Path, cutoff: float, keys: tuple[str, str], units: tuple[str, str], dtype: DType) -> Calculator:
    return _Own(
        str(path),
        neighbor_list=MatScipyNeighborList(cutoff=cutoff),
        energy_key=keys[0],
        force_key=keys[1],
        energy_unit=units[0],
        position_unit=units[1],
        dtype=DTYPES[dtype],
    )
