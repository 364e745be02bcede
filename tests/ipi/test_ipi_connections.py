"""Several connections of one driver, byte by byte and with a real i-PI server."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from numpy.typing import NDArray
from support.ipi_peer import POSITIONS, Connect, Peer, check, expected, header, moved, posdata, structure
from support.ipi_runs import (
    BOHR,
    HARTREE,
    PATIENCE,
    Server,
    ipi_release,
    needs_ipi,
    sent_structures,
    start_driver,
    unix_endpoint,
)

from tumble import _core
from tumble.drive import drive

Accept = Callable[[], Peer]

pytestmark = pytest.mark.timeout(300)


def exchange(peers: list[Peer], structures: list[NDArray[np.float64]], bound: _core.Potential) -> None:
    for peer, positions in zip(peers, structures, strict=True):
        peer.send(posdata(positions) + header("GETFORCE"))
    for peer, positions in zip(peers, structures, strict=True):
        check(peer.answer(), expected(bound, positions))


def test_what_has_arrived_is_evaluated_together(connect: Connect, accept: Accept, bound: _core.Potential) -> None:
    """The first structure waits in the call before the first evaluation until two others have come."""
    all_sent = threading.Event()
    first, outcome = connect(connections=3, first=lambda message: all_sent.wait(PATIENCE))
    peers = [first, accept(), accept()]
    for bead, peer in enumerate(peers):
        peer.start(bead=bead)
    structures = moved(3)
    for peer, positions in zip(peers, structures, strict=True):
        peer.send(posdata(positions) + header("GETFORCE"))
    all_sent.set()
    for peer, positions in zip(peers, structures, strict=True):
        check(peer.answer(), expected(bound, positions))
        peer.send(header("EXIT"))
    summary = outcome.wait().summary
    assert summary is not None
    assert (summary.evaluations, summary.exited, summary.places) == (3, True, 3)
    assert summary.calls <= 2
    assert summary.largest >= 2
    assert summary.times.model > 0.0


def test_numbers_are_reported_while_it_runs(connect: Connect, bound: _core.Potential) -> None:
    reports: list[_core.DriveSummary] = []
    peer, outcome = connect(report=reports.append, report_interval=0.0)
    peer.start()
    for positions in moved(3):
        exchange([peer], [positions], bound)
    peer.send(header("EXIT"))
    summary = outcome.wait().summary
    assert [(each.evaluations, each.calls, each.places) for each in reports] == [(1, 1, 1), (2, 2, 1), (3, 3, 1)]
    assert {each.reason for each in reports} == {"still running"}
    assert summary is not None
    assert summary.reason == "the server sent EXIT"


def test_connections_without_work_do_not_hold_up_others(
    connect: Connect, accept: Accept, bound: _core.Potential
) -> None:
    first, outcome = connect(connections=3)
    second, third = accept(), accept()
    for peer in (first, second, third):
        peer.start()
    for positions in moved(3):
        exchange([second], [positions], bound)
        assert third.ask() == "READY"
    for peer in (first, second, third):
        peer.send(header("EXIT"))
    summary = outcome.wait().summary
    assert summary is not None
    assert (summary.evaluations, summary.calls, summary.places) == (3, 3, 1)


@pytest.mark.parametrize("last", ["exit", "closed"])
def test_a_lost_connection_is_replaced(connect: Connect, accept: Accept, bound: _core.Potential, last: str) -> None:
    """As after a time-out of i-PI; not one that got EXIT. The last one says how the run ended."""
    reasons: list[str] = []
    first, outcome = connect(connections=3, lost=reasons.append)
    second, third = accept(), accept()
    for peer in (first, second, third):
        peer.start()
    exchange([first, second, third], moved(3), bound)
    second.send(posdata())
    second.connection.close()
    exchange([first, third], moved(2), bound)
    third.send(header("EXIT"))
    assert third.end() == b""
    another = accept()
    another.start()
    exchange([first, another], moved(2), bound)
    for peer in (first, another):
        if last == "exit":
            peer.send(header("EXIT"))
        peer.connection.close()
    summary = outcome.wait().summary
    assert summary is not None
    assert summary.exited == (last == "exit")
    assert summary.evaluations in (7, 8)
    assert summary.places == 3
    assert len(reasons) == (1 if last == "exit" else 2)
    assert "the server" in reasons[0]


def test_connections_that_are_lost_again_and_again_leave_nothing(
    connect: Connect, accept: Accept, bound: _core.Potential
) -> None:
    first, outcome = connect(connections=2)
    first.start()

    def lose_one() -> int:
        peer = accept()
        peer.start()
        exchange([first, peer], moved(2), bound)
        peer.connection.close()
        exchange([first], moved(1), bound)
        return len(list(Path("/proc/self/fd").iterdir()))

    files = [lose_one() for _ in range(3)]
    assert files[0] == files[2]
    first.send(header("EXIT"))
    assert outcome.wait().summary is not None


def test_server_that_never_accepts_the_others(
    connect: Connect, listener: socket.socket, bound: _core.Potential
) -> None:
    """They aren't missed, and don't hide that the server sent EXIT."""
    first, outcome = connect(connections=3)
    first.start()
    exchange([first], moved(1), bound)
    first.send(header("EXIT"))
    first.connection.close()
    listener.close()
    summary = outcome.wait().summary
    assert summary is not None
    assert (summary.exited, summary.reason) == (True, "the server sent EXIT")


def test_all_connections_are_closed_in_order_after_a_failure(
    connect: Connect, accept: Accept, model_file: Callable[[str], Path]
) -> None:
    """With unread bytes in one of them, and in a second, not in one second each."""
    first, outcome = connect(_core.Potential(str(model_file("nan")), device="cpu"), connections=3)
    peers = [first, accept(), accept()]
    for peer in peers:
        peer.start()
    peers[1].send(header("STATUS") + posdata(POSITIONS[[0, 0, 1]]) + header("GETFORCE"))
    peers[1].receive(12)
    for peer in peers:
        assert peer.end() == b""
        peer.connection.close()
    assert isinstance(outcome.wait().error, _core.EvaluationError)


def test_beads_share_frames_and_rounds(
    connect: Connect, accept: Accept, bound: _core.Potential, tmp_path: Path
) -> None:
    """The indices of the beads come with each connection; the frames are those of the first that is evaluated."""
    log = {"symmetry_log": str(tmp_path / "log"), "symmetry_set": "tetrahedral", "symmetry_every": 2}
    first, outcome = connect(connections=2, symmetrize="random", seed=7, beads="shared", **log)
    peers, symmetrizer = [first, accept()], _core.Symmetrizer("random", seed=7)
    for _ in range(3):
        structures = moved(3)
        frames = [symmetrizer.frames(_core.geometry_key(structure(structures[0])))]
        for places in ([0], [1, 2]):  # three beads
            for place, peer in zip(places, peers, strict=False):
                peer.start(bead=place)
                peer.send(posdata(structures[place]) + header("GETFORCE"))
            for place, peer in zip(places, peers, strict=False):
                reference = bound.evaluate(_core.build_graph([structure(structures[place])], 4.0), frames)
                check(peer.answer(), reference)
    for peer in peers:
        peer.send(header("EXIT"))
    outcome.wait()
    rows = np.loadtxt(tmp_path / "log")[:, :2]
    np.testing.assert_array_equal(rows, [[1, 0], [1, 1], [1, 2], [3, 0], [3, 1], [3, 2]])


@pytest.mark.parametrize(
    ("connections", "options"),
    [
        (2, ""),
        pytest.param(
            5, "<consolidate_messages> False </consolidate_messages>", marks=needs_ipi(3, 2, "consolidated messages")
        ),
        pytest.param(2, "<batch_size> 2 </batch_size>", marks=needs_ipi(3, 3, "batches")),
    ],
)
def test_beads_of_a_real_server(
    tmp_path: Path, bound: _core.Potential, crystal: Atoms, connections: int, options: str
) -> None:
    """Three beads on fewer connections, or more, and in batches; i-PI gets the numbers of each bead."""
    endpoint = unix_endpoint()
    with Server(tmp_path, crystal, endpoint, beads=3, steps=3, options=options) as server:
        summary = drive(
            bound, crystal, unix=endpoint.unix, connections=connections, symmetrize="random:2+inversion", seed=11
        )
        assert server.wait() == 0
        beads = [(sent_structures(server, crystal, b), server.frames("forces", b)[1]) for b in range(3)]
    assert (summary.exited, summary.reason) == (True, "the server sent EXIT")
    unused = 0 if ipi_release() >= (3, 2) else 3  # a step before the end
    # at the start the beads lie on top of each other
    assert 12 + unused - (3 if "batch" in options else 0) <= summary.evaluations <= 12 + unused
    assert summary.calls <= summary.evaluations
    symmetrizer = _core.Symmetrizer("random:2+inversion", seed=11)
    for steps, forces in beads:
        for step in range(4):
            bead = steps[step]
            result = bound.evaluate(_core.build_graph([bead], 4.0), [symmetrizer.frames(_core.geometry_key(bead))])
            np.testing.assert_allclose(forces[step] * HARTREE / BOHR, result.forces, rtol=1e-10, atol=1e-10)


def test_signal_to_a_driver_with_connections_leaves_a_run_that_goes_on(
    tmp_path: Path, bound_model: Path, crystal: Atoms
) -> None:
    endpoint = unix_endpoint()
    with (
        Server(tmp_path, crystal, endpoint, steps=10_000_000, beads=4) as server,
        start_driver(tmp_path, bound_model, endpoint, "--connections", "3") as ended,
        start_driver(tmp_path, bound_model, endpoint, "--connections", "2"),
    ):
        server.wait_for_steps(5)
        while server.output.count("Handshaking was successful") < 5:
            time.sleep(0.05)
        ended.send(signal.SIGTERM)
        assert ended.wait() == 128 + signal.SIGTERM
        server.wait_for_steps(15)


@pytest.mark.parametrize("connections", [0, 501])
def test_impossible_numbers(bound: _core.Potential, connections: int) -> None:
    with pytest.raises(_core.ConfigurationError, match=f"`connections`: .*1 to 500, got {connections}"):
        drive(bound, Atoms("O"), unix="nobody", connections=connections)
