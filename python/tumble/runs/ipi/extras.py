"""Reader of the extras of i-PI: numbers that the driver returned for each bead, such as the frame torque."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import numpy as np

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.runs.ipi.input import TrajectoryOutput
from tumble.runs.ipi.trajectory import files_of_beads
from tumble.runs.text_rows import complete_lines, row_of
from tumble.trajectories.frames import continuing
from tumble.types import Array

_STEP = re.compile(rb"#\s*Step:\s*(\d{1,15})(?!\d)")
#: Count of numbers of each key of `tumble drive`; i-PI writes the numbers of several keys in one row.
KEYS = {"torque": 3, "bare_energy": 1, "bare_torque": 3}


def read_extras(paths: Sequence[Path]) -> tuple[Array, Array, tuple[str, ...]]:
    """Read files of extras, one for each bead.

    Damaged lines, a last line that was cut off, and steps that aren't in all files are left out.

    Args:
        paths: Files in the order of the beads.

    Returns:
        The steps [U], the numbers [U,P,K] of P beads, K numbers each, and sentences about what was left out.

    Raises:
        ConfigurationError: If there are no paths.
        TrajectoryError: If a file has other contents.
    """
    if not paths:
        raise ConfigurationError("`paths`: expected a file for each bead, got none")
    beads = [_read_bead(path) for path in paths]
    widths = {numbers.shape[1] for _, numbers, _ in beads}
    if len(widths) > 1:
        raise TrajectoryError(f"`{paths[0]}`: expected as many numbers for each bead, got others")
    shared = reduce(np.intersect1d, [steps for steps, _, _ in beads])
    notes = tuple(
        f"{damaged} rows in `{path.name}` are damaged and left out."
        for path, (_, _, damaged) in zip(paths, beads, strict=True)
        if damaged > 0
    )
    return shared, np.stack([numbers[np.searchsorted(steps, shared)] for steps, numbers, _ in beads], axis=1), notes


def torque_of(
    outputs: Sequence[TrajectoryOutput], beads: int, timestep: float | None
) -> tuple[Array, Array | None, tuple[str, ...]]:
    """Return the frame torque that the driver returned as extras.

    Args:
        outputs: Elements `trajectory` of the input.
        beads: Number of beads.
        timestep: ps.

    Returns:
        Times [U] in ps, torques [U,P,3] in eV/rad or None, and sentences about what was left out.
    """
    notes = []
    for output in outputs:
        keys = output.extra_keys
        if output.quantity != "extras" or "torque" not in keys:
            continue
        files = files_of_beads(output, beads, "")
        if not files:
            continue
        if timestep is None:
            notes.append(f"The frame torque in `{output.stem.name}_*` is left out, since the run's steps have no time.")
            continue
        before = keys[: keys.index("torque")]
        if len(files) < beads or any(key not in KEYS for key in before):
            reason = "of all beads" if len(files) < beads else "after known keys only"
            notes.append(f"Extras in `{output.stem.name}_*` are left out: expected the frame torque {reason}.")
            continue
        first = sum(KEYS[key] for key in before)
        try:
            steps, numbers, more = read_extras(tuple(files.values()))
        except TrajectoryError as error:
            notes.append(f"The frame torque is left out: {error}.")
            continue
        if numbers.shape[2] >= first + 3 and len(steps) > 0:
            return steps * timestep, numbers[:, :, first : first + 3], (*notes, *more)
        notes.append(f"The frame torque is left out: expected it in `{output.stem.name}_*`, got other extras.")
    return np.empty(0), None, tuple(notes)


def _read_bead(path: Path) -> tuple[Array, Array, int]:
    """Return the increasing steps [U], the numbers [U,K], and the number of damaged rows, which are left out."""
    steps: list[float] = []
    rows: list[list[float]] = []
    step: float | None = None
    damaged = 0
    for line in complete_lines(path):
        headings = _STEP.findall(line)
        if headings:
            # If a run was killed and continued, the row of the previous step may be cut off.
            step = float(headings[-1])
        elif line.strip() and b"#" not in line:
            row = row_of(line.split())
            if row is None or step is None:
                damaged += 1
            else:
                steps.append(step)
                rows.append(row)
            step = None
    widths = Counter(map(len, rows))
    if not widths:
        raise TrajectoryError(f"`{path}`: expected extras of i-PI, found none")
    width = widths.most_common(1)[0][0]
    kept = [index for index, row in enumerate(rows) if len(row) == width]
    damaged += len(rows) - len(kept)
    if damaged >= len(kept):
        raise TrajectoryError(f"`{path}`: expected a line of numbers for each step, got others in {damaged} places")
    clock, numbers = np.array(steps)[kept], np.array([rows[index] for index in kept])
    keep = continuing(clock)
    return clock[keep], numbers[keep], damaged
