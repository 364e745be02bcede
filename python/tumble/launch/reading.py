"""What the outputs of a running engine say, which a monitor of each engine reads while they grow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """What the outputs of an engine say at the moment.

    Attributes:
        step: Last logged step; None before the first row.
        last: Step at which the run ends; None if unknown.
        timestep: ps; None if unknown.
        atoms: Number of atoms; None if unknown.
        temperature: K; None if it isn't logged.
        highest: Temperature above which the run counts as exploded, K; None if it isn't known before the end.
        conserved: Conserved quantity, eV; None if it isn't logged.
        drift: Its change since the first row of this start, per atom and ps, meV; None if unknown.
        broken: Name of a logged quantity that is infinite or NaN; None if all are finite.
    """

    step: int | None = None
    last: int | None = None
    timestep: float | None = None
    atoms: int | None = None
    temperature: float | None = None
    highest: float | None = None
    conserved: float | None = None
    drift: float | None = None
    broken: str | None = None


@dataclass(frozen=True)
class Details:
    """What is read only for a line that is shown, from further files.

    Attributes:
        torque: Length of the frame torque, averaged over beads, eV/rad; None if it isn't logged.
        occupancy: Structures that were evaluated together, per place that the server has for them; None if unknown, or
            if there is one place.
    """

    torque: float | None = None
    occupancy: float | None = None


class Monitor(ABC):
    """Reader of outputs that grow."""

    @abstractmethod
    def read(self) -> Reading:
        """Read what was added and return the latest values."""

    @abstractmethod
    def details(self) -> Details:
        """Return the rest, which takes longer."""
