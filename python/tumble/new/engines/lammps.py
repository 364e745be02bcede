"""LAMMPS, with beads as one partition for each."""

from __future__ import annotations

from typing_extensions import override

from tumble.new.engines.engine import Engine
from tumble.new.lammps_input import check_lammps, command_line, lammps_files, partitions
from tumble.new.setup import Setup
from tumble.simulation_file import Expect, Simulation


class Lammps(Engine):
    """LAMMPS."""

    name = "lammps"
    title = programs = "LAMMPS"
    energy = "`pe`"
    atom_bytes = 75

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
    def torque(self, setup: Setup) -> str:
        return "`v_tau`" if setup.mts > 1 else "`c_tumble[1]` to `[3]`"

    @override
    def conserved(self, setup: Setup) -> str:
        if setup.beads > 1:
            return "`f_beads[4]` is the energy of all beads and springs; a thermostat changes it."
        name = "econserve" if setup.ensemble.thermostat else "etotal"
        return f"`{name}` fluctuates with the time step and doesn't drift."

    @override
    def moving_atoms(self, setup: Setup) -> int:
        return len(setup.system.atoms)
