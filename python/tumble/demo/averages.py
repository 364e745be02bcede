"""The averages of the report: all over the same part of a run, with standard errors from blocks."""

from __future__ import annotations

from tumble.analysis import Average, block_average, block_rms
from tumble.demo.runs import Array, Run

SKIPPED = 0.25  # part of each run, from its start, that averages leave out
BLOCKS = 4  # fewer if there are fewer samples


def first_counted(samples: int) -> int:
    """Index of the first of so many samples of a run that counts."""
    return int(SKIPPED * samples)


def temperature(run: Run) -> Average:
    """Mean temperature, K."""
    return block_average(*_counted(run.temperature))


def torque_rms(run: Run) -> Average:
    """Root of the mean square of the frame torque, eV/rad."""
    return block_rms(*_counted(run.torque))


def kinetic_energy(run: Run) -> Average | None:
    """Centroid-virial kinetic energy per molecule, eV; None for classical nuclei."""
    return None if run.kinetic is None else block_average(*_counted(run.kinetic))


def _counted(samples: Array) -> tuple[Array, int]:
    """The samples that count, and into how many blocks to cut them."""
    counted = samples[first_counted(len(samples)) :]
    return counted, min(BLOCKS, len(counted))
