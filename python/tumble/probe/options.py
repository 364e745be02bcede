"""Options of a probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tumble.errors import ConfigurationError
from tumble.rotation_sets import RotationSet
from tumble.set_names import GROUPS, with_inversion

_BASES = (
    "none",
    *GROUPS,
    "degree:7",
    "legendre:2",
    "legendre:3",
    "ipi-lebedev:3",
    "ipi-lebedev:5",
)
#: Sets without and with inversion, which share their proper rotations: legendre:2 and legendre:3 are the 18 and 75
#: rotations of Langer et al. 2024.
DEFAULT_SETS = tuple(name for base in _BASES for name in (base, with_inversion(base)))
#: Exact to a higher degree than all of these sets and the spectrum, at less than half the cost of degree 12.
DEFAULT_REFERENCE = with_inversion("degree:9")
DEFAULT_SPECTRUM = 4
HIGHEST_SPECTRUM = 11  # e3nn has spherical harmonics up to here


@dataclass(frozen=True)
class Options:
    """Options of a probe. Results with equal options and models can be combined.

    Attributes:
        sets: Names of sets of rotations.
        reference: Name of the set with which they are compared.
        random: Largest number of random rotations, 0 for none.
        spectrum: Highest degree of the spectrum, 0 for none.
        seed: Seed of random rotations.
    """

    sets: tuple[str, ...] = DEFAULT_SETS
    reference: str = DEFAULT_REFERENCE
    random: int = 32
    spectrum: int = DEFAULT_SPECTRUM
    seed: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return asdict(self) | {"sets": list(self.sets)}

    def check(self) -> None:
        """Check all options.

        Raises:
            ConfigurationError: If an option is invalid.
        """
        if not self.sets:
            raise ConfigurationError("`sets`: expected at least one set, got none")
        twice = [name for i, name in enumerate(self.sets) if name in self.sets[:i]]
        if twice:
            raise ConfigurationError(f"`sets`: expected every set once, got `{twice[0]}` twice")
        for name in (*self.sets, self.reference):
            RotationSet(name, self.seed)
        _expect_between("random", self.random, 0, 100_000)
        _expect_between("spectrum", self.spectrum, 0, HIGHEST_SPECTRUM)


def split_sets(text: str) -> tuple[str, ...]:
    """Return the names in a list that is separated by commas.

    Raises:
        ConfigurationError: If a name is empty.
    """
    names = tuple(name.strip() for name in text.split(","))
    if "" in names:
        raise ConfigurationError(f"`sets`: expected names with single commas between them, got `{text}`")
    return names


def powers_of_two(most: int) -> Sequence[int]:
    """Return 1, 2, 4 ... up to `most`."""
    return [1 << k for k in range(most.bit_length())]


def _expect_between(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ConfigurationError(f"`{name}`: expected an integer from {low} to {high}, got {value}")
