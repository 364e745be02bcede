"""Writer of inputs of i-PI, and of the drivers that serve them."""

from __future__ import annotations

from dataclasses import dataclass

from tumble.new.setup import ECONOMIZED, Setup
from tumble.new.structure_files import ipi_xyz
from tumble.new.templates import decimal, render
from tumble.simulation_file import Driver

#: Name of a checkpoint from which the run starts; i-PI itself writes none of this name.
START = "start.chk"


@dataclass(frozen=True)
class Force:
    """A forcefield of the input.

    Attributes:
        name: Its name.
        address: Name of its socket.
        symmetrize: Rotations of its driver.
        mode: `correction` for what averaging adds; None for the energy itself.
    """

    name: str
    address: str
    symmetrize: str
    mode: str | None = None


def forces_of(setup: Setup) -> list[Force]:
    """Return the forcefields: one or, with multiple time stepping, one for the model and one for the correction."""
    if setup.mts == 1:
        return [Force("tumble", setup.address, setup.symmetrize)]
    return [
        Force("bare", f"{setup.address}-bare", "none"),
        Force("correction", f"{setup.address}-correction", setup.symmetrize, "correction"),
    ]


def drivers_of(setup: Setup) -> tuple[Driver, ...]:
    """Return the drivers, one for each forcefield."""
    return tuple(
        Driver(
            model=setup.model,
            structure=setup.xyz,
            forcefield=force.name,
            unix=force.address,
            periodic=setup.periodic,
            symmetrize=None if force.symmetrize == "none" else force.symmetrize,
            mode=force.mode,
            seed=setup.seed if setup.random and force.symmetrize != "none" else None,
        )
        for force in forces_of(setup)
    )


def ipi_xml(setup: Setup, title: str) -> str:
    """Return the input.

    Args:
        setup: All that determines it.
        title: Its first sentence.
    """
    return render(
        "ipi/input.xml",
        setup=setup,
        title=title,
        remarks=(_how_to_run(setup), *setup.remarks, *setup.system.remarks),
        forces=forces_of(setup),
        columns=_columns(setup),
        trajectory_comment=_trajectory_comment(setup),
        kelvin=f"{setup.temperature:g}",
        outer=decimal(setup.outer),
        economized=ECONOMIZED,
        start=START,
    )


def ipi_files(setup: Setup, title: str) -> dict[str, str]:
    """Return the contents of input and structure, by their names."""
    files = {f"{setup.name}.xml": ipi_xml(setup, title), setup.xyz: ipi_xyz(setup.system)}
    return files if setup.system.start is None else files | {START: setup.system.start.text}


def _how_to_run(setup: Setup) -> str:
    """Return sentences about sockets and levels."""
    if setup.mts == 1:
        return "How to run it: README.md. The address below becomes the socket /tmp/ipi_ADDRESS: give each run its own."
    batch = setup.batch_size > 1
    return (
        "How to run it: README.md. Two drivers serve it, one for each address below, which become the sockets "
        "/tmp/ipi_ADDRESS: give each run its own. The sum of both forces is that of the averaged energy. For another "
        "outer step change timestep and the second number of nmts together; 5 fs is close to the resonance with the "
        "O-H stretch, half of its period."
        + (" All beads go to a driver at once (batch_size): beads times rotations are one batch." if batch else "")
    )


def _columns(setup: Setup) -> list[str]:
    """Return the properties that follow the energies."""
    columns = []
    if setup.pressure is not None:
        estimator = "pressure_cv" if setup.beads > 1 else "pressure_md"
        columns += [f"{estimator}{{bar}}", "volume{angstrom3}", "density{g/cm3}"]
    if setup.beads > 1:
        columns += ["kinetic_cv{electronvolt}"]
        columns += [f"kinetic_cv({element}){{electronvolt}}" for element in setup.system.elements]
    return columns


def _trajectory_comment(setup: Setup) -> str:
    if setup.pressure is not None:
        return "one file per bead, each with the cell of its frame; without cell_units i-PI writes the cell in bohr"
    return "one file per bead; without cell_units i-PI writes the cell in bohr, next to positions in angstrom"
