"""i-PI with its drivers."""

from __future__ import annotations

import shlex
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from typing_extensions import override

from tumble.new.engines.engine import Engine, scatter
from tumble.new.ipi_input import drivers_of, ipi_files, ipi_xml
from tumble.new.setup import Setup
from tumble.runs.ipi.input import read_ipi_system
from tumble.runs.ipi.sizes import sizes_of
from tumble.simulation_file import Expect, Simulation


class Ipi(Engine):
    """i-PI, a server with a driver for each forcefield."""

    name = "ipi"
    title = "i-PI"
    programs = "i-PI and its drivers"
    energy = "`potential`; i-PI's unit makes it smaller by 1e-7"

    @override
    def check(self, setup: Setup) -> None:
        pass  # it has all of them

    @override
    def input_name(self, setup: Setup) -> str:
        return f"{setup.name}.xml"

    @override
    def structure_name(self, setup: Setup) -> str:
        return setup.xyz

    @override
    def files(self, setup: Setup, title: str) -> dict[str, str]:
        return ipi_files(setup, title)

    @override
    def simulation(self, setup: Setup, expect: Expect) -> Simulation:
        return Simulation(engine=self.name, input=self.input_name(setup), drivers=drivers_of(setup), expect=expect)

    @override
    def by_hand(self, setup: Setup) -> list[str]:
        drives = [
            f"{shlex.join(['tumble', 'drive', *driver.arguments()])} > driver{k or ''}.log 2>&1 &"
            for k, driver in enumerate(drivers_of(setup))
        ]
        return [f"i-pi {self.input_name(setup)} &", *drives, "wait"]

    @override
    def output_bytes(self, setup: Setup) -> int:
        root = ElementTree.fromstring(ipi_xml(setup, "an input"))
        found = read_ipi_system(Path(self.input_name(setup)), root, root.find("system"))
        return sum(sizes_of(found, len(setup.system.atoms)).values())

    @override
    def processes(self, setup: Setup) -> int:
        return 1

    @override
    def torque(self, setup: Setup) -> str:
        return "`simulation.torque_*`"

    @override
    def conserved(self, setup: Setup) -> str:
        return "`conserved` fluctuates with the time step and doesn't drift."

    @override
    def temperature(self, setup: Setup) -> str:
        spread = scatter(setup.temperature, 3 * len(setup.system.atoms) * setup.beads - 3)
        return f"The temperature stays at {setup.temperature:g} K; single rows scatter by {spread:.1f} K."
