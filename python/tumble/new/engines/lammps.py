"""LAMMPS, with beads as one partition for each."""

from __future__ import annotations

from typing_extensions import override

from tumble.new.engines.engine import Engine, scatter
from tumble.new.lammps_input import check_lammps, command_line, lammps_files, partitions
from tumble.new.setup import Setup
from tumble.simulation_file import Expect, Simulation

_ATOM = 75  # bytes of an atom in a frame of the trajectory


class Lammps(Engine):
    """LAMMPS."""

    name = "lammps"
    title = programs = "LAMMPS"
    energy = "`pe`"

    @override
    def check(self, setup: Setup) -> None:
        check_lammps(setup)

    @override
    def input_name(self, setup: Setup) -> str:
        return f"{setup.name}.in"

    @override
    def structure_name(self, setup: Setup) -> str:
        return setup.data

    @override
    def files(self, setup: Setup, title: str) -> dict[str, str]:
        return lammps_files(setup, title, "tumble new")

    @override
    def simulation(self, setup: Setup, expect: Expect) -> Simulation:
        return Simulation(
            engine=self.name,
            input=self.input_name(setup),
            partitions=partitions(setup),
            checkpoint=setup.checkpoint,
            expect=expect,
        )

    @override
    def by_hand(self, setup: Setup) -> list[str]:
        return [command_line(setup)]

    @override
    def analysis(self, setup: Setup) -> str:
        if setup.beads == 1:
            return super().analysis(setup)
        return (
            "Afterwards `tumble analyze log.lammps.0` computes the observables of the first bead; in Python, "
            f'`tumble.analysis.open_trajectory("{setup.name}.*.dump", beads=True, timestep={setup.timestep / 1000:g})` '
            "reads all beads."
        )

    @override
    def output_bytes(self, setup: Setup) -> int:
        return (setup.steps // setup.every + 1) * setup.beads * len(setup.system.atoms) * _ATOM

    @override
    def processes(self, setup: Setup) -> int:
        return setup.beads

    @override
    def torque(self, setup: Setup) -> str:
        return "`v_tau`" if setup.mts > 1 else "`c_tumble[1]` to `[3]`"

    @override
    def conserved(self, setup: Setup) -> str:
        if setup.beads > 1 and setup.ensemble.thermostat:
            return "`f_beads[4]` is the energy of all beads and springs, which the thermostat changes."
        if setup.beads > 1:
            return "`f_beads[4]`, the energy of all beads and springs, fluctuates with the time step and doesn't drift."
        name = "econserve" if setup.ensemble.thermostat else "etotal"
        return f"`{name}` fluctuates with the time step and doesn't drift."

    @override
    def temperature(self, setup: Setup) -> str:
        count = 3 * len(setup.system.atoms)
        if setup.beads > 1:
            hot = setup.beads * setup.temperature
            return (
                f"`temp` is that of a bead, which moves at the number of beads times the temperature: its mean is "
                f"{hot:g} K, and single rows scatter by {scatter(hot, count - 3):.0f} K."
            )
        # A thermostat that acts on each atom leaves the center of mass free.
        spread = scatter(setup.temperature, count if setup.local else count - 3)
        return f"`temp` stays at {setup.temperature:g} K; single rows scatter by {spread:.1f} K."
