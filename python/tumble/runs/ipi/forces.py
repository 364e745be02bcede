"""The elements `force` of a system: which forcefields act on it, at which levels of multiple time stepping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tumble.runs.ipi.elements import integer_of, number_of, word_of, words_of


@dataclass(frozen=True)
class ForceComponent:
    """An element `force`.

    Attributes:
        forcefield: Name of the forcefield.
        beads: Number of beads of the contracted ring polymer on which it is evaluated; 0 for all.
        weight: Factor of the force.
        levels: Its weight at each level of multiple time stepping, from the outermost.
        interpolated: Extras that are summed over forcefields like energies.
    """

    forcefield: str
    beads: int
    weight: float
    levels: tuple[float, ...]
    interpolated: tuple[str, ...]

    @property
    def acts_at(self) -> tuple[int, ...]:
        """Levels at which it acts."""
        return tuple(level for level, weight in enumerate(self.levels) if weight * self.weight != 0.0)


def forces_of(system: Any) -> Sequence[ForceComponent]:
    """Return the components of the forces of a system.

    Raises:
        TrajectoryError: If a word isn't a number.
    """
    return [
        ForceComponent(
            forcefield=word_of(each, "forcefield", ""),
            beads=integer_of(word_of(each, "nbeads", "0"), "nbeads"),
            weight=number_of(word_of(each, "weight", "1"), "weight"),
            # i-PI's default: a force acts at the outermost level.
            levels=tuple(number_of(word, "mts_weights") for word in words_of(each.find("mts_weights"))) or (1.0,),
            interpolated=tuple(words_of(each.find("interpolate_extras"))),
        )
        for each in system.findall("forces/force")
    ]
