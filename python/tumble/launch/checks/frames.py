"""The trajectory is complete: a frame at each interval up to the last step."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.launch.checks.check import Check, Outcome

# Fraction of frames one interval behind the last; others may have been written at steps of their own.
_REGULAR = 0.75


class Frames(Check):
    """No frame is missing.

    The interval may change in a continuation, and frames may come in between: only a gap of several intervals between
    frames at that interval is one.
    """

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
        values, counts = np.unique(distances, return_counts=True)
        interval = int(values[np.argmax(counts)])
        usual = distances == interval
        if np.mean(usual) < _REGULAR:
            raise NotApplicableError("the frames aren't at equal intervals")
        before, after = np.append(False, usual[:-1]), np.append(usual[1:], False)
        gaps = np.flatnonzero((distances > interval) & (distances % interval == 0) & before & after)
        if len(gaps) > 0:
            where = steps[gaps[0]]
            return f"frames are missing: after step {where} comes step {steps[gaps[0] + 1]}, at intervals of {interval}"
        if outcome.step is not None and steps[-1] + max(interval, int(distances[-1])) <= outcome.step:
            return f"frames are missing: the last is that of step {steps[-1]}, and the log reaches step {outcome.step}"
        return None
