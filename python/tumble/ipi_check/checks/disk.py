"""How much the run writes."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator

from typing_extensions import override

from tumble.amounts import size
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.input import IpiInput, read_ipi_system
from tumble.runs.ipi.sizes import sizes_of
from tumble.runs.ipi.systems import systems_of

_MANY = 10e9


class Disk(Check):
    """Estimate the size of all outputs, and compare it with the space on the disk."""

    name = "disk"
    title = "size on disk"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        if case.index > 0:
            return  # the first system speaks for all
        sizes: Counter[str] = Counter()
        for index, system in enumerate(systems_of(case.root)):
            found = read_ipi_system(case.xml, case.root, system)
            sizes.update(sizes_of(found, _atoms(case, index, found)))
        total = sizes.total()
        if not total:
            return
        free = shutil.disk_usage(case.xml.absolute().parent).free
        largest = max(sizes, key=lambda name: sizes[name])
        text = f"{case.steps} steps write about {size(total)}, of which {size(sizes[largest])} are `{largest}`"
        cure = f"a larger stride for `{largest}`, or x_centroid in place of all beads"
        if total > free:
            yield error(f"{text}; the disk has {size(free)} left", cure)
        elif total > _MANY:
            yield warning(text, cure)
        else:
            yield note(text)


def _atoms(case: Case, index: int, found: IpiInput) -> int:
    """Return the number of atoms of a system; that of the first one if it is unknown."""
    if index < len(case.view.systems):
        return len(case.view.systems[index]["labels"])
    return sum(found.atoms.values()) or len(case.atoms.labels)
