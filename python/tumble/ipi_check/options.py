"""How the driver will be started: the options of `tumble drive` that matter for an input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tumble import _core
from tumble.errors import ConfigurationError


@dataclass(frozen=True)
class Options:
    """Options of the driver.

    Attributes:
        structure: Its structure file; None for the file from which i-PI starts.
        periodic: Letters of the periodic cell vectors; None for the driver's default.
        symmetrize, mode, seed, beads: As for `tumble.drive.drive`.
        connections: Connections of one driver.
        forcefield: Name of the forcefield that it serves; None for each that it can serve.
        evaluations: Budget for measuring the stiffest mode; 0 to measure nothing on the model.
    """

    structure: Path | None = None
    periodic: str | None = None
    symmetrize: str = "none"
    mode: str = "average"
    seed: int | None = None
    beads: str = "independent"
    connections: int = 1
    forcefield: str | None = None
    evaluations: int = 48

    def symmetrizer(self) -> _core.Symmetrizer:
        """Return the rotations.

        Raises:
            ConfigurationError: If an option is invalid.
        """
        if self.connections < 1:
            raise ConfigurationError(f"`connections`: expected at least 1, got {self.connections}")
        if self.evaluations < 0:
            raise ConfigurationError(f"`evaluations`: expected at least 0, got {self.evaluations}")
        return _core.Symmetrizer(self.symmetrize, self.mode, self.seed)
