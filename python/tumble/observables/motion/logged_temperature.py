"""The temperature in the log of an engine, for runs without a trajectory."""

from __future__ import annotations

from typing import Any

import numpy as np

from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.log_rows import checked_rows, time_step, unresolved_notes
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import cells_of
from tumble.version import __version__


def logged_temperature(times: Any, temperature: Any, *, blocks: int | None = None) -> Result:
    """Return the mean of a logged temperature, with its error.

    Args:
        times: [T] in ps, equally spaced.
        temperature: [T] in K.
        blocks: Number of blocks; chosen if not given.

    Raises:
        NotApplicableError: If there are fewer than 3 rows, a value isn't finite, or times aren't equally spaced.
    """
    times, rows = checked_rows("temperature", times, temperature, 1)
    mean = averaged(
        "temperature_logged",
        cells_of(np.ascontiguousarray(rows[:, 0, 0])),
        label="temperature in the log of the engine",
        unit="K",
        frame_time=time_step(times, gaps=True),
        blocks=blocks,
        diagnostic=True,
    )
    metadata = {"rows": len(times), "time_ps": [float(times[0]), float(times[-1])], "tumble": __version__}
    return Result("temperature", (mean,), metadata, unresolved_notes([mean]))
