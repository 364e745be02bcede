"""Models and a structure for the tests of the i-PI driver."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ase import Atoms
from numpy.typing import NDArray
from scipy.optimize import minimize
from support.ipi_peer import Connect, Outcome, Peer
from support.ipi_runs import PATIENCE, Endpoint, tcp_endpoint, unix_endpoint
from support.toys import smooth_cutoff
from torch import Tensor

import tumble
from tumble import _core
from tumble.structures import to_graph

SPECIES = ["O", "H"]
CUTOFF = 4.0


class Bound(torch.nn.Module):
    """Pairs with a minimum near 2.8 Å that prefer directions of space, so that a crystal has a large frame torque.

    e = (8 x^6 - 2 x^3) (1 + v.A.v), x = 1 - (r/cutoff)^2: smooth to the second derivative at the cutoff.
    """

    def __init__(self, cutoff: float) -> None:
        super().__init__()
        self.cutoff = cutoff

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        v = edge_vectors
        x = torch.clamp(1.0 - (v * v).sum(1) / self.cutoff**2, min=0.0)
        direction = 1.0 + 0.12 * v[:, 0] * v[:, 1] - 0.10 * v[:, 0] * v[:, 2] + 0.08 * v[:, 1] * v[:, 2]
        energy = (8.0 * x**6 - 2.0 * x**3) * direction
        zero = torch.zeros(species.size(0), dtype=v.dtype, device=v.device)
        return {"energy": zero.index_add(0, edge_index[0], energy)}


class SlowBelow(torch.nn.Module):
    """Takes minutes where an edge is shorter than 0.5 Å."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        squared = (edge_vectors * edge_vectors).sum(1)
        energy = torch.zeros(species.size(0), dtype=squared.dtype, device=squared.device)
        energy = energy.index_add(0, edge_index[0], squared * smooth_cutoff(squared.sqrt(), 4.0))
        if squared.numel() > 0 and bool((squared < 0.25).any()):
            for _ in range(100_000_000):
                energy = energy + 1.0
        return {"energy": energy}


class Upright(torch.nn.Module):
    """NaN where an edge rises by more than 0.6 Å along z."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        squared = (edge_vectors * edge_vectors).sum(1)
        energy = squared * smooth_cutoff(squared.sqrt(), 4.0)
        energy = torch.where(edge_vectors[:, 2] > 0.6, torch.full_like(energy, float("nan")), energy)
        zero = torch.zeros(species.size(0), dtype=energy.dtype, device=energy.device)
        return {"energy": zero.index_add(0, edge_index[0], energy)}


def export(folder: Path, name: str, network: torch.nn.Module) -> Path:
    return tumble.export(
        network,
        folder / f"{name}.pt",
        name=name,
        species=SPECIES,
        cutoff=CUTOFF,
        depth=1,
        dtype="float64",
        baseline=[-1.0, -0.5],
        symmetry={
            "group": "O(3)",
            "kind": "approximate",
            "energy_error": None,
            "force_error": None,
            "how": "not measured",
        },
        provenance={"data": [], "seeds": {}, "metrics": {}, "configuration": {}},
        licence="BSD-3-Clause",
        citation="none",
        references=[Atoms("OH2", positions=[[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]])],
    )


@pytest.fixture(scope="session")
def bound_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("models"), "bound", Bound(CUTOFF))


@pytest.fixture(scope="session")
def slow_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("models"), "slow", SlowBelow())


@pytest.fixture(scope="session")
def upright(tmp_path_factory: pytest.TempPathFactory) -> _core.Potential:
    return _core.Potential(str(export(tmp_path_factory.mktemp("models"), "upright", Upright())), device="cpu")


@pytest.fixture(scope="session")
def bound(bound_model: Path) -> _core.Potential:
    return _core.Potential(str(bound_model), device="cpu")


@pytest.fixture(scope="session")
def crystal(bound: _core.Potential) -> Atoms:
    """Eight atoms in a triclinic cell at a minimum with respect to positions and all that i-PI can change in a cell.

    There the upper triangle of the virial's transpose is zero and the lower one is the frame torque.
    """
    upper = np.triu_indices(3)
    corners = np.array([[i, j, k] for i in (0, 0.5) for j in (0, 0.5) for k in (0, 0.5)])
    scaled = corners + 0.04 * np.random.default_rng(1).normal(size=(8, 3))
    columns = np.array([[6.0, 1.3, -0.9], [0.0, 5.5, 1.1], [0.0, 0.0, 5.8]])

    def unpack(x: NDArray[np.float64]) -> Atoms:
        h = np.zeros((3, 3))
        h[upper] = x[:6]
        return Atoms("OH" * 4, scaled_positions=x[6:].reshape(-1, 3), cell=h.T, pbc=True)

    def energy(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        atoms = unpack(x)
        result = bound.evaluate(to_graph([atoms], SPECIES, CUTOFF))
        # h' = (1 + e) h, so dE/dh = dE/de h^-T, with dE/de = -W^T
        gradient = -result.virials[0].T @ np.linalg.inv(atoms.cell.array)
        return float(result.energies[0]), np.r_[gradient[upper], -(result.forces @ atoms.cell.array.T).ravel()]

    start = np.r_[columns[upper], scaled.ravel()]
    return unpack(minimize(energy, start, jac=True, method="BFGS", options={"gtol": 1e-6}).x)


@pytest.fixture(params=["unix", "tcp"])
def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    return unix_endpoint() if request.param == "unix" else tcp_endpoint()


@pytest.fixture
def listener(endpoint: Endpoint) -> Iterator[socket.socket]:
    """Socket that listens at the endpoint."""
    path = Path(f"/tmp/ipi_{endpoint.unix}")
    family, place = (socket.AF_UNIX, str(path)) if endpoint.unix else (socket.AF_INET, ("127.0.0.1", endpoint.port))
    with socket.socket(family) as listening:
        listening.bind(place)
        listening.listen()
        listening.settimeout(PATIENCE)
        yield listening
    path.unlink(missing_ok=True)


@pytest.fixture
def accept(listener: socket.socket) -> Iterator[Callable[[], Peer]]:
    """Function that accepts a connection and gives its server's end."""
    opened: list[Peer] = []

    def accept_one() -> Peer:
        peer = Peer(listener.accept()[0])
        if peer.connection.family == socket.AF_INET:
            peer.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.connection.settimeout(PATIENCE)
        opened.append(peer)
        return peer

    yield accept_one
    for peer in opened:
        peer.connection.close()


@pytest.fixture
def connect(bound: _core.Potential, endpoint: Endpoint, accept: Callable[[], Peer]) -> Connect:
    """Function that starts a driver in a thread and gives both ends of its first connection."""
    outcome = Outcome()

    def run(potential: _core.Potential, species: list[int], periodic: list[bool], options: dict[str, Any]) -> None:
        try:
            outcome.summary = _core.drive(potential, endpoint.address, species, periodic, patience=PATIENCE, **options)
        except _core.TumbleError as error:
            outcome.error = error

    def start(
        potential: _core.Potential = bound, species: list[int] | None = None, periodic: bool = True, **options: Any
    ) -> tuple[Peer, Outcome]:
        arguments = potential, species or [0, 1, 1], [periodic] * 3, options
        outcome.thread = threading.Thread(target=run, args=arguments)
        outcome.thread.start()
        return accept(), outcome

    return start
