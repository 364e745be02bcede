"""What the module of a kind returns: a network with Tumble's `forward`, and what the source says about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import torch
from ase.calculators.calculator import Calculator

DType = Literal["float32", "float64"]


@dataclass(frozen=True)
class Request:
    """What a user asks for.

    Attributes:
        source: Path of a file or folder, or the name of a model that the package knows.
        elements: Chemical symbols to keep, in this order; without them, all that the model knows.
        dtype: Precision of the network in the file; without it, that of the source.
        options: Further choices, such as the task of a model with several, by name.
    """

    source: str
    elements: Sequence[str] | None = None
    dtype: DType | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Converted:
    """A network with Tumble's `forward`, and what belongs to it.

    Attributes:
        network: Scriptable or scripted module, in evaluation mode, in the precision `dtype`; see docs/model-file.md.
        name: Short name.
        species: Chemical symbols, in the order of the species index.
        cutoff: Å.
        depth: Number of cutoffs that an atomic energy sees.
        dtype: Precision of the network.
        baseline: Energy of each species in eV, which is added outside the network in double precision.
        files: What was read.
        calculator: Returns the package's own ASE calculator in a precision (`float64` for comparisons), or None if the
            package has none.
        licence: Licence of the weights.
        citation: What to cite.
    """

    network: torch.nn.Module
    name: str
    species: Sequence[str]
    cutoff: float
    depth: int
    dtype: DType
    baseline: Sequence[float]
    files: Sequence[Path]
    calculator: Callable[[DType], Calculator] | None
    licence: str = "not stated"
    citation: str = "not stated"


class Converter(Protocol):
    """The function `converted` of the module of a kind."""

    def __call__(self, request: Request) -> Converted:
        """Build the network.

        Raises:
            ConversionError: If the source can't be read, or has parts that a model file can't have.
            ConfigurationError: If the package isn't installed, or an option or element is unknown.
        """
