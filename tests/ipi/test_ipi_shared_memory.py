"""Numbers in shared memory: from a real i-PI server with mode='shm', and from one made of a plain socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.ipi_peer import CELL, POSITIONS, Connect, Peer, expected, header
from support.ipi_runs import (
    BOHR,
    COLLAPSED,
    HARTREE,
    WATER,
    Endpoint,
    Server,
    kill_inside_the_model,
    needs_ipi,
    sent_structures,
    shm_endpoint,
    start_driver,
    unix_endpoint,
)

from tumble import _core
from tumble.drive import drive

pytestmark = pytest.mark.timeout(300)


def held() -> tuple[int, int]:
    """Descriptors and segments that this process has open."""
    maps = Path("/proc/self/maps").read_text()
    return len(list(Path("/proc/self/fd").iterdir())), maps.count("/dev/shm/ipi_shm_") + maps.count("tumble-test")


@needs_ipi(3, 3, "shared memory")
@pytest.mark.parametrize(
    "options",
    [
        "",
        "<consolidate_messages> False </consolidate_messages>",
        "<batch_size> 2 </batch_size>",
        "<batch_size> 5 </batch_size>",
    ],
)
def test_beads_of_a_real_server(tmp_path: Path, bound: _core.Potential, crystal: Atoms, options: str) -> None:
    endpoint, before = shm_endpoint(), held()
    with Server(tmp_path, crystal, endpoint, beads=3, steps=3, options=options) as server:
        summary = drive(bound, crystal, shm=endpoint.unix)
        assert server.wait() == 0
        beads = [(sent_structures(server, crystal, b), server.frames("forces", b)[1]) for b in range(3)]
        torques = [server.torques(b) for b in range(3)]
        potential, virial, volume = server.properties[:, 1], server.properties[:, 3:9], server.properties[:, 9]
    assert summary.exited
    assert held() == before
    for step in range(4):
        results = []
        for (steps, forces), torque in zip(beads, torques, strict=True):
            results.append(bound.evaluate(_core.build_graph([steps[step]], 4.0)))
            np.testing.assert_allclose(forces[step] * HARTREE / BOHR, results[-1].forces, rtol=1e-10, atol=1e-10)
            np.testing.assert_allclose(torque[step], results[-1].torques[0], rtol=1e-10)
        np.testing.assert_allclose(potential[step] * HARTREE, np.mean([r.energies[0] for r in results]), rtol=1e-12)
        received = sum(r.virials[0].T for r in results)[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
        np.testing.assert_allclose(virial[step] * volume[step] * HARTREE, received, rtol=1e-10, atol=1e-10)


@needs_ipi(3, 3, "shared memory")
def test_killed_driver_leaves_a_server_that_takes_the_next(
    tmp_path: Path, slow_model: Path, bound: _core.Potential
) -> None:
    """Killed inside the model; i-PI removes its segments and makes others for the next driver."""
    endpoint = shm_endpoint()
    with Server(tmp_path, COLLAPSED, endpoint) as server, start_driver(tmp_path, slow_model, endpoint) as driver:
        kill_inside_the_model(server, driver)
        assert drive(bound, COLLAPSED, shm=endpoint.unix).exited
        assert server.wait() == 0
        assert not list(Path("/dev/shm").glob(f"ipi_shm_{server.process.pid}_*"))


@needs_ipi(3, 3, "shared memory")
@pytest.mark.parametrize("batch", ["", "<batch_size> 2 </batch_size>"])
@pytest.mark.parametrize("server_shares", [True, False])
def test_wrong_mode_of_a_real_server_is_said(
    tmp_path: Path, bound: _core.Potential, server_shares: bool, batch: str
) -> None:
    endpoint = shm_endpoint() if server_shares else unix_endpoint()
    cure = "with `shm` in place of `unix`" if server_shares else "with `unix` in place of `shm`"
    address = {"unix" if server_shares else "shm": endpoint.unix}
    with Server(tmp_path, WATER, endpoint, options=batch, beads=2), pytest.raises(_core.ProtocolError, match=cure):
        drive(bound, WATER, **address)


@pytest.fixture
def endpoint() -> Endpoint:
    return shm_endpoint()


@contextmanager
def segments(endpoint: Endpoint, sizes: list[int]) -> Iterator[list[SharedMemory]]:
    made = [SharedMemory(f"{endpoint.unix}-{k}", create=True, size=8 * size) for k, size in enumerate(sizes)]
    yield made
    for segment in made:
        segment.close()
        segment.unlink()


def posdata(names: list[str], atoms: int = 3) -> bytes:
    data = header("POSDATA") + np.int32(atoms).tobytes()
    return data + b"".join(np.int32(len(name)).tobytes() + name.encode() for name in names)


def receive_extras(peer: Peer) -> bytes:
    assert peer.receive(12) == header("FORCEREADY")
    return peer.receive(int(np.frombuffer(peer.receive(4), np.int32)[0]))


def test_a_second_driver_is_refused(connect: Connect, endpoint: Endpoint, bound: _core.Potential) -> None:
    """i-PI may give both the same memory. Once the first has ended, the server may have another."""
    peer, outcome = connect()
    with pytest.raises(_core.ConfigurationError, match=f"`shm`: .*`/tmp/ipi_{endpoint.unix}`, which has one"):
        drive(bound, WATER, shm=endpoint.unix)
    peer.send(header("EXIT"))
    assert outcome.wait().error is None
    peer.connection.close()
    peer, outcome = connect()
    peer.send(header("EXIT"))
    assert outcome.wait().error is None


def test_several_connections_are_refused(bound: _core.Potential) -> None:
    with pytest.raises(_core.ConfigurationError, match="`connections`: expected 1 with shared memory, got 2"):
        drive(bound, WATER, shm="nobody", connections=2)


def test_names_come_once(connect: Connect, endpoint: Endpoint, bound: _core.Potential) -> None:
    peer, outcome = connect()
    peer.start()
    with segments(endpoint, [9, 9, 9, 1, 9, 9]) as made:
        arrays = [np.frombuffer(segment.buf, count=segment.size // 8) for segment in made]
        arrays[1][:9] = (CELL.T / BOHR).ravel()
        for shift in (0.0, 0.1):
            positions = POSITIONS + shift * np.arange(9).reshape(3, 3)
            arrays[0][:9] = (positions / BOHR).ravel()
            peer.send(posdata([] if shift else [segment.name for segment in made]) + header("GETFORCE"))
            assert receive_extras(peer).startswith(b'{"torque": [')
            reference = expected(bound, positions)
            np.testing.assert_allclose(arrays[3][0] * HARTREE, reference.energies[0], rtol=1e-12)
            np.testing.assert_allclose(
                arrays[4][:9].reshape(3, 3) * HARTREE / BOHR, reference.forces, rtol=1e-11, atol=1e-12
            )
            np.testing.assert_allclose(
                arrays[5][:9].reshape(3, 3) * HARTREE, reference.virials[0].T, rtol=1e-11, atol=1e-12
            )
        del arrays
    peer.send(header("EXIT"))
    assert outcome.wait().summary is not None
    assert held()[1] == 0


@pytest.mark.parametrize(
    ("names", "atoms", "message"),
    [
        (["nowhere"] * 6, 3, "can't open the server's shared memory `nowhere` (No such file"),
        (["a/b"] * 6, 3, "expected the name of a segment of shared memory, got other bytes"),
        ([""] * 6, 3, "expected names of shared memory of 1 to 255 bytes, got 0"),
        (["nowhere"] * 6, 5, "expected 3 atoms as in the driver's structure, got 5"),
    ],
)
def test_nonsense_is_refused(connect: Connect, names: list[str], atoms: int, message: str) -> None:
    peer, outcome = connect()
    peer.start()
    peer.send(posdata(names, atoms) + header("GETFORCE"))
    assert peer.end() == b""
    peer.connection.close()
    assert isinstance(outcome.wait().error, _core.ProtocolError)
    assert message in str(outcome.error)


def test_segments_that_are_too_small_are_refused(connect: Connect, endpoint: Endpoint) -> None:
    """Writing behind their end would end the process."""
    peer, outcome = connect()
    peer.start("batch_size:1000")
    before = held()
    with segments(endpoint, [9, 9, 9, 1, 9, 9]) as made:
        peer.send(posdata([segment.name for segment in made]))
        peer.connection.shutdown(socket.SHUT_WR)
        peer.end()
        assert f"expected {8 * 9 * 1000} bytes, got 72" in str(outcome.wait().error)
    assert held()[1] <= before[1]
