"""What a run keeps constant, from the words for its ensemble, which is all that a stored analysis has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ensemble:
    """What a run keeps constant.

    Attributes:
        temperature: Whether a thermostat sets the temperature, as far as known; otherwise it follows from the energy.
        volume: Whether the box is known to be constant.
    """

    temperature: bool = True
    volume: bool = False


_ENSEMBLES = {
    "NVE": Ensemble(temperature=False, volume=True),
    "NVT": Ensemble(volume=True),
    "NPH": Ensemble(temperature=False),
}


def ensemble_in(words: str | None) -> Ensemble:
    """Return what a run keeps constant.

    Args:
        words: Its ensemble, such as `NVT (Langevin)` (see `Run`); None if unknown.
    """
    return _ENSEMBLES.get((words or "").partition(" ")[0], Ensemble())
