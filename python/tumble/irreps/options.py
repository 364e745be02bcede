"""Options of an analysis of irreps."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tumble.errors import ConfigurationError


@dataclass(frozen=True)
class Options:
    """Options of an analysis of irreps.

    Attributes:
        seed: Seed of permutations, of the rotation of the check, and of the bootstrap.
        ablation: Whether to evaluate the model without each part, which takes most of the time.
        memory: Budget of a batch, MB; by default 64 on a CPU, 1024 on a GPU. One structure is always evaluated.
    """

    seed: int = 0
    ablation: bool = True
    memory: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return asdict(self)

    def check(self) -> None:
        """Check all options.

        Raises:
            ConfigurationError: If an option is invalid.
        """
        if self.seed < 0:
            raise ConfigurationError(f"`seed`: expected an integer from 0, got {self.seed}")
        if self.memory is not None and not self.memory > 0.0:
            raise ConfigurationError(f"`memory`: expected a number of MB above 0, got {self.memory}")
