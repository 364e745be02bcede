"""The kinds of models that can be converted. This module imports nothing heavy; a kind is imported when it is used."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tumble.hints import nearest_name

if TYPE_CHECKING:
    from tumble.convert.converted import Converter


@dataclass(frozen=True)
class Kind:
    """A kind of model.

    Attributes:
        name: Word of the command line, and name of the module in this package.
        package: Import name of the Python package that a conversion needs, or None.
        requirement: What to give to pip for it.
        source: What SOURCE is, for the help.
        options: Names of further choices, with their meaning.
        marks: Equivariant features that its conversions mark for `tumble irreps`; None if there are none.
    """

    name: str
    package: str | None
    requirement: str
    source: str
    options: dict[str, str]
    marks: str | None = None


#: One line for each module of a kind.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="sevennet",
            package="sevenn",
            requirement="sevenn==0.13.0",
            source="a checkpoint, or the name of one that the package `sevenn` contains (`7net-0`, ...)",
            options={"modal": "task of a model with several"},
            marks="the features of each interaction",
        ),
        Kind(
            name="mace",
            package="mace",
            requirement="mace-torch==0.3.16",
            source="a model of mace-torch, as its training writes it",
            options={"head": "head of a model with several"},
            marks="the features of each interaction and product",
        ),
        Kind(
            name="nequip",
            package="nequip",
            requirement="nequip==0.19.1",
            source="a checkpoint (.ckpt) or package (.nequip.zip) of NequIP or Allegro",
            options={"model": "key of a model in a file with several"},
            marks="the features of each convolution (of NequIP; those of Allegro belong to edges)",
        ),
        Kind(
            name="schnetpack",
            package="schnetpack",
            requirement="schnetpack==2.1.1",
            source="a model of SchNetPack, as its training writes it, with `--elements`",
            options={
                "units": "of its energies and lengths, such as `eV,Ang`",
                "energy": "name of the energy, if there are several outputs",
            },
        ),
        Kind(
            name="n2p2",
            package=None,
            requirement="",
            source="a folder of n2p2 or RuNNer with input.nn, scaling.data and weights.*.data",
            options={"units": "of energies and lengths, as in `eV,Ang` (default: `Hartree,Bohr`)"},
        ),
        Kind(
            name="metatrain",
            package="metatrain",
            requirement="metatrain==2026.4.1",
            source="a checkpoint (.ckpt) of the architecture PET, such as PET-MAD",
            options={
                "target": "name of the energy, if there are several",
                "units": "of energies and lengths, such as `eV,angstrom`, if the checkpoint doesn't state them",
            },
        ),
    )
}


def find_kind(name: str) -> Kind:
    """Return the kind of a name.

    Raises:
        ConfigurationError: If there is none.
    """
    from tumble.errors import ConfigurationError

    if name not in KINDS:
        raise ConfigurationError(f"`kind`: expected a kind of model, got `{name}`{nearest_name(name, KINDS, 'kinds')}")
    return KINDS[name]


def load_converter(kind: Kind) -> Converter:
    """Return the function that converts models of a kind.

    Raises:
        ConfigurationError: If the environment lacks the package.
    """
    from tumble.errors import ConfigurationError

    try:
        module = importlib.import_module(f"tumble.convert.{kind.name}")
    except ImportError as error:
        if kind.package is None:  # nothing to install: a fault of this installation
            raise
        raise ConfigurationError(
            f"`{kind.name}`: expected the package `{kind.package}` in this environment, {sys.prefix}, got: {error}; "
            f"`pip install {kind.requirement}`, here or in another environment with Tumble (a model file doesn't "
            "need the package)"
        ) from error
    converter: Converter = module.converted
    return converter
