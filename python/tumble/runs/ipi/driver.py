"""Files of `tumble drive` next to the outputs of i-PI: its messages, and its log of the symmetry error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tumble.errors import TrajectoryError
from tumble.runs.ipi.input import IpiInput
from tumble.runs.ipi.symmetry_log import read_symmetry_log
from tumble.runs.run_line import RunLine, read_run_line
from tumble.trajectories.trajectory_file import check_file
from tumble.types import Array

_HEAD = 100_000  # characters at the beginning of a log, which contain the driver's line about its model


def model_in_driver_log(folder: Path) -> RunLine:
    """Return the line about the model in the log of `tumble drive`, a file *.log next to the outputs."""
    for path in sorted(folder.glob("*.log")):
        try:
            check_file(path)
            with path.open(errors="replace") as file:
                line = read_run_line(file.read(_HEAD))
        except (OSError, TrajectoryError):
            continue  # a folder or a pipe with that name, or a file that isn't readable
        if line.model:
            return line
    return RunLine()


def symmetry_of(logs: Sequence[Path], found: IpiInput) -> tuple[Array, dict[str, Array], tuple[str, ...]]:
    """Return the values in the log of the symmetry error.

    The driver counts rounds through the beads. If one driver serves all beads and i-PI requests forces once per step,
    round n is step n − 1, at the time (n − 1) Δt. If rounds aren't steps, as in multiple time stepping or with several
    drivers, the log is left out.

    Args:
        logs: Result of `symmetry_logs_in` for the folder of the run.
        found: The input of the run.

    Returns:
        Times [V] in ps, columns [V] (see `Run.symmetry`), and sentences about what was left out.
    """
    if not logs:
        return np.empty(0), {}, ()
    names = ", ".join(f"`{path.name}`" for path in logs)

    def left_out(reason: str) -> tuple[Array, dict[str, Array], tuple[str, ...]]:
        return np.empty(0), {}, (f"The log of the symmetry error, {names}, is left out: {reason}.",)

    if len(logs) > 1:
        return left_out("there are several, and with several drivers their rounds aren't steps")
    if found.motion.timestep is None or not found.motion.one_force_per_step:
        return left_out("its rounds are steps only in molecular dynamics without multiple time stepping")
    if found.start > 0:
        return left_out(f"its rounds are counted from the start, and the input starts from step {found.start}")
    try:
        log = read_symmetry_log(logs[0])
    except TrajectoryError as error:
        return left_out(str(error))
    # Beads at the same positions, as at the start, share one line, but most rounds have all lines.
    lines = float(np.median(log.lines))
    if lines != found.beads:
        return left_out(f"its rounds have {lines:g} lines for {found.beads} beads, so they aren't steps")
    notes = log.notes
    if log.parts > 1:
        notes += (
            f"The driver was started {log.parts} times: after the first start, times of the symmetry error are "
            "uncertain by the interval between its rows.",
        )
    return (log.rounds - 1) * found.motion.timestep, log.values, notes
