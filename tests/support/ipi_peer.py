"""The server's end of i-PI's protocol, made of a plain socket, and a driver at the other end."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from support.ipi_runs import BOHR, HARTREE, PATIENCE
from tumble import _core

CELL = np.array([[7.0, 0.4, -0.3], [1.1, 8.0, 0.2], [-0.9, 0.7, 9.0]])  # rows, Å; no triangle
POSITIONS = np.array([[0.1, 0.2, 0.3], [1.0, 0.9, 0.1], [-0.6, 0.8, 8.9]])  # Å


def moved(count: int) -> list[NDArray[np.float64]]:
    """So many structures around `POSITIONS`, always the same ones."""
    random = np.random.default_rng(5)
    return [POSITIONS + 0.05 * random.normal(size=(3, 3)) for _ in range(count)]


def header(name: str) -> bytes:
    return name.ljust(12).encode()


def init(text: str = " ", length: int | None = None, bead: int = 0) -> bytes:
    numbers = np.array([bead, len(text) if length is None else length], np.int32)
    return header("INIT") + numbers.tobytes() + text.encode()


def cell_bytes(cell: NDArray[np.float64]) -> bytes:
    return np.ascontiguousarray(cell.T / BOHR).tobytes() + np.zeros((3, 3)).tobytes()  # the inverse may be nonsense


def posdata(positions: NDArray[np.float64] = POSITIONS, cell: NDArray[np.float64] = CELL) -> bytes:
    return header("POSDATA") + cell_bytes(cell) + np.int32(len(positions)).tobytes() + (positions / BOHR).tobytes()


def batchdata(structures: Sequence[NDArray[np.float64]], cells: Sequence[NDArray[np.float64]] | None = None) -> bytes:
    """Positions of several structures in one message, with the number of atoms first; Å."""
    data = header("POSDATA") + np.int32(len(structures[0])).tobytes()
    data += b"".join(map(cell_bytes, cells or [CELL] * len(structures)))
    return data + b"".join((positions / BOHR).tobytes() for positions in structures)


@dataclass
class Answer:
    """What came after GETFORCE, in eV and Å."""

    energy: float
    forces: NDArray[np.float64]
    virial: NDArray[np.float64]
    extras: dict[str, float | list[float]]


@dataclass
class Peer:
    """The server's end of a connection."""

    connection: socket.socket
    fragment: int = 1 << 30
    pause: float = 0.0

    def send(self, data: bytes) -> None:
        for start in range(0, len(data), self.fragment):
            self.connection.sendall(data[start : start + self.fragment])
            if self.pause:
                time.sleep(self.pause)

    def receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.connection.recv(count - len(data))
            assert part, "the driver closed the connection"
            data += part
        return data

    def ask(self, question: bytes = header("STATUS")) -> str:
        self.send(question)
        return self.receive(12).decode().strip()

    def start(self, text: str = " ", bead: int = 0) -> None:
        assert self.ask() == "NEEDINIT"
        self.send(init(text, bead=bead))
        assert self.ask() == "READY"

    def answer(self) -> Answer:
        return self.answers(1)[0]

    def answers(self, batch: int) -> list[Answer]:
        assert self.receive(12) == header("FORCEREADY")
        energies = np.frombuffer(self.receive(8 * batch)) * HARTREE
        (atoms,) = np.frombuffer(self.receive(4), np.int32)
        forces = np.frombuffer(self.receive(24 * atoms * batch)).reshape(batch, -1, 3) * HARTREE / BOHR
        virials = np.frombuffer(self.receive(72 * batch)).reshape(batch, 3, 3) * HARTREE
        extras = [json.loads(self.receive(np.frombuffer(self.receive(4), np.int32)[0])) for _ in range(batch)]
        return [Answer(*result) for result in zip(energies, forces, virials, extras, strict=True)]

    def end(self) -> bytes:
        """All that comes until the driver closes its side; ConnectionResetError if it does so with unread bytes."""
        rest = b""
        while part := self.connection.recv(1024):
            rest += part
        return rest


@dataclass
class Outcome:
    """What the driver did meanwhile."""

    summary: _core.DriveSummary | None = None
    error: Exception | None = None
    thread: threading.Thread | None = field(default=None, repr=False)

    def wait(self) -> Outcome:
        assert self.thread is not None
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        return self


Connect = Callable[..., tuple[Peer, Outcome]]


def structure(
    positions: NDArray[np.float64], periodic: bool = True, cell: NDArray[np.float64] = CELL
) -> _core.Structure:
    """As the driver makes it of what it gets: through bohr, which may change a last bit."""
    return _core.Structure([0, 1, 1], positions / BOHR * BOHR, cell / BOHR * BOHR, [periodic] * 3)


def expected(
    potential: _core.Potential,
    positions: NDArray[np.float64],
    periodic: bool = True,
    symmetrizer: _core.Symmetrizer | None = None,
    cell: NDArray[np.float64] = CELL,
) -> _core.Evaluation:
    """The core's own results; random rotations from the structure's own geometry."""
    one = structure(positions, periodic, cell)
    frames = [] if symmetrizer is None else [symmetrizer.frames(_core.geometry_key(one))]
    return potential.evaluate(_core.build_graph([one], potential.metadata.cutoff), frames)


def check(answer: Answer, result: _core.Evaluation) -> None:
    np.testing.assert_allclose(answer.energy, result.energies[0], rtol=1e-12)
    np.testing.assert_allclose(answer.forces, result.forces, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(answer.virial, result.virials[0].T, rtol=1e-11, atol=1e-12)
    assert list(answer.extras) == ["torque", "bare_energy", "bare_torque"]
    np.testing.assert_allclose(answer.extras["torque"], result.torques[0], rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(answer.extras["bare_energy"], result.bare_energies[0], rtol=1e-12)
    np.testing.assert_allclose(answer.extras["bare_torque"], result.bare_torques[0], rtol=1e-11, atol=1e-12)
