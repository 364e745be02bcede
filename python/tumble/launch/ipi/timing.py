"""Where the time of i-PI's drivers went, and how many beads came together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import override

from tumble.launch.driver_line import DriverLine
from tumble.launch.speed import IDLE, Timing

_FULL = 0.8  # structures per place


@dataclass(frozen=True)
class DriverTiming(Timing):
    """What the drivers measured.

    Attributes:
        drivers: Their reports.
        beads: Number of beads.
        batch: Number of structures that the server sends together.
        server: Share of a core that the server used.
    """

    drivers: Sequence[DriverLine]
    beads: int
    batch: int
    server: float = 0.0

    @override
    def sentences(self) -> list[str]:
        found = []
        for number, line in enumerate(self.drivers, 1):
            name = "driver" if len(self.drivers) == 1 else f"driver {number}"
            parts = [f"{part} {share:.0%}" for part, share in line.shares.items()]
            if line.together is not None:
                of = "" if line.occupancy is None else f" ({line.occupancy:.0%} of the places)"
                parts.append(f"{line.together:.3g} beads per batch{of}")
            found.append(f"{name}: {', '.join(parts)}")
        return found

    @override
    def advice(self) -> list[str]:
        advice = []
        together = [line.together for line in self.drivers if line.together is not None]
        full = [line.occupancy for line in self.drivers if line.occupancy is not None]
        if full and self.batch > 1 and min(full) < _FULL:
            advice.append(f"batches are {min(full):.0%} full: choose a `batch_size` that divides the number of beads")
        if together and self.beads > 1 and self.batch == 1 and max(together) < _FULL * self.beads / len(self.drivers):
            advice.append(
                f"a driver evaluates {max(together):.3g} of {self.beads} beads at a time: `<batch_size> {self.beads} "
                f"</batch_size>` in the `ffsocket`, or `connections: {self.beads}` in simulation.yaml, makes one batch "
                "of them"
            )
        if self.server > IDLE:
            advice.append(
                f"i-PI itself computes during {self.server:.0%} of the time: larger strides of its outputs help"
            )
        return advice
