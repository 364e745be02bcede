"""The statistics and tables of the study of QM9, with networks and errors of known size."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from ase import Atoms
from ase.io import write

from tumble.rotation_sets import RotationSet

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(params=["qm9_errors"])
def module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module(request.param)


def of(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("module", [name], indirect=True)


class Lopsided(torch.nn.Module):
    """Each H adds 0.3 v_z + 0.2 v_z^2 eV for each edge v: degree 1, odd, and degrees 0 and 2, even."""

    def forward(self, vectors: Any, edges: Any, reverse: Any, species: Any) -> dict[str, Any]:
        z = vectors[:, 2] * (species[edges[0]] == 0)
        energies = torch.zeros(len(species), dtype=vectors.dtype)
        return {"energy": energies.index_add(0, edges[0], 0.3 * z + 0.2 * z.square())}


@pytest.fixture
def dimers(module: ModuleType, tmp_path: Path) -> tuple[Any, Any]:
    """Return CH of two lengths, with labels of zero, and the network with a baseline of 1 and 2 eV for H and C."""
    frames = [Atoms("CH", positions=[[0, 0, 0], [r / 3, 2 * r / 3, 2 * r / 3]]) for r in (1.0, 1.5)]
    for atoms in frames:
        atoms.info |= {"U0_atom": 0.0, "mu": 0.0}
    write(tmp_path / "test.extxyz", frames)
    trained = SimpleNamespace(model=Lopsided(), baseline=[1.0, 2.0, 0.0, 0.0])
    return module.Molecules.read(tmp_path / "test.extxyz"), trained


@of("qm9_errors")
def test_errors_in_a_rotation(module: ModuleType, dimers: tuple[Any, Any]) -> None:
    """The edge of H points along -(1, 2, 2) r/3."""
    molecules, trained = dimers
    ((found), (turned)) = module.in_rotations(trained, molecules, np.array([np.eye(3), np.diag([1.0, -1.0, -1.0])]))
    z = np.array([-2 / 3, -1.0])
    assert found == pytest.approx(1000.0 * (3.0 + 0.3 * z + 0.2 * z**2), rel=1e-6)
    assert turned == pytest.approx(1000.0 * (3.0 - 0.3 * z + 0.2 * z**2), rel=1e-6)


@of("qm9_errors")
def test_an_average_over_rotations(module: ModuleType, dimers: tuple[Any, Any]) -> None:
    """The tetrahedral group removes degrees 1 and 2: 0.2 r^2 / 3 remains."""
    molecules, trained = dimers
    frames = RotationSet("tetrahedral").frames()
    average = frames.weights @ module.in_rotations(trained, molecules, frames.rotations)
    assert average == pytest.approx(1000.0 * (3.0 + 0.2 * np.array([1.0, 2.25]) / 3.0), rel=1e-6)


@of("qm9_errors")
def test_the_variance_by_degrees(module: ModuleType, dimers: tuple[Any, Any]) -> None:
    """Over the sphere, var z = r^2 / 3 and var z^2 = r^4 (1/5 - 1/9)."""
    molecules, trained = dimers
    powers = module.powers(trained, molecules)
    r = np.array([1.0, 1.5])
    assert powers[:, 1] == pytest.approx(1e6 * 0.3**2 * r**2 / 3.0, rel=1e-5)
    assert powers[:, 2] == pytest.approx(1e6 * 0.2**2 * r**4 * (1 / 5 - 1 / 9), rel=1e-5)
    assert np.abs(powers[:, [0, 3, 4, 5]]).max() < 1e-3 * powers.max()


@of("qm9_errors")
def test_differences_on_the_same_molecules(module: ModuleType) -> None:
    """A common error of each molecule cancels; what differs has a mean of 2 and 4, and a variance of 1 in all seeds."""
    draw = np.random.default_rng(0)
    common, own = 50.0 * np.abs(draw.standard_normal(400)) + 10.0, draw.standard_normal(400)
    own = (own - own.mean()) / own.std()
    found = module.difference([-(common + 2.0 + own), common + 4.0 + own], [common, -common])
    assert found.value == pytest.approx(3.0)
    assert found.seeds == pytest.approx([2.0, 4.0])
    assert found.error == pytest.approx(1.0 / 20.0, rel=0.1)


@of("qm9_errors")
def test_errors_in_several_orientations_are_absolute_first(module: ModuleType) -> None:
    assert module.magnitudes(np.array([[1.0, 2.0], [-3.0, 2.0]])).tolist() == [2.0, 2.0]
    assert module.magnitudes(np.array([1.0, -2.0])).tolist() == [1.0, 2.0]


@of("qm9_table")
def test_tables(module: ModuleType) -> None:
    """Errors of 4 and 6 for two seeds, and of 3 for both; `012` has only the first seed."""
    table = module.Table("energy", "parameters", 0.005)
    for model, seed, error in (("0", 1, 4.0), ("0", 2, -6.0), ("01", 1, 3.0), ("01", 2, 3.0), ("012", 1, 1.0)):
        table.add(SimpleNamespace(model=model, size=3000, seed=seed), 60000, {"test": np.full(5, error)})
    assert list(module.accuracy(table))[2:] == [
        "| 0 | 60000 | – | 5.0 ± 1.4 (2) | – |",
        "| 01 | 60000 | – | 3.0 ± 0.0 (2) | – |",
        "| 012 | 60000 | – | 1.0 | – |",
    ]
    assert list(module.differences(table))[2:] == [
        "| 01 | 0 | – | -2.0 ± 0.0 ± 1.4 (2) | – |",
        "| 012 | 0 | – | -3.0 ± 0.0 ± ? (1) | – |",
        "| 0 | 01 | – | +2.0 ± 0.0 ± 1.4 (2) | – |",
        "| 012 | 01 | – | -2.0 ± 0.0 ± ? (1) | – |",
    ]


@of("qm9_table")
def test_tables_of_averages(module: ModuleType) -> None:
    """PET is compared on the first 500 molecules, where the exact network has 2 instead of 9."""
    table = module.Table("energy", "parameters", 0.005)
    exact = np.concatenate([np.full(500, 2.0), np.full(100, 10.0)])
    groups = {name: np.full(500, error) for error, name in enumerate(("icosahedral", "octahedral", "tetrahedral"), 1)}
    pet = {"test": exact, "none": np.full(500, 5.0), "random": np.full((8, 500), -6.0), **groups}
    pet["powers"] = np.array([[0.0, 9.0, 16.0, 0.0, 0.0, 0.0], [0.0, 9.0, 16.0, 0.0, 0.0, 0.0]])
    for model, found in (("0", {"test": exact}), ("pet", pet)):
        table.add(SimpleNamespace(model=model, size=1000, seed=1), 60000, found)
    assert list(module.averages(table))[2:] == [
        "| 0 | 1000 | 2.0 | 2.0 | 2.0 | 2.0 | 2.0 |",
        "| pet | 1000 | 6.0 | 5.0 | 3.0 | 2.0 | 1.0 |",
    ]
    compared = [row.split(" | ")[2:] for row in module.averages_compared(table)][2:]
    assert compared[0] == ["random", "+4.0 ± 0.0 ± ? (1) |"]
    assert compared[-1] == ["icosahedral", "-1.0 ± 0.0 ± ? (1) |"]
    assert list(module.symmetry(table))[2:] == ["| pet | 1000 | 0.0 | 3.0 | 4.0 | 0.0 | 0.0 | 0.0 | 5.0 |"]


@of("qm9_table")
def test_learning_rates(module: ModuleType) -> None:
    """The common rate, and another one for a network; the third table isn't of equal parameters."""
    tables = [module.Table("energy", "parameters", rate) for rate in (0.005, 0.0025)]
    tables.append(module.Table("energy", "channels", 0.005))
    for table, error in zip(tables, (4.0, 3.0, 1.0), strict=True):
        table.add(SimpleNamespace(model="0", size=3000, seed=1), 60000, {"test": np.full(5, error)})
    tables[0].add(SimpleNamespace(model="01", size=3000, seed=1), 60000, {"test": np.zeros(5)})
    assert list(module.rates(tables)) == ["| degrees | 0.0025 | 0.005 |", "|---|---|---|", "| 0 | 3.0 | 4.0 |"]


@of("qm9_irreps")
def test_irreps_over_seeds(module: ModuleType) -> None:
    def effects(loss: float) -> dict[str, Any]:
        return {"zeroed": {"energy": {"loss": {"value": loss}}}, "permuted": {"energy": None}}

    def document(share: float, loss: float) -> dict[str, Any]:
        part = {"layer": "layer 1", "l": 1, "channels": 8, "participation_ratio": 2.0, "gradient_share": None}
        part |= {"power_share": {"value": share}, **effects(loss)}
        return {"units": {"energy": "meV/atom"}, "parts": [part], "everywhere": {"1o": effects(2.0 * loss)}}

    found = list(module.table("energy", [document(0.2, 3.0), document(0.4, 5.0)]))[2:]
    assert found == [
        "| layer 1 | 1 | 8 | 30.0 ± 14.1 (2) | – | 2.0 ± 0.0 (2) | 4.0 ± 1.4 (2) | – |",
        "| all | 1 |  |  |  |  | 8.0 ± 2.8 (2) | – |",
    ]
