"""Fixed atoms and the center of mass."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, note, warning
from tumble.runs.ipi.elements import word_of
from tumble.runs.ipi.motion import fixed_in, is_dynamics


class Constraints(Check):
    """Look at what may not move."""

    name = "constraints"
    title = "fixed atoms and center of mass"
    of_dynamics = True

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        # With mode='multi' there are motions within the motion.
        every = case.system.find("motion").iter("motion")
        motions = [motion for motion in every if is_dynamics(word_of(motion, "mode", ""))]
        fixed = list(dict.fromkeys(name for motion in motions for name in fixed_in(motion)))
        free_center = all((motion.findtext("fixcom") or "True").strip().lower() == "false" for motion in motions)
        if fixed and not free_center:
            yield warning(
                f"both atoms ({', '.join(fixed)}) and the center of mass (fixcom) are fixed: the free atoms can't move "
                "as a whole against the fixed ones",
                "<fixcom> False </fixcom>",
            )
        if free_center and not fixed:
            yield note(
                "the center of mass diffuses (fixcom is False): mean square displacements and absolute positions "
                "contain it",
                "<fixcom> True </fixcom>, unless this is meant",
            )
