"""Whether the properties that the run writes are those that analyses need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from typing_extensions import override

from tumble.hints import nearest_name
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note

_ALWAYS = {
    "conserved": "nothing shows whether the time step is short enough",
    "temperature": "nothing shows whether the thermostat works",
    "potential": "energies can't be compared between runs",
}
_PATHS = ("kinetic_cv", "kinetic_td", "kinetic_prsc", "kinetic_opsc", "kinetic_tdsc")


class Properties(Check):
    """Look at the names of properties."""

    name = "properties"
    title = "properties"
    of_dynamics = True

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        names = [_name(text) for output in case.input.properties for text in output.names]
        known = case.view.quantities.get("properties", ())
        for name in dict.fromkeys(names):
            if known and name not in known:
                yield error(
                    f"i-PI can't write the property `{name}`{nearest_name(name, known, 'properties')}",
                    "correct the name",
                )
        # There are several estimators of some of them, such as `potential_opsc`.
        lacking = [name for name in _ALWAYS if not any(each.startswith(name) for each in names)]
        for name in lacking:
            yield note(f"the property `{name}` isn't written: {_ALWAYS[name]}", f"{name} in <properties>")
        if case.input.properties and not {"step", "time"} & set(names):
            yield note(
                "neither `step` nor `time` is written: rows have no time", "step, time{picosecond} in <properties>"
            )
        if case.beads > 1 and not set(_PATHS) & set(names) and case.input.motion.images is None:
            yield note(
                "no kinetic energy of the quantum nuclei is written",
                "kinetic_cv{electronvolt}, or kinetic_cv(H), in <properties>",
            )
        if any(each.constant_pressure for each in case.dynamics) and not {"volume", "density"} & set(names):
            yield note("neither `volume` nor `density` is written", "volume{angstrom3}, density{g/cm3} in <properties>")


def _name(text: str) -> str:
    return re.split(r"[({]", text)[0].strip()
