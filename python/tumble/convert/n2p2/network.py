"""The network of a potential: symmetry functions by an operator of the core, then a perceptron for each element."""

# No postponed annotations here: TorchScript reads those of attributes.
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

import tumble._core  # noqa: F401  # registers torch.ops.tumble
from tumble.convert.n2p2.activations import ACTIVATIONS
from tumble.convert.n2p2.layers import Layer
from tumble.convert.n2p2.potential import ElementPotential, Potential
from tumble.models.attention import first_edges


class Units(NamedTuple):
    """The units of a potential: its energy in eV, its length in Å."""

    energy: float
    length: float


class Activation(nn.Module):
    """An activation function, by its letter in `input.nn`."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self.function = ACTIVATIONS[letter]

    def forward(self, x: Tensor) -> Tensor:
        """Return the function of a tensor."""
        return self.function(x)


class ElementNetwork(nn.Module):
    """Energies of the atoms of one element from their symmetry functions.

    Args:
        element: Its potential.
        reference: Energy to leave out, in the potential's training units: it goes into the model file's baseline, so
            that rounding in single precision is that of small numbers.
        factor: Of the energy, from training units to eV.
    """

    origin: Tensor
    scale: Tensor

    def __init__(self, element: ElementPotential, reference: float, factor: float) -> None:
        super().__init__()
        self.inputs = len(element.functions)
        self.start = element.scaling.start
        self.register_buffer("origin", torch.from_numpy(element.scaling.origin))
        self.register_buffer("scale", torch.from_numpy(element.scaling.factor))
        *hidden, last = element.layers
        parts = [part for layer in hidden for part in (_linear(layer), Activation(layer.activation))]
        self.layers = nn.Sequential(
            *parts, _linear(Layer(last.weight * factor, (last.bias - reference) * factor, last.activation))
        )

    def forward(self, functions: Tensor) -> Tensor:
        """Return energies [n], eV, for values of all functions [n, columns]."""
        inputs = (functions[:, : self.inputs] - self.origin) * self.scale + self.start
        energies: Tensor = self.layers(inputs).squeeze(1)
        return energies


class BehlerParrinello(nn.Module):
    """A potential with the model contract of Tumble.

    Args:
        potential: What the folder has.
        species: Chemical symbols to keep, in this order. Functions with other neighbors stay zero.
        units: Of the folder.

    Attributes:
        cutoff: The largest cutoff, Å.
        baseline: Energy of an atom of each species besides that of the network, eV.
    """

    functions: Tensor
    function_parameters: Tensor

    def __init__(self, potential: Potential, species: Sequence[str], units: Units) -> None:
        super().__init__()
        elements = {element.symbol: element for element in potential.elements}
        chosen = [elements[symbol] for symbol in species]
        factor = units.energy / potential.energy_factor
        references = [energy_at_mean(element) for element in chosen]
        self.cutoff = potential.cutoff * units.length
        self.columns = max(len(element.functions) for element in chosen)
        self.form = potential.cutoff_form
        self.inner = potential.inner_cutoff
        self.baseline = [
            reference * factor + element.offset * units.energy
            for reference, element in zip(references, chosen, strict=True)
        ]
        functions, parameters = _tables(potential, species, units.length)
        self.register_buffer("functions", functions)
        self.register_buffer("function_parameters", parameters)
        self.networks = nn.ModuleList(
            ElementNetwork(element, reference, factor) for element, reference in zip(chosen, references, strict=True)
        )
        self.double()

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Return the energies of atoms; see docs/model-file.md."""
        first = first_edges(edge_index[0].contiguous(), species.size(0))
        values: Tensor = torch.ops.tumble.symmetry_functions(
            edge_vectors,
            species.index_select(0, edge_index[1]),
            first,
            species,
            self.functions,
            self.function_parameters,
            self.columns,
            self.form,
            self.inner,
        )
        energies = values.new_zeros(species.size(0))
        for k, network in enumerate(self.networks):
            atoms = (species == k).nonzero().squeeze(1)
            energies = energies.index_add(0, atoms, network(values.index_select(0, atoms)))
        return {"energy": energies}


def energy_at_mean(element: ElementPotential) -> float:
    """Return the network's energy, in training units, for the mean of all functions over the training set."""
    with torch.no_grad():
        return float(ElementNetwork(element, 0.0, 1.0).double()(torch.from_numpy(element.scaling.mean[None])))


def _linear(layer: Layer) -> nn.Linear:
    linear = nn.Linear(layer.weight.shape[1], layer.weight.shape[0], dtype=torch.float64)
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(layer.weight))
        linear.bias.copy_(torch.from_numpy(layer.bias))
    return linear


def _tables(potential: Potential, species: Sequence[str], length: float) -> tuple[Tensor, Tensor]:
    """Return the tables of the operator, for functions of chosen species only; lengths in Å."""
    symbols = [element.symbol for element in potential.elements]
    places = {symbols.index(symbol): place for place, symbol in enumerate(species)}
    functions, parameters = [], []
    for symbol in species:
        for column, own in enumerate(potential.elements[symbols.index(symbol)].functions):
            if any(neighbor not in places for neighbor in own.neighbors):
                continue
            first, second = (*(places[neighbor] for neighbor in own.neighbors), -1)[:2]
            functions.append([places[own.center], column, own.kind, first, second])
            parameters.append([own.cutoff * length, own.eta / length**2, own.shift * length, own.zeta, own.lam])
    return (
        torch.tensor(functions, dtype=torch.int64).reshape(-1, 5),
        torch.tensor(parameters, dtype=torch.float64).reshape(-1, 5),
    )
