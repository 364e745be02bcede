"""i-PI with its drivers."""

from __future__ import annotations

import shlex

from typing_extensions import override

from tumble.new.engines.engine import Engine, scatter
from tumble.new.ipi_input import drivers_of, ipi_files
from tumble.new.setup import Setup
from tumble.simulation_file import Expect, Simulation


class Ipi(Engine):
    """i-PI, a server with a driver for each forcefield."""

    name = "ipi"
    title = "i-PI"
    programs = "i-PI and its drivers"
    energy = "`potential`; i-PI's unit makes it smaller by 1e-7"
    atom_bytes = 54

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
    def torque(self, setup: Setup) -> str:
        return "`simulation.torque_*`"

    @override
    def conserved(self, setup: Setup) -> str:
        return "`conserved` fluctuates with the time step and doesn't drift."

    @override
    def temperature(self, setup: Setup) -> str:
        spread = scatter(setup.temperature, 3 * len(setup.system.atoms) * setup.beads - 3)
        return f"The temperature stays at {setup.temperature:g} K; single rows scatter by {spread:.1f} K."
