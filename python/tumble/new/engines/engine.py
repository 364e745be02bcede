"""An engine: the files that it needs, and where its output has what the README speaks of."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar

from tumble.new.setup import Setup
from tumble.simulation_file import Expect, Simulation


class Engine(ABC):
    """An engine.

    Attributes:
        name: Word on the command line and in `simulation.yaml`.
        title: Name in sentences.
        programs: What `tumble run` starts.
        energy: Where the first row of the log has the potential energy.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    programs: ClassVar[str]
    energy: ClassVar[str]

    @abstractmethod
    def check(self, setup: Setup) -> None:
        """Refuse what the engine can't do.

        Raises:
            ConfigurationError: If the setup needs another engine.
        """

    @abstractmethod
    def input_name(self, setup: Setup) -> str:
        """Return the name of the input."""

    @abstractmethod
    def structure_name(self, setup: Setup) -> str:
        """Return the name of the structure's file."""

    @abstractmethod
    def files(self, setup: Setup, title: str) -> dict[str, str]:
        """Return the contents of input and structure, by their names.

        Args:
            setup: The simulation.
            title: First sentence of the input.
        """

    @abstractmethod
    def simulation(self, setup: Setup, expect: Expect) -> Simulation:
        """Return the content of `simulation.yaml`.

        Args:
            setup: The simulation.
            expect: What `tumble run` checks.
        """

    @abstractmethod
    def by_hand(self, setup: Setup) -> list[str]:
        """Return the command lines that start the simulation without `tumble run`."""

    def analysis(self, setup: Setup) -> str:
        """Return a sentence about what to do after the run."""
        return (
            "Afterwards `tumble analyze .` computes all observables that the run allows; `tumble report .` makes a "
            "page."
        )

    @abstractmethod
    def output_bytes(self, setup: Setup) -> int:
        """Return about how many bytes a whole run writes."""

    @abstractmethod
    def processes(self, setup: Setup) -> int:
        """Return the number of processes that evaluate beads at the same time, whatever the machine."""

    @abstractmethod
    def torque(self, setup: Setup) -> str:
        """Return where the first row of the output has the frame torque."""

    @abstractmethod
    def conserved(self, setup: Setup) -> str:
        """Return a sentence about the conserved quantity, for rotations that aren't random."""

    @abstractmethod
    def temperature(self, setup: Setup) -> str:
        """Return a sentence about the temperature in the log, for a thermostat that acts on all modes."""


def scatter(temperature: float, freedoms: int) -> float:
    """Return the standard deviation of the temperature of so many degrees of freedom in the canonical ensemble, K."""
    return temperature * math.sqrt(2 / freedoms)
