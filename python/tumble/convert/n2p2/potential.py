"""A potential of Behler and Parrinello, as its folder describes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ase.data import atomic_numbers

from tumble.convert.n2p2.functions import SymmetryFunction, read_functions
from tumble.convert.n2p2.layers import Layer, read_layers, read_shapes
from tumble.convert.n2p2.scaling import Scaling, read_scaling
from tumble.convert.n2p2.settings import Settings
from tumble.errors import ConversionError

#: Forms of the cutoff function.
_CUTOFF_FORMS = range(9)
_COSINE = 1


@dataclass(frozen=True)
class ElementPotential:
    """What belongs to the atoms of one element.

    Attributes:
        symbol: Chemical symbol.
        functions: Symmetry functions, in the order of the network's inputs.
        scaling: Of the functions.
        layers: Of the network.
        offset: Energy of each atom besides that of the network, in the units of the folder.
    """

    symbol: str
    functions: list[SymmetryFunction]
    scaling: Scaling
    layers: list[Layer]
    offset: float


@dataclass(frozen=True)
class Potential:
    """A potential: E = sum over atoms of (network energy / energy_factor + offset).

    Attributes:
        elements: Ascending with the atomic number.
        cutoff_form: 0 to 8, as in n2p2; see `csrc/operators/symmetry_arrays.h`.
        inner_cutoff: As a share of the cutoff.
        energy_factor: By which energies were multiplied for the training.
        files: All files that were read.
    """

    elements: list[ElementPotential]
    cutoff_form: int
    inner_cutoff: float
    energy_factor: float
    files: list[Path]

    @property
    def cutoff(self) -> float:
        """The largest cutoff, in the units of the folder."""
        return max(function.cutoff for element in self.elements for function in element.functions)


def read_potential(folder: Path) -> Potential:
    """Read a potential.

    Args:
        folder: With `input.nn`, `scaling.data` and `weights.ZZZ.data` for each element of atomic number ZZZ.

    Raises:
        ConversionError: If a file is missing, can't be read or isn't understood; with file and line.
    """
    if not folder.is_dir():
        raise ConversionError(f"`{folder}`: expected a folder with `input.nn`, got no folder")
    settings = Settings(folder / "input.nn")
    symbols = _elements(settings)
    functions = read_functions(settings, symbols)
    scaling_path = folder / "scaling.data"
    scalings = read_scaling(scaling_path, settings, [len(own) for own in functions])
    weight_paths = [folder / f"weights.{atomic_numbers[symbol]:03d}.data" for symbol in symbols]
    normalize = settings.has("normalize_nodes")
    layers = [
        read_layers(path, shape, len(own), normalize)
        for path, shape, own in zip(weight_paths, read_shapes(settings, symbols), functions, strict=True)
    ]
    form, inner = _cutoff_form(settings)
    mean, factor = _normalization(settings)
    offsets = _offsets(settings, symbols)
    return Potential(
        elements=[
            ElementPotential(symbol, own, scaling, network, offset=mean + offsets.get(symbol, 0.0))
            for symbol, own, scaling, network in zip(symbols, functions, scalings, layers, strict=True)
        ],
        cutoff_form=form,
        inner_cutoff=inner,
        energy_factor=factor,
        files=[settings.file.path, scaling_path, *weight_paths],
    )


def _elements(settings: Settings) -> list[str]:
    line = settings.one("elements")
    for symbol in line.words:
        if atomic_numbers.get(symbol, 0) < 1:
            raise settings.error(line, f"expected chemical symbols, got `{symbol}`")
    if len(set(line.words)) < len(line.words) or not line.words:
        raise settings.error(line, f"expected each element once, got `{' '.join(line.words)}`")
    for count in settings.every("number_of_elements"):  # n2p2 doesn't need it
        if settings.integer(count, 0, 1) != len(line.words):
            raise settings.error(
                count, f"expected that of the line `elements`, {len(line.words)}, got {count.words[0]}"
            )
    return sorted(line.words, key=lambda symbol: int(atomic_numbers[symbol]))


def _cutoff_form(settings: Settings) -> tuple[int, float]:
    if not settings.has("cutoff_type"):
        return _COSINE, 0.0  # the default of RuNNer; n2p2 refuses such files
    line = settings.one("cutoff_type")
    form = settings.integer(line, 0, 0)
    if form not in _CUTOFF_FORMS:
        raise settings.error(line, f"expected 0 to {_CUTOFF_FORMS[-1]}, got {form}")
    inner = settings.numbers(line, 1, 1)[0] if len(line.words) > 1 else 0.0
    if not 0.0 <= inner < 1.0:
        raise settings.error(line, f"expected an inner cutoff from 0 to below 1, got {inner:g}")
    return form, inner


def _normalization(settings: Settings) -> tuple[float, float]:
    """Mean energy of an atom, and the factor of energies; that of lengths leaves energies as they are."""
    keywords = ("mean_energy", "conv_energy", "conv_length")
    given = [keyword for keyword in keywords if settings.has(keyword)]
    if given and len(given) < len(keywords):
        raise settings.error(settings.one(given[0]), f"expected all or none of {', '.join(keywords)}")
    for keyword in ("conv_energy", "conv_length"):
        factor = settings.number(keyword, 1.0)
        if not factor > 0.0:
            raise settings.error(settings.one(keyword), f"expected a factor above 0, got {factor:g}")
    return settings.number("mean_energy", 0.0), settings.number("conv_energy", 1.0)


def _offsets(settings: Settings, symbols: list[str]) -> dict[str, float]:
    offsets: dict[str, float] = {}
    for line in settings.every("atom_energy"):
        if not line.words or line.words[0] not in symbols or line.words[0] in offsets:
            raise settings.error(line, f"expected each of {', '.join(symbols)} once, got `{' '.join(line.words)}`")
        offsets[line.words[0]] = settings.numbers(line, 1, 1)[0]
    return offsets
