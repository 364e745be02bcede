"""The gas-phase parts of the stability benchmark: structures as built, clusters that separate, and one that breaks."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def stability(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("stability")


@pytest.fixture
def gas(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("stability_gas")


def hydrogen_bonds(positions: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Donor and acceptor of each: H–O within 2.1 Å, and straight to 10 degrees."""
    molecules = positions.reshape(-1, 3, 3)
    found = []
    for i, donor in enumerate(molecules):
        for j, acceptor in enumerate(molecules):
            for hydrogen in donor[1:] if i != j else []:
                to_own, to_other = donor[0] - hydrogen, acceptor[0] - hydrogen
                length = np.linalg.norm(to_other)
                if length < 2.1 and to_own @ to_other < -np.cos(np.radians(10)) * length * np.linalg.norm(to_own):
                    found.append((i, j))
    return found


def matched(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two sets of points are the same, in any order."""
    return bool(np.linalg.norm(one[:, None] - other[None], axis=2).min(axis=1).max() < 1e-12)


@pytest.mark.parametrize("name", ["molecule", "dimer", "hexamer"])
def test_molecules_as_built(gas: ModuleType, name: str) -> None:
    """Experimental geometry of the molecule, in each."""
    for oxygen, *hydrogens in gas.SYSTEMS[name].build().reshape(-1, 3, 3):
        bonds = [hydrogen - oxygen for hydrogen in hydrogens]
        lengths = [float(np.linalg.norm(bond)) for bond in bonds]
        assert lengths == pytest.approx([0.9572, 0.9572])
        assert np.degrees(np.arccos(bonds[0] @ bonds[1] / np.prod(lengths))) == pytest.approx(104.52)


def test_dimer(gas: ModuleType) -> None:
    positions = gas.dimer()
    oxygens = positions[::3]
    assert np.linalg.norm(oxygens[1] - oxygens[0]) == pytest.approx(2.9)
    assert hydrogen_bonds(positions) == [(0, 1)]
    for element in (positions[::3], np.delete(positions, [0, 3], axis=0)):
        assert matched(element * [1, -1, 1], element)
    # Trans: the free H of the donor and the H of the acceptor are on opposite sides.
    assert positions[2, 2] > 0.5
    assert positions[4, 2] < -0.3
    assert positions[5, 2] < -0.3


def test_hexamer(gas: ModuleType) -> None:
    positions = gas.hexamer()
    oxygens = positions[::3]
    distances = np.linalg.norm(oxygens - np.roll(oxygens, 1, axis=0), axis=1)
    assert distances == pytest.approx(np.full(6, 2.7))
    assert hydrogen_bonds(positions) == [(k, (k + 1) % 6) for k in range(6)]
    c, s = 0.5, np.sqrt(0.75)
    hydrogens = np.delete(positions, np.s_[::3], axis=0)
    for element in (oxygens, hydrogens):
        assert matched(element @ np.array([[c, s, 0], [-s, c, 0], [0, 0, -1]]), element)
    assert not matched(hydrogens * [1, 1, -1], hydrogens)  # S_6, and not C_6h


def write_dump(path: Path, frames: list[NDArray[np.float64]]) -> None:
    """As LAMMPS writes it with shrink-wrapped boundaries."""
    lines = []
    for i, frame in enumerate(frames):
        low, high = frame.min(axis=0) - 1e-4, frame.max(axis=0) + 1e-4
        lines += ["ITEM: TIMESTEP", str(10 * i), "ITEM: NUMBER OF ATOMS", str(len(frame)), "ITEM: BOX BOUNDS ss ss ss"]
        lines += [f"{a} {b}" for a, b in zip(low, high, strict=True)]
        lines.append("ITEM: ATOMS id type element xu yu zu")
        for k, (x, y, z) in enumerate(frame):
            lines.append(f"{k + 1} {1 if k % 3 == 0 else 2} {'O' if k % 3 == 0 else 'H'} {x} {y} {z}")
    path.write_text("\n".join(lines) + "\n")


def test_a_molecule_that_leaves_is_no_break(gas: ModuleType, tmp_path: Path) -> None:
    """The acceptor leaves by 0.5 Å a frame: beyond 5 Å from frame 5 on, 0.025 ps."""
    step = np.repeat([[0.0, 0, 0], [0.5, 0, 0]], 3, axis=0)
    write_dump(tmp_path / "nve.dump", [gas.dimer() + k * step for k in range(11)])
    trajectory = gas.open_isolated(tmp_path / "nve.dump")
    molecules, shape = gas.watch_molecules(trajectory), gas.watch_shape(trajectory)
    assert molecules.first_break is None
    assert molecules.longest == pytest.approx(0.9572, abs=1e-5)
    assert shape.separated == pytest.approx(0.025)
    assert shape.fragments == (1, 1)
    assert (shape.shortest, shape.longest, shape.last) == pytest.approx((2.9, 7.9, 7.9), abs=1e-4)


def test_molecules_that_exchange_a_hydrogen_are_a_break(gas: ModuleType, tmp_path: Path) -> None:
    """The donor's H goes over to the acceptor: neither its own is near, nor does the cluster come apart."""
    moved = gas.dimer()
    moved[1] += [0.9, 0, 0]
    write_dump(tmp_path / "nve.dump", [gas.dimer(), gas.dimer(), moved])
    trajectory = gas.open_isolated(tmp_path / "nve.dump")
    broken, shape = gas.watch_molecules(trajectory).first_break, gas.watch_shape(trajectory)
    assert (broken.frame, broken.oxygen) == (2, 0)
    assert broken.own == pytest.approx(1.8572, abs=1e-4)
    assert (shape.separated, shape.fragments) == (None, (2,))


def test_a_ring_that_opens_stays_together(gas: ModuleType, tmp_path: Path) -> None:
    """A chain of six is longer than a link, but linked."""
    chain = np.concatenate([gas.molecule() + np.array([0, 0, 3.0 * k]) for k in range(6)])
    write_dump(tmp_path / "nve.dump", [gas.hexamer(), chain])
    shape = gas.watch_shape(gas.open_isolated(tmp_path / "nve.dump"))
    assert (shape.separated, shape.fragments) == (None, (6,))
    assert shape.longest == pytest.approx(15.0, abs=1e-4)


def test_broken_cluster_is_told(
    tmp_path: Path, model_file: Callable[[str], Path], stability: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """With real LAMMPS and a toy that holds nothing together; no atom is lost where molecules fly apart."""
    words = ["--systems", "dimer", "--gas-steps", "200", "--model", str(model_file("two_hop")), "--out", str(tmp_path)]
    assert stability.main(words) == 1
    assert "BROKEN in frame" in capsys.readouterr().out
    part = json.loads((tmp_path / "summary.json").read_text())["parts"]["dimer"]
    assert (part["atoms"], part["steps"], part["molecules"]["frames"]) == (6, 200, 21)
    assert part["molecules"]["first_break"] is not None
    assert {"slope", "error", "fluctuation"} == set(part["drift"])


def test_molecule_of_an_invariant_model_is_sound(
    tmp_path: Path, model_file: Callable[[str], Path], stability: ModuleType
) -> None:
    """Relaxed, whole, without torque, and its energy is conserved."""
    words = ["--systems", "molecule", "--gas-steps", "400", "--model", str(model_file("pair")), "--out", str(tmp_path)]
    assert stability.main(words) == 0
    part = json.loads((tmp_path / "summary.json").read_text())["parts"]["molecule"]
    assert part["molecules"]["first_break"] is None
    assert part["molecules"]["nearest"] is None  # there is no other molecule
    assert part["relaxed"]["largest_force"] < 0.01
    assert part["torque_rms"]["mean"] < 1e-10
    assert part["drift"]["fluctuation"] < 1e-3
    assert 0 < part["temperature"]["mean"] < 310
