"""All steps were done."""

from __future__ import annotations

from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.launch.checks.check import Check, Outcome


class Steps(Check):
    """The run reached its last step."""

    name = "steps"

    @override
    def failure(self, outcome: Outcome) -> str | None:
        if outcome.last is None:
            raise NotApplicableError("the number of steps is unknown")
        interval = _interval(outcome)
        # Of a run of 1003 steps with a row every 10, the last row is that of step 1000.
        if outcome.step is not None and outcome.step > outcome.last - max(interval, 1):
            return None
        return f"the run ended at step {outcome.step or 0} of {outcome.last}, although the engine reports success"


def _interval(outcome: Outcome) -> int:
    """Return the number of steps between rows of the log."""
    time, timestep = outcome.run.time, outcome.run.timestep
    return round(float(time[1] - time[0]) / timestep) if len(time) > 1 and timestep else 1
