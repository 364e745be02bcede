"""Rows that are common to the tables of all parts of the stability benchmark."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from blocks import Average, Slope, block_rms
from stability_run import EVERY, Finished
from wholeness import Wholeness

BLOCKS = 5


def row(name: str, value: float | Average, unit: str, digits: int) -> str:
    """Return a line of a table."""
    if isinstance(value, Average):
        return f"  {name:28}{value.mean:.{digits}f} ± {value.error:.{digits}f} {unit}".rstrip()
    return f"  {name:28}{value:.{digits}f} {unit}".rstrip()


def molecules(found: Wholeness) -> list[str]:
    """Return the rows on whether the molecules stayed whole."""
    verdict = f"{found.molecules}, whole in all {found.frames} frames"
    if found.first_break is not None:
        broken = found.first_break
        verdict = (
            f"BROKEN in frame {broken.frame}, step {broken.frame * EVERY} of this part: oxygen {broken.oxygen + 1} "
            f"has its own H at {broken.own:.3f} Å, another at {broken.other:.3f} Å"
        )
    lines = [
        f"  {'molecules':28}{verdict}",
        row("longest O–H", found.longest, f"Å (limit {found.limit:g} Å)", 3),
    ]
    return lines + ([row("nearest H of another", found.nearest, "Å", 3)] if math.isfinite(found.nearest) else [])


def energy(drift: Slope, unit: str) -> list[str]:
    """Return the rows of drift and fluctuation of the total energy; input in eV, output in meV per `unit`."""
    return [
        row("drift of the total energy", scaled(Average(drift.slope, drift.error)), f"meV/{unit}/ps", 4),
        row("rms fluctuation about it", 1000 * drift.fluctuation, f"meV/{unit}", 4),
    ]


def cost(finished: Finished, steps: int) -> str:
    """Return the rows of threads and time per step."""
    return f"OMP_NUM_THREADS={finished.threads}, {1000 * finished.seconds / steps:.1f} ms per step, start included"


def scaled(average: Average) -> Average:
    """Convert eV to meV."""
    return Average(1000 * average.mean, 1000 * average.error)


def torque_rms(table: Mapping[str, Any], start: int) -> Average:
    """Return the root mean square of |torque| from a line of thermo output on, eV/rad."""
    squares = np.sum([np.array(table[f"c_tumble[{axis}]"][start:]) ** 2 for axis in (1, 2, 3)], axis=0)
    return block_rms(np.sqrt(squares), BLOCKS)
