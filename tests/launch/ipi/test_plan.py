"""Drivers and threads on machines of several sizes."""

from __future__ import annotations

from typing import Any

import pytest

from tumble.errors import ConfigurationError
from tumble.launch.ipi.input import Socket
from tumble.launch.ipi.plan import plan_drivers
from tumble.launch.machine import Machine
from tumble.simulation_file import Driver, Simulation

ONE = Socket("tumble", "water", "water", 0, 1)
BATCH = Socket("tumble", "water", "water", 0, 8)


def planned(
    sockets: list[Socket], cores: int, beads: int = 8, atoms: int = 192, gpus: tuple[str, ...] = (), **driver: Any
) -> list[tuple[int, str | None]]:
    """Threads and GPU of each driver."""
    drivers = tuple(Driver(model="m", structure="s", forcefield=socket.name, **driver) for socket in sockets)
    simulation = Simulation(engine="ipi", input="x", drivers=drivers)
    found = plan_drivers(simulation, sockets, beads, atoms, Machine(cores, gpus))
    return [(each.threads, each.gpu) for each in found]


def test_drivers_come_before_threads() -> None:
    assert planned([ONE], cores=4) == [(1, None)] * 4
    assert planned([ONE], cores=16) == [(2, None)] * 8
    assert planned([ONE], cores=1) == [(1, None)]


def test_one_driver_has_all_beads_of_a_batch() -> None:
    assert planned([BATCH], cores=16) == [(16, None)]
    assert planned([ONE], cores=16, connections=8) == [(16, None)]


def test_shared_memory_has_one_driver() -> None:
    shared = Socket("tumble", "water", "water", 0, 1, option="--shm")
    assert planned([shared], cores=16) == [(4, None)]
    with pytest.raises(ConfigurationError, match=r"`number`: expected 1 for `tumble`, .* got 3"):
        planned([shared], cores=16, number=3)


def test_threads_are_not_more_than_the_atoms_are_worth() -> None:
    assert planned([BATCH], cores=16, atoms=3) == [(1, None)]
    assert planned([ONE], cores=16, beads=1) == [(4, None)]


def test_rotations_are_evaluated_together() -> None:
    assert planned([BATCH], cores=16, atoms=3, symmetrize="icosahedral+inversion") == [(16, None)]
    assert planned([ONE], cores=16, atoms=3, beads=1, symmetrize="octahedral") == [(2, None)]
    with pytest.raises(ConfigurationError, match="nothing"):
        planned([ONE], cores=16, symmetrize="nothing")


def test_two_forcefields_share_the_cores() -> None:
    other = Socket("correction", "correction", "correction", 0, 8)
    assert planned([BATCH, other], cores=8) == [(4, None), (4, None)]
    assert planned([ONE, other], cores=8) == [(1, None)] * 5


def test_each_gpu_has_a_driver() -> None:
    assert planned([ONE], cores=16, gpus=("0", "3")) == [(4, "0"), (4, "3")]
    assert planned([ONE], cores=16, gpus=("0",)) == [(4, None)]
    assert planned([ONE], cores=16, gpus=("0", "3"), device="cpu", number=2) == [(4, None)] * 2


def test_a_driver_is_found_by_its_address() -> None:
    sockets = [ONE, Socket("far", None, "host", 31415, 1)]
    drivers = (
        Driver(model="m", structure="s", unix="water"),
        Driver(model="m", structure="s", host="host", port=31415),
    )
    simulation = Simulation(engine="ipi", input="x", drivers=drivers)
    assert [each.socket for each in plan_drivers(simulation, sockets, 1, 3, Machine(2))] == sockets


@pytest.mark.parametrize(
    ("drivers", "message"),
    [
        ([{}], r"`forcefield`: .*\(a, b\), got 2 without"),
        ([{"forcefield": "c"}], r"`forcefield`: .*got `c`"),
        ([{"forcefield": "a"}], r"`drivers`: .*none for `b`"),
        ([{"unix": "z"}], r"got the address z"),
    ],
)
def test_mistakes(drivers: list[dict[str, str]], message: str) -> None:
    sockets = [Socket("a", "x", "x", 0, 1), Socket("b", "y", "y", 0, 1)]
    found = tuple(Driver(model="m", structure="s", **each) for each in drivers)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=message):
        plan_drivers(Simulation(engine="ipi", input="x", drivers=found), sockets, 4, 3, Machine(2))
