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
        return target_of(self.expect, self.run.thermostat, self.run.temperature)


def target_of(expect: Expect, thermostat: str | None, temperature: float | None) -> float | None:
    """Return the temperature of the thermostat, K; None without one, or if unknown.

    Args:
        expect: What the user says.
        thermostat: Kind of thermostat, as in `Run`.
        temperature: K; None if unknown.
    """
    if expect.ensemble == "nve" or (expect.ensemble is None and thermostat == "none"):
        return None
    return temperature if expect.temperature is None else expect.temperature


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
