"""A folder of n2p2 or RuNNer as a network with Tumble's contract."""

from __future__ import annotations

from pathlib import Path

from tumble.convert.converted import Converted, Request
from tumble.convert.elements import chosen_elements
from tumble.convert.n2p2.network import BehlerParrinello, Units
from tumble.convert.n2p2.potential import read_potential
from tumble.errors import ConfigurationError
from tumble.units.constants import BOHR, EV_IN_KJ_PER_MOL, HARTREE, KCAL_IN_KJ

_ENERGIES = {
    "Hartree": HARTREE,
    "eV": 1.0,
    "kcal/mol": KCAL_IN_KJ / EV_IN_KJ_PER_MOL,
    "kJ/mol": 1.0 / EV_IN_KJ_PER_MOL,
}
_LENGTHS = {"Bohr": BOHR, "Ang": 1.0, "nm": 10.0}


def converted(request: Request) -> Converted:
    """Build the network of a folder with `input.nn`, `scaling.data` and `weights.*.data`.

    Raises:
        ConversionError: If a file is missing or not understood, with file and line.
        ConfigurationError: If an element or the option `units` is unknown.
    """
    units = _units(request.options.get("units", "Hartree,Bohr"))
    folder = Path(request.source)
    potential = read_potential(folder)
    species = chosen_elements(request.elements, [element.symbol for element in potential.elements])
    network = BehlerParrinello(potential, species, units)
    return Converted(
        network=network,
        name=folder.resolve().name,
        species=species,
        cutoff=network.cutoff,
        depth=1,
        dtype=request.dtype or "float64",
        baseline=network.baseline,
        files=potential.files,
        calculator=None,
    )


def _units(words: str) -> Units:
    energy, _, length = words.partition(",")
    if energy not in _ENERGIES or length not in _LENGTHS:
        raise ConfigurationError(
            f"`units`: expected an energy of {', '.join(_ENERGIES)} and a length of {', '.join(_LENGTHS)}, as in "
            f"`eV,Ang`, got `{words}`"
        )
    return Units(_ENERGIES[energy], _LENGTHS[length])
