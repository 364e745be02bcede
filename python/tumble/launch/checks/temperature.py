"""The temperature stays near that of the thermostat or of the start."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.launch.checks.check import Check, Outcome

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
        limit = highest_temperature(outcome, float(measured[0]))
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


def highest_temperature(outcome: Outcome, first: float) -> float:
    """Return the temperature above which a run counts as exploded, K.

    The instantaneous temperature of f degrees of freedom at T fluctuates by T √(2/f).

    Args:
        outcome: The run; its log isn't used.
        first: Temperature of the first row, K.
    """
    if outcome.expect.limits.temperature is not None:
        return outcome.expect.limits.temperature
    target = outcome.target
    atoms = outcome.atoms or 1
    freedom = max(1, 3 * atoms * outcome.run.beads - 3)
    spread = _FACTOR + _DEVIATIONS * float(np.sqrt(2 / freedom))
    return max(_FLOOR, spread * first) if target is None else spread * target
