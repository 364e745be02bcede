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
        temperature: K; None if it isn't logged.
        conserved: Conserved quantity, eV; None if it isn't logged.
        drift: Its change since the first row of this start, per atom and ps, meV; None if unknown.
        torque: Length of the frame torque, averaged over beads, eV/rad; None if it isn't logged.
        broken: Name of a logged quantity that is infinite or NaN; None if all are finite.
    """

    step: int | None = None
    last: int | None = None
    timestep: float | None = None
    temperature: float | None = None
    conserved: float | None = None
    drift: float | None = None
    torque: float | None = None
    broken: str | None = None


class Monitor(ABC):
    """Reader of outputs that grow."""

    @abstractmethod
    def read(self) -> Reading:
        """Read what was added and return the latest values."""
