"""The protocol byte by byte, against a server made of a plain socket: what a real i-PI does only on a bad day."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.ipi_peer import CELL, POSITIONS, Connect, check, expected, header, init, posdata
from support.ipi_runs import PATIENCE, Endpoint, unix_endpoint
from support.memory import in_use

from tumble import _core

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("fragment", [1, 7])
def test_messages_may_come_in_any_pieces(connect: Connect, bound: _core.Potential, fragment: int) -> None:
    peer, outcome = connect()
    peer.fragment, peer.pause = fragment, 2e-4
    peer.start()
    for shift in (0.0, 0.1):
        positions = POSITIONS.copy()
        positions[0, 0] += shift
        peer.send(posdata(positions) + header("GETFORCE"))
        check(peer.answer(), expected(bound, positions))
    peer.send(header("EXIT"))
    summary = outcome.wait().summary
    assert summary is not None
    assert (summary.evaluations, summary.exited) == (2, True)


def test_status_follows_the_work(connect: Connect, bound: _core.Potential) -> None:
    """The order of i-PI before 3.3, and of ASE: one question at a time."""
    peer, outcome = connect()
    assert [peer.ask(), peer.ask()] == ["NEEDINIT", "NEEDINIT"]
    peer.send(init("temperature : 300 , batch_size:1"))
    assert [peer.ask(), peer.ask(posdata() + header("STATUS")), peer.ask()] == ["READY", "HAVEDATA", "HAVEDATA"]
    peer.send(header("GETFORCE"))
    check(peer.answer(), expected(bound, POSITIONS))
    assert peer.ask() == "READY"
    peer.send(posdata())  # nothing follows: the driver doesn't wait for it for long
    time.sleep(0.3)
    assert peer.ask() == "HAVEDATA"
    peer.connection.close()
    summary = outcome.wait().summary
    assert summary is not None
    assert (summary.evaluations, summary.exited, summary.reason) == (2, False, "the server closed the connection")


def test_memory_stays_flat(connect: Connect) -> None:
    """A forgotten block of malloc, 32 bytes at least, in each of 2000 steps were 64 kB; its cache fills by 24 kB."""
    peer, _ = connect()
    peer.start()
    held = []
    for _ in range(8):
        for _ in range(500):
            peer.send(posdata() + header("GETFORCE"))
            peer.answer()
        held.append(in_use())
    assert held[7] - held[3] < 45_000


def test_a_long_answer_is_sent_whole(connect: Connect) -> None:
    """More than any socket buffer holds, read slowly: the driver's sends are cut short and go on."""
    atoms = 40_000
    grid = np.stack(np.meshgrid(*[np.arange(35.0)] * 3), axis=-1).reshape(-1, 3)[:atoms] * 5.0
    peer, _ = connect(species=[0] * atoms, periodic=False)
    peer.start()
    peer.send(posdata(grid) + header("GETFORCE"))
    time.sleep(1.0)
    answer = peer.answer()
    assert answer.energy == pytest.approx(-1.0 * atoms)
    assert answer.forces.shape == (atoms, 3)
    assert not answer.forces.any()
    assert peer.ask() == "READY"


