"""The conserved quantity is conserved, roughly: this check finds absurd drifts, not small ones."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.launch.checks.check import Check, Outcome

#: meV per atom and ps, with beads per atom of a bead: about kT at 300 K for each of the three directions in 2 ps.
LIMIT = 40.0
_SHORTEST = 1.0  # ps; in a shorter run a fluctuation would look like a drift
_FEWEST = 3  # rows


class Drift(Check):
    """The conserved quantity doesn't drift absurdly.

    The drift is the slope of a straight line (least squares) through the logged values. Random rotations heat, and a
    local thermostat takes the heat out: the conserved quantity then drifts by what is removed.
    """

    name = "conserved quantity"

    @override
    def failure(self, outcome: Outcome) -> str | None:
        values, time = outcome.run.log.get("conserved"), outcome.run.time
        if values is None or len(values) < _FEWEST:
            raise NotApplicableError("the log has no conserved quantity, or too few rows")
        if outcome.atoms is None:
            raise NotApplicableError("the number of atoms is unknown")
        finite = np.isfinite(values)
        if np.sum(finite) < _FEWEST:
            raise NotApplicableError("the conserved quantity isn't finite")
        slope = np.polyfit(time[finite] - time[0], values[finite], 1)[0]
        length = float(time[finite][-1] - time[0])
        per_atom = 1000 * slope * length / (max(length, _SHORTEST) * outcome.atoms * outcome.run.beads)
        limit = outcome.expect.limits.drift or LIMIT
        if abs(per_atom) <= limit:
            return None
        return (
            f"the conserved quantity drifts by {per_atom:.4g} meV per atom and ps, more than {limit:g}: the time step "
            "is too long, or forces aren't the derivative of the energy"
        )
