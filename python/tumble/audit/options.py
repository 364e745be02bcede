"""Options of an audit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tumble.errors import ConfigurationError

DEFAULT_ROTATIONS = 8
HIGHEST_SPECTRUM = 6  # the core has sets of proper rotations up to degree 12, twice this


@dataclass(frozen=True)
class Options:
    """Options of an audit.

    Attributes:
        rotations: Number of random proper rotations of each structure; each is followed by its improper partner.
        seed: Seed of all random choices.
        spectrum: Highest degree of the spectrum, of the first structure alone; 0 for none.
    """

    rotations: int = DEFAULT_ROTATIONS
    seed: int = 0
    spectrum: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return asdict(self)

    def check(self) -> None:
        """Check all options.

        Raises:
            ConfigurationError: If an option is invalid.
        """
        if self.rotations < 2:
            raise ConfigurationError(f"`rotations`: expected an integer above 1, got {self.rotations}")
        if self.seed < 0:
            raise ConfigurationError(f"`seed`: expected an integer from 0, got {self.seed}")
        if not 0 <= self.spectrum <= HIGHEST_SPECTRUM:
            raise ConfigurationError(
                f"`spectrum`: expected an integer from 0 to {HIGHEST_SPECTRUM}, got {self.spectrum}"
            )
