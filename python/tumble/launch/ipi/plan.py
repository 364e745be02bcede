"""Division of a machine among the drivers of a run of i-PI: how many, and how many threads each.

Beads are independent, while threads share the work inside one structure: so drivers come first, and threads are for the
remaining cores. With batches one driver has all the beads, and one is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tumble.errors import ConfigurationError
from tumble.launch.ipi.input import Socket
from tumble.launch.machine import Machine, useful_threads
from tumble.rotation_sets import RotationSet
from tumble.simulation_file import Driver, Simulation


@dataclass(frozen=True)
class PlannedDriver:
    """A driver to start.

    Attributes:
        driver: Its options.
        socket: The forcefield that it serves.
        threads: Number of its threads.
        gpu: Name of its GPU; None for those that it finds itself.
    """

    driver: Driver
    socket: Socket
    threads: int
    gpu: str | None = None


def plan_drivers(
    simulation: Simulation, sockets: Sequence[Socket], beads: int, atoms: int, machine: Machine
) -> list[PlannedDriver]:
    """Return the drivers.

    Args:
        simulation: What to run.
        sockets: The forcefields of the input.
        beads: Number of beads.
        atoms: Number of atoms.
        machine: What may be used.

    Raises:
        ConfigurationError: If a driver has no forcefield or no known set of rotations, or a forcefield no driver, or
            more than it can have.
    """
    served = [(driver, _socket_of(driver, sockets)) for driver in simulation.drivers]
    idle = [socket.name for socket in sockets if socket.name not in {served_by.name for _, served_by in served}]
    if idle:
        raise ConfigurationError(f"`drivers`: expected one for each forcefield, got none for `{idle[0]}`")
    numbers = [_number(driver, socket, beads, machine, len(served)) for driver, socket in served]
    drivers = [pair for pair, number in zip(served, numbers, strict=True) for _ in range(number)]
    share = max(1, machine.cores // len(drivers))
    planned = []
    for place, (driver, socket) in enumerate(drivers):
        together = max(socket.batch, driver.connections or 1)
        copies = min(together, beads) * _rotations(driver)
        threads = simulation.threads or min(share, useful_threads(atoms * copies))
        gpu = machine.gpus[place % len(machine.gpus)] if len(machine.gpus) > 1 and driver.device is None else None
        planned.append(PlannedDriver(driver, socket, threads, gpu))
    return planned


def _rotations(driver: Driver) -> int:
    """Return the number of rotations of a structure that are evaluated together.

    Raises:
        ConfigurationError: If there is no such set.
    """
    return 1 if driver.symmetrize is None else len(RotationSet(driver.symmetrize, driver.seed or 0).frames().weights)


def _socket_of(driver: Driver, sockets: Sequence[Socket]) -> Socket:
    """Return the forcefield that a driver serves: by its name, by its address, or the only one."""
    known = [socket.name for socket in sockets]
    if driver.forcefield is not None:
        found = [socket for socket in sockets if socket.name == driver.forcefield]
        got = f"`{driver.forcefield}`"
    elif (name := driver.unix or driver.shm) is not None or driver.host is not None:
        wanted = (name, driver.port)
        found = [socket for socket in sockets if wanted in ((socket.unix, None), (None, socket.port))]
        got = f"the address {name or f'{driver.host}:{driver.port}'}"
    else:
        found, got = list(sockets), f"{len(sockets)} without `forcefield`"
    if len(found) != 1:
        raise ConfigurationError(
            f"`forcefield`: expected the name of an `ffsocket` of the input ({', '.join(known) or 'it has none'}), got "
            f"{got}"
        )
    return found[0]


def _number(driver: Driver, socket: Socket, beads: int, machine: Machine, kinds: int) -> int:
    """Return the number of drivers of one kind."""
    if socket.shares_memory:
        if (driver.number or 1) > 1:
            raise ConfigurationError(
                f"`number`: expected 1 for `{socket.name}`, since a server with shared memory has one driver, got "
                f"{driver.number}; <batch_size> sends it several beads at once"
            )
        return 1
    if driver.number is not None:
        return driver.number
    if socket.batch > 1 or (driver.connections or 1) > 1:
        return 1
    if machine.gpus:
        return min(beads, len(machine.gpus))
    return max(1, min(beads, machine.cores // kinds))