def test_open_boundaries_stay_open(connect: Connect, bound: _core.Potential) -> None:
    peer, _ = connect(periodic=False)
    peer.start()
    peer.send(posdata() + header("GETFORCE"))
    alone, among_images = expected(bound, POSITIONS, periodic=False), expected(bound, POSITIONS)
    check(peer.answer(), alone)
    assert alone.energies[0] != pytest.approx(among_images.energies[0])


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (header("GET / HTTP/1"), _core.ProtocolError, "expected a message of i-PI's protocol, got `GET / HTTP/1`"),
        (b"\x00" * 12, _core.ProtocolError, "got `????????????`"),
        (header("GETFORCE"), _core.ProtocolError, "expected POSDATA before GETFORCE"),
        (init(length=-1), _core.ProtocolError, "INIT: expected parameters of 0 to 1048576 bytes, got -1"),
        (init("a : 1 , batch_size:0"), _core.ProtocolError, "`batch_size`: expected 1 to 10000, got 0"),
        (init("batch_size: 4 beads"), _core.ProtocolError, "`batch_size`: expected 1 to 10000, got 4 beads"),
        (posdata(POSITIONS[:2]), _core.ProtocolError, "expected 3 atoms as in the driver's structure, got 2"),
        (posdata(cell=CELL * np.nan), _core.ProtocolError, "cell: expected finite numbers, got nan"),
        (posdata(POSITIONS * np.inf), _core.EvaluationError, "evaluation 1: `positions` of atom 0"),
        (posdata(cell=0 * CELL), _core.EvaluationError, "evaluation 1: `cell` vector 0: expected a length above 0"),
        (posdata(0 * POSITIONS), _core.EvaluationError, "evaluation 1: "),
    ],
    ids=[
        "http",
        "zeros",
        "getforce",
        "length",
        "batch",
        "batch-text",
        "atoms",
        "cell",
        "positions",
        "flat",
        "collapsed",
    ],
)
def test_nonsense_is_refused_and_the_connection_closed_in_order(
    connect: Connect, data: bytes, error: type[Exception], message: str
) -> None:
    peer, outcome = connect()
    peer.start()
    peer.send(data + header("GETFORCE"))
    assert peer.end() == b""  # no ConnectionResetError, although there were unread bytes
    peer.connection.close()
    assert type(outcome.wait().error) is error
    assert re.search(re.escape(message), str(outcome.error))


@pytest.mark.parametrize("name", ["nan", "raises"])
def test_failing_model_closes_the_connection_in_order(
    connect: Connect, model_file: Callable[[str], Path], name: str
) -> None:
    peer, outcome = connect(_core.Potential(str(model_file(name)), device="cpu"))
    peer.start()
    close = POSITIONS.copy()
    close[1] = close[0] + [0.3, 0.2, 0.1]
    peer.send(posdata(close) + header("GETFORCE"))
    assert peer.end() == b""
    peer.connection.close()
    message = {"nan": "the model returned energy nan for atom 0", "raises": "atoms have come too close"}[name]
    assert re.search(f"evaluation 1: .*{message}", str(outcome.wait().error))


@pytest.mark.parametrize("kept", [6, 20, 12 + 72, 12 + 144 + 4 + 10])
def test_server_dies_inside_a_message(connect: Connect, kept: int) -> None:
    peer, outcome = connect()
    peer.start()
    peer.send(posdata()[:kept])
    peer.connection.close()
    summary = outcome.wait().summary
    assert summary is not None
    assert (summary.evaluations, summary.exited) == (0, False)


def test_server_that_comes_late(bound: _core.Potential, endpoint: Endpoint) -> None:
    path = Path(f"/tmp/ipi_{endpoint.unix}")
    family, place = (socket.AF_UNIX, str(path)) if endpoint.unix else (socket.AF_INET, ("127.0.0.1", endpoint.port))

    def serve() -> None:
        time.sleep(0.5)
        with socket.socket(family) as listener:
            listener.bind(place)
            listener.listen()
            connection, _ = listener.accept()
            connection.sendall(header("EXIT"))
            connection.close()
        path.unlink(missing_ok=True)

    thread = threading.Thread(target=serve)
    thread.start()
    assert _core.drive(bound, endpoint.address, [0], [True] * 3, patience=PATIENCE).exited
    thread.join()


def test_socket_that_a_killed_server_left_behind(bound: _core.Potential) -> None:
    endpoint = unix_endpoint()
    path = Path(f"/tmp/ipi_{endpoint.unix}")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    message = r"\(Connection refused\); the file exists but nobody listens"
    with pytest.raises(_core.ServerConnectionError, match=message):
        _core.drive(bound, endpoint.address, [0], [True] * 3, patience=0.1)
    path.unlink()


def test_absolute_path_and_ipv6_are_addresses_too() -> None:
    assert str(_core.Address.unix_domain("/run/water")) == "/run/water"
    assert str(_core.Address.tcp("::1", 31415)) == "[::1]:31415"


def test_structures_without_atoms_are_refused(bound: _core.Potential) -> None:
    with pytest.raises(_core.StructureError, match="`species`: expected at least one atom, got none"):
        _core.drive(bound, unix_endpoint().address, Atoms().numbers, [True] * 3)
