"""The trajectory is complete: frames at equal intervals up to the last step, each once."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.launch.checks.check import Check, Outcome


class Frames(Check):
    """No frame is missing."""

    name = "frames"

    @override
    def failure(self, outcome: Outcome) -> str | None:
        try:
            trajectory = outcome.run.universe().trajectory
        except TrajectoryError as error:
            return str(error)
        if trajectory.steps is None:
            raise NotApplicableError("the trajectory has no steps")
        steps = np.asarray(trajectory.steps)
        if len(steps) < 2:
            raise NotApplicableError("the trajectory has a single frame")
        distances = np.diff(steps)
        interval = int(np.median(distances))
        gaps = np.flatnonzero(distances != interval)
        if len(gaps) > 0:
            where = steps[gaps[0]]
            return f"frames are missing: after step {where} comes step {steps[gaps[0] + 1]}, at intervals of {interval}"
        if outcome.step is not None and steps[-1] + interval <= outcome.step:
            return f"frames are missing: the last is that of step {steps[-1]}, and the log reaches step {outcome.step}"
        return None
