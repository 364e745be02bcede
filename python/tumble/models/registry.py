"""The architectures that can be trained, by the word `kind` in the `model` of a configuration.

An architecture is a frozen dataclass with the sizes of a model, and a module that is built from it. The module has
`cutoff` (Å), `depth` (in cutoffs) and the `forward` of a model file (docs/model-file.md): it returns `energy` and the
outputs that its sizes declare. Modules are imported only when they are asked for, since some need further packages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from torch import nn

from tumble.errors import ConfigurationError
from tumble.hints import nearest_name
from tumble.spherical import load_o3

DEFAULT_KIND = "pet"  # of configurations and files without the word


class ModelConfig(Protocol):
    """Sizes of a model: a frozen dataclass, which checks its values and raises ValueError."""

    @property
    def species(self) -> tuple[str, ...]:
        """Chemical symbols, in the order of the model's species indices."""

    @property
    def cutoff(self) -> float:
        """Radius of the neighbor lists, Å."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs in addition to the energy, as in a model file."""


@dataclass(frozen=True)
class Architecture:
    """One kind of model.

    Attributes:
        config: Dataclass of the sizes, a `ModelConfig`.
        network: Function that builds the module from the sizes, with random weights from torch's global generator.
    """

    config: type[Any]
    network: Callable[[Any], nn.Module]


def _pet() -> Architecture:
    from tumble.models.pet import Pet, PetConfig

    return Architecture(PetConfig, Pet)


def _equivariant() -> Architecture:
    load_o3("kind: equivariant")
    from tumble.models.equivariant import Equivariant, EquivariantConfig

    return Architecture(EquivariantConfig, Equivariant)


ARCHITECTURES: dict[str, Callable[[], Architecture]] = {"pet": _pet, "equivariant": _equivariant}


def architecture(kind: str) -> Architecture:
    """Return the architecture of a kind.

    Raises:
        ConfigurationError: If there is no such kind, or a package that it needs isn't installed.
    """
    if kind not in ARCHITECTURES:
        raise ConfigurationError(
            f"`kind`: expected {' or '.join(ARCHITECTURES)}, got `{kind}`{nearest_name(kind, ARCHITECTURES, 'kinds')}"
        )
    return ARCHITECTURES[kind]()


def kind_of(config: ModelConfig) -> str:
    """Return the kind of a model with these sizes."""
    return next(kind for kind in ARCHITECTURES if architecture(kind).config is type(config))


def build_network(config: ModelConfig) -> nn.Module:
    """Return a model of these sizes, with random weights from torch's global generator."""
    return architecture(kind_of(config)).network(config)
