"""What a check gets, and what it returns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from tumble.runs.run import Run
from tumble.simulation_file import Expect


@dataclass(frozen=True)
class Outcome:
    """A run that has ended.

    Attributes:
        run: Its outputs.
        expect: What it is checked for.
        step: Last logged step; None without any.
        last: Step at which it should have ended; None if unknown.
    """

    run: Run
    expect: Expect
    step: int | None
    last: int | None

    @property
    def atoms(self) -> int | None:
        """Number of atoms; None if unknown."""
        return sum(self.run.atoms.values()) or self.run.n_atoms

    @property
    def target(self) -> float | None:
        """Temperature of the thermostat, K; None without one, or if unknown."""
        if self.expect.ensemble == "nve" or (self.expect.ensemble is None and self.run.thermostat == "none"):
            return None
        return self.run.temperature if self.expect.temperature is None else self.expect.temperature


class Check(ABC):
    """A check of the physics."""

    #: Name in messages.
    name: ClassVar[str]

    @abstractmethod
    def failure(self, outcome: Outcome) -> str | None:
        """Return why the physics has failed; None if it hasn't.

        Raises:
            NotApplicableError: If the run lacks what the check needs.
        """
