"""The temperature stays near that of the thermostat or of the start."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.launch.checks.check import Check, Outcome
from tumble.simulation_file import Expect

# Multiples of the target, and standard deviations of the fluctuations beyond them. A start from a crystal or from a
# structure of another model heats to less than twice the target.
_FACTOR, _DEVIATIONS = 2.0, 10.0
#: Without a thermostat, a start from a strained structure at rest may heat up to here, K.
_FLOOR = 1000.0


class Temperature(Check):
    """The temperature doesn't explode."""

    name = "temperature"

    @override
    def failure(self, outcome: Outcome) -> str | None:
        measured = outcome.run.log.get("temperature")
        if measured is None or len(measured) == 0:
            raise NotApplicableError("the log has no temperature")
        beads = outcome.run.beads
        limit = highest_temperature(outcome.expect, outcome.target, float(measured[0]), outcome.atoms, beads)
        hot = np.flatnonzero(measured > limit)
        if len(hot) == 0:
            return None
        time = outcome.run.time[hot[0]]
        most = np.nanmax(measured)
        words = "the start" if outcome.target is None else "the thermostat"
        return (
            f"the temperature explodes: above {limit:.4g} K from t = {time:.4g} ps on, at most {most:.4g} K, with "
            f"{outcome.target or measured[0]:.4g} K of {words}; the time step may be too long, or the structure "
            "outside the range of the model"
        )


def highest_while_running(
    expect: Expect, target: float | None, first: float, atoms: int | None, beads: int
) -> float | None:
    """Return `highest_temperature`; None without a thermostat or a limit of the user.

    A start that continues another doesn't know the first temperature of the run, which decides then.
    """
    known = target is not None or expect.limits.temperature is not None
    return highest_temperature(expect, target, first, atoms, beads) if known else None


def highest_temperature(expect: Expect, target: float | None, first: float, atoms: int | None, beads: int) -> float:
    """Return the temperature above which a run counts as exploded, K.

    The instantaneous temperature of f degrees of freedom at T fluctuates by T √(2/f). A thermostat may cool what
    begins hotter.

    Args:
        expect: What the user says.
        target: Temperature of the thermostat, K; None without one.
        first: Temperature of the first row, K.
        atoms: Number of atoms; None if unknown.
        beads: Number of beads.
    """
    if expect.limits.temperature is not None:
        return expect.limits.temperature
    freedom = max(1, 3 * (atoms or 1) * beads - 3)
    spread = _FACTOR + _DEVIATIONS * float(np.sqrt(2 / freedom))
    first = first if np.isfinite(first) else 0.0
    return max(_FLOOR, spread * first) if target is None else spread * max(target, first)
