"""How much the run writes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.extras import KEYS
from tumble.runs.ipi.input import TrajectoryOutput

# Bytes that i-PI writes (`ipi.utils.io.backends`, floats as %16.8e).
_ATOM = {"xyz": 48, "pdb": 81, "ase": 60, "bin": 30}
_HEADING = 120
_NUMBER = 17
_RAW = 400  # of the driver's extras as text
_OF_BEADS = (
    "positions",
    "velocities",
    "forces",
    "forces_spring",
    "momenta",
    "extras",
    "extras_bias",
    "forces_sc",
    "Eforces",
)
_MANY = 10e9


class Disk(Check):
    """Estimate the size of all outputs, and compare it with the space on the disk."""

    name = "disk"
    title = "size on disk"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        sizes = {each.stem.name: _trajectory(case, each) for each in case.input.trajectories}
        sizes |= {
            each.path.name: _NUMBER * len(each.names) * case.steps // each.stride for each in case.input.properties
        }
        total = sum(sizes.values())
        if not total:
            return
        free = shutil.disk_usage(case.xml.absolute().parent).free
        largest = max(sizes, key=lambda name: sizes[name])
        text = f"{case.steps} steps write about {_words(total)}, of which {_words(sizes[largest])} are `{largest}`"
        cure = f"a larger stride for `{largest}`, or x_centroid in place of all beads"
        if total > free:
            yield error(f"{text}; the disk has {_words(free)} left", cure)
        elif total > _MANY:
            yield warning(text, cure)
        else:
            yield note(text)


def _trajectory(case: Case, output: TrajectoryOutput) -> int:
    files = len(output.beads(case.beads)) if output.quantity in _OF_BEADS else 1
    if output.quantity.startswith("extras"):
        frame = 30 + sum(_NUMBER * KEYS[key] if key in KEYS else _RAW for key in output.extra_keys)
    else:
        frame = _HEADING + len(case.atoms.labels) * _ATOM.get(output.format, _ATOM["xyz"])
    return files * frame * (case.steps // output.stride + 1)


def _words(size: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000.0:
            return f"{size:.3g} {unit}"
        size /= 1000.0
    return f"{size:.3g} TB"
