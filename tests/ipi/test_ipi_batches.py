"""Several structures in one message, byte by byte and from a real i-PI server."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.ipi_peer import (
    CELL,
    POSITIONS,
    Answer,
    Connect,
    batchdata,
    check,
    expected,
    header,
    init,
    moved,
    structure,
)
from support.ipi_runs import BOHR, HARTREE, Server, sent_structures, unix_endpoint

from tumble import _core
from tumble.drive import drive

ModelFile = Callable[[str], Path]

pytestmark = pytest.mark.timeout(300)


def same(one: Answer, other: Answer) -> None:
    assert (one.energy, one.extras) == (other.energy, other.extras)
    np.testing.assert_array_equal(one.forces, other.forces)
    np.testing.assert_array_equal(one.virial, other.virial)


@pytest.mark.parametrize("symmetrize", ["none", "tetrahedral+inversion", "random:2"])
def test_batch_equals_one_by_one(connect: Connect, bound: _core.Potential, symmetrize: str) -> None:
    """In pieces, with a cell for each structure, and with copies at the end that aren't evaluated."""
    peer, outcome = connect(symmetrize=symmetrize, seed=3)
    peer.fragment = 11
    symmetrizer = _core.Symmetrizer(symmetrize, seed=3)
    structures, cells = moved(3), [CELL, 1.01 * CELL, 0.99 * CELL]
    peer.start("a : 1 , batch_size:5")
    for kept in (3, 2):
        batch = [structures[min(s, kept - 1)] for s in range(5)]
        peer.send(batchdata(batch, [cells[min(s, kept - 1)] for s in range(5)]) + header("GETFORCE"))
        answers = peer.answers(5)
        for s in range(kept):
            check(answers[s], expected(bound, structures[s], symmetrizer=symmetrizer, cell=cells[s]))
        for copy in answers[kept:]:
            same(copy, answers[kept - 1])
        assert peer.ask() == "READY"
    peer.send(header("EXIT"))
    summary = outcome.wait().summary
    assert summary is not None
    assert summary.evaluations == 5


def test_size_of_batches_may_change(connect: Connect, bound: _core.Potential) -> None:
    peer, _ = connect()
    peer.start("batch_size:2")
    first, second = moved(2)
    peer.send(batchdata([first, second]) + header("GETFORCE"))
    check(peer.answers(2)[1], expected(bound, second))
    peer.send(init("batch_size:3"))
    peer.send(batchdata([second, first, second]) + header("GETFORCE"))  # equal, but not copies at the end
    for answer, positions in zip(peer.answers(3), [second, first, second], strict=True):
        check(answer, expected(bound, positions))


def test_error_names_the_structure_of_a_batch(connect: Connect, model_file: ModelFile) -> None:
    peer, outcome = connect(_core.Potential(str(model_file("nan")), device="cpu"))
    peer.start("batch_size:3")
    far, close = POSITIONS.copy(), POSITIONS.copy()
    far[:] = [[0, 0, 0], [2, 2, 2], [4, 0, 0]]
    close[1] = close[0] + [0.3, 0.2, 0.1]
    peer.send(batchdata([far, far + 1, far]) + header("GETFORCE"))
    peer.answers(3)
    peer.send(batchdata([far, close, far]) + header("GETFORCE"))
    assert peer.end() == b""
    peer.connection.close()
    assert str(outcome.wait().error).startswith("evaluation 5: the model returned energy nan for atom 0")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (batchdata([POSITIONS[:2]] * 2), "expected 3 atoms as in the driver's structure, got 2"),
        (batchdata([POSITIONS] * 2, [CELL, CELL * np.nan]), "cell: expected finite numbers, got nan"),
        (
            header("POSDATA") + np.array([3, 17], np.int32).tobytes() + b"ipi_shm_7_pos" + bytes(100),
            'got names of shared memory; the server\'s `ffsocket` has mode="shm"',
        ),
    ],
    ids=["atoms", "cell", "memory"],
)
def test_nonsense_in_a_batch(connect: Connect, data: bytes, message: str) -> None:
    peer, outcome = connect()
    peer.start("batch_size:2")
    peer.send(data + header("GETFORCE"))
    assert peer.end() == b""
    peer.connection.close()
    assert re.search(re.escape(message), str(outcome.wait().error))


def test_beads_share_random_frames(connect: Connect, bound: _core.Potential) -> None:
    """Those of the first geometry of a step; a step begins when a bead comes again, whatever comes in a batch."""
    peer, _ = connect(symmetrize="random", seed=7, beads="shared")
    symmetrizer = _core.Symmetrizer("random", seed=7)
    structures = moved(8)

    def send(bead: int, places: list[int]) -> list[Answer]:
        peer.start("batch_size:3", bead)
        padded = places + places[-1:] * (3 - len(places))
        peer.send(batchdata([structures[p] for p in padded]) + header("GETFORCE"))
        return peer.answers(3)[: len(places)]

    def shared(place: int, first: int) -> _core.Evaluation:
        frames = symmetrizer.frames(_core.geometry_key(structure(structures[first])))
        return bound.evaluate(_core.build_graph([structure(structures[place])], 4.0), [frames])

    # four beads: a batch that isn't full and the rest; then, in another order, the next step
    for bead, places, first in [(0, [0], 0), (1, [1, 2, 3], 0), (3, [7], 7), (0, [4, 5, 6], 7), (0, [1, 2], 1)]:
        for answer, place in zip(send(bead, places), places, strict=True):
            check(answer, shared(place, first))


@pytest.mark.parametrize("batch", [2, 5])
def test_beads_of_a_real_server(tmp_path: Path, bound: _core.Potential, crystal: Atoms, batch: int) -> None:
    """Three beads in batches that hold two, or five; also with the frames of each bead's own geometry."""
    endpoint = unix_endpoint()
    with Server(tmp_path, crystal, endpoint, beads=3, steps=3, options=f"<batch_size> {batch} </batch_size>") as server:
        summary = drive(bound, crystal, unix=endpoint.unix, symmetrize="random:2+inversion", seed=11)
        assert server.wait() == 0
        beads = [(sent_structures(server, crystal, b), server.frames("forces", b)[1]) for b in range(3)]
        torques = [server.torques(b) for b in range(3)]
        potential = server.properties[:, 1]
    symmetrizer = _core.Symmetrizer("random:2+inversion", seed=11)
    for step in range(4):
        energies = []
        for (steps, forces), torque in zip(beads, torques, strict=True):
            frames = symmetrizer.frames(_core.geometry_key(steps[step]))
            result = bound.evaluate(_core.build_graph([steps[step]], 4.0), [frames])
            np.testing.assert_allclose(forces[step] * HARTREE / BOHR, result.forces, rtol=1e-10, atol=1e-10)
            np.testing.assert_allclose(torque[step], result.torques[0], rtol=1e-10)
            energies.append(result.energies[0])
        np.testing.assert_allclose(potential[step] * HARTREE, np.mean(energies), rtol=1e-12)
    assert summary.exited
    assert 10 <= summary.evaluations <= 12  # at the start the beads lie on top of each other
