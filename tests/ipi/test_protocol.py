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
from support.ipi_peer import CELL, POSITIONS, Connect, batchdata, check, expected, header, init, posdata
from support.ipi_runs import PATIENCE, Endpoint, tcp_endpoint, unix_endpoint
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


def atom_count(count: int) -> bytes:
    """A structure that claims to have so many atoms."""
    data = bytearray(posdata())
    data[12 + 144 : 12 + 144 + 4] = np.int32(count).tobytes()
    return bytes(data)


def peak_memory() -> int:
    """Most memory that this process has had since the peak was last reset, bytes."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s*(\d+)", status)[1])


def test_a_number_alone_takes_no_memory(bound: _core.Potential) -> None:
    """10 000 structures of 2000 atoms are announced, 0.6 GB, and the first one comes."""
    endpoint, species = unix_endpoint(), [0] * 2000
    path = Path(f"/tmp/ipi_{endpoint.unix}")
    positions = np.random.default_rng(1).random((2000, 3))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(init("batch_size:10000") + batchdata([positions], [CELL] * 10000))

        thread = threading.Thread(target=serve)
        thread.start()
        Path("/proc/self/clear_refs").write_text("5")  # resets the peak
        before = peak_memory()
        summary = _core.drive(bound, endpoint.address, species, [True] * 3, patience=PATIENCE)
        thread.join()
    path.unlink()
    assert (summary.evaluations, summary.exited) == (0, False)
    assert peak_memory() - before < 1e8


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


def test_server_that_ends_while_the_model_runs(connect: Connect) -> None:
    """Without a request after the structure: EXIT is found when the results are there, and nobody wants them."""
    starts, sent = threading.Event(), threading.Event()
    peer, outcome = connect(first=lambda message: (starts.set(), sent.wait(PATIENCE)))
    peer.start()
    peer.send(posdata())
    assert starts.wait(PATIENCE)
    peer.send(header("EXIT"))
    sent.set()
    assert peer.end() == b""
    peer.connection.close()
    summary = outcome.wait().summary
    assert summary is not None
    assert (summary.evaluations, summary.exited) == (1, True)


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
        (atom_count(-1), _core.ProtocolError, "expected 3 atoms as in the driver's structure, got -1"),
        (atom_count(2**31 - 1), _core.ProtocolError, "expected 3 atoms as in the driver's structure, got 2147483647"),
        (posdata(cell=CELL * np.nan), _core.ProtocolError, "cell: expected finite numbers, got nan"),
        (posdata(cell=1e300 * CELL), _core.EvaluationError, "evaluation 1: `cell` vector 0: expected a length of 0.01"),
        (posdata(cell=5e-6 * CELL), _core.EvaluationError, "evaluation 1: `cell` vector 0: expected a length of 0.01"),
        (posdata(cell=0 * CELL), _core.EvaluationError, "evaluation 1: `cell` vector 0: expected a length of 0.01"),
        (
            posdata(cell=CELL * [[0.01], [0.01], [0.01]]),
            _core.EvaluationError,
            "evaluation 1: `cell`: expected at most",
        ),
        (posdata(cell=CELL[[0, 1, 1]]), _core.EvaluationError, "evaluation 1: `cell`: expected linearly independent"),
        (posdata(POSITIONS * np.nan), _core.EvaluationError, "evaluation 1: `positions` of atom 0"),
        (posdata(POSITIONS * np.inf), _core.EvaluationError, "evaluation 1: `positions` of atom 0"),
        (posdata(POSITIONS * 1e300), _core.EvaluationError, "evaluation 1: `positions` of atom 0"),
        (posdata(0 * POSITIONS), _core.EvaluationError, "expected a distance of at least 0.01 Å, got 0"),
        (posdata(1e-9 * np.eye(3)), _core.EvaluationError, "expected a distance of at least 0.01 Å, got 1.414"),
    ],
    ids=[
        "http",
        "zeros",
        "getforce",
        "length",
        "batch",
        "batch-text",
        "atoms",
        "atoms-negative",
        "atoms-many",
        "cell-nan",
        "cell-vast",
        "cell-tiny",
        "cell-zero",
        "cell-dense",
        "cell-flat",
        "positions-nan",
        "positions-inf",
        "positions-vast",
        "collapsed",
        "nearly-collapsed",
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


@pytest.mark.parametrize("last", [header("EXIT"), b""], ids=["exit", "closed"])
def test_server_that_never_sends_a_structure(connect: Connect, last: bytes) -> None:
    peer, outcome = connect()
    for bead in range(3):
        peer.send(init(bead=bead))
    assert peer.ask() == "READY"
    peer.send(last)
    peer.connection.close()
    summary = outcome.wait().summary
    assert summary is not None
    assert (summary.evaluations, summary.exited) == (0, last != b"")


@pytest.mark.parametrize("text", [" ", "batch_size:3"])
def test_mutated_conversations_end(connect: Connect, text: str) -> None:
    """Bytes are flipped, cut out, repeated or put in: the driver refuses or answers, and never crashes or hangs."""
    random = np.random.default_rng(11)
    sent = posdata() if text == " " else batchdata([POSITIONS, POSITIONS + 0.1, POSITIONS])
    whole = header("STATUS") + init(text) + sent + header("GETFORCE") + header("STATUS") + header("EXIT")
    for _ in range(100):
        data = bytearray(whole)
        for _ in range(random.integers(1, 4)):
            start = int(random.integers(len(data)))
            length = int(random.integers(1, 30))
            match random.integers(4):
                case 0:
                    data[start] ^= 1 << int(random.integers(8))
                case 1:
                    del data[start : start + length]
                case 2:
                    data[start:start] = data[start : start + length]
                case _:
                    data[start : start + length] = random.bytes(length)
        peer, outcome = connect()
        peer.send(bytes(data))
        peer.connection.shutdown(socket.SHUT_WR)
        peer.end()
        peer.connection.close()
        outcome.wait()
        assert outcome.summary is not None or isinstance(
            outcome.error, (_core.ProtocolError, _core.EvaluationError, _core.StructureError)
        )
        outcome.summary = outcome.error = None


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
    message = r"\(Connection refused\); .*nobody listens"
    with pytest.raises(_core.ServerConnectionError, match=message):
        _core.drive(bound, endpoint.address, [0], [True] * 3, patience=0.1)
    path.unlink()


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_path_that_is_no_socket_fails_at_once(bound: _core.Potential, tmp_path: Path, kind: str) -> None:
    """The system says "connection refused" there, too; nobody should remove it as a stale socket."""
    path = tmp_path / "thing"
    if kind == "folder":
        path.mkdir()
    else:
        path.touch()
    message = rf"`unix`: .*socket, got a {kind}, `{path}`"
    with pytest.raises(_core.ConfigurationError, match=message):
        _core.drive(bound, _core.Address.unix_domain(str(path)), [0], [True] * 3, patience=3600.0)


def test_refused_host_has_the_hint_that_fits(bound: _core.Potential) -> None:
    """A server that listens at localhost alone can't be reached by the machine's own name."""
    with pytest.raises(_core.ServerConnectionError, match=r"`port` .*`ffsocket`"):
        _core.drive(bound, _core.Address.tcp("127.0.0.1", tcp_endpoint().port), [0], [True] * 3, patience=0.0)
    # this machine, by an address that doesn't say so
    with pytest.raises(_core.ServerConnectionError, match=r"its `address`: .*localhost"):
        _core.drive(bound, _core.Address.tcp("0.0.0.0", tcp_endpoint().port), [0], [True] * 3, patience=0.0)


def test_absolute_path_and_ipv6_are_addresses_too() -> None:
    assert str(_core.Address.unix_domain("/run/water")) == "/run/water"
    assert str(_core.Address.tcp("::1", 31415)) == "[::1]:31415"


def test_structures_without_atoms_are_refused(bound: _core.Potential) -> None:
    with pytest.raises(_core.StructureError, match=r"`species`: .*atom, got none"):
        _core.drive(bound, unix_endpoint().address, Atoms().numbers, [True] * 3)
