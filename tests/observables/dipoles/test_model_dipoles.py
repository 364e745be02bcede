"""Dipoles from a model file with outputs `charge` and `dipole`, against those of the charges that are known."""

from __future__ import annotations

from pathlib import Path

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.coordinates.memory import MemoryReader
from scipy.spatial.transform import Rotation
from support.polar_model import CHARGES, MOLECULE, export

from tumble.analysis import Dipole, PointCharges
from tumble.errors import SettingError
from tumble.observables.base.processes import Processes
from tumble.observables.dipoles.model_dipoles import dipoles_of_model


@pytest.fixture
def water() -> MDAnalysis.Universe:
    generator = np.random.default_rng(1)
    centers = 6.0 * np.stack(np.meshgrid(*[np.arange(2)] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    turned = Rotation.random(20 * 8, rng=generator).apply
    frames = turned(np.repeat(MOLECULE[1:2], 160, axis=0)), turned(np.repeat(MOLECULE[2:3], 160, axis=0))
    bonds = np.stack([np.zeros((160, 3)), *frames], axis=1).reshape(20, 8, 3, 3)
    made = MDAnalysis.Universe.empty(24, trajectory=True)
    made.add_TopologyAttr("elements", list("OHH" * 8))
    positions = (bonds + centers).reshape(20, 24, 3).astype(np.float32)
    made.load_new(positions, format=MemoryReader, dimensions=np.array([12, 12, 12, 90, 90, 90], dtype=np.float32))
    return made


@pytest.mark.parametrize(("outputs", "factor"), [(("charge",), 1.0), (("charge", "dipole"), 2.0)])
def test_dipoles_of_a_model(
    tmp_path: Path, water: MDAnalysis.Universe, outputs: tuple[str, ...], factor: float, processes: Processes
) -> None:
    source = dipoles_of_model(export(tmp_path / "polar.pt", *outputs), water)
    known = Dipole(water, dipoles=PointCharges(CHARGES)).run().result
    for backend in ({}, {"backend": processes}):
        found = Dipole(water, dipoles=source).run(**backend).result
        assert found["mu_mean"].values == pytest.approx(factor * float(known["mu_mean"].values), rel=1e-5)
        assert found["M"].values == pytest.approx(factor * known["M"].values, abs=1e-6)


def test_what_a_model_lacks_is_said(tmp_path: Path, water: MDAnalysis.Universe) -> None:
    with pytest.raises(SettingError, match=r"`dipole_model`: .* `dipole`.* `charge`, got energy$"):
        dipoles_of_model(export(tmp_path / "plain.pt"), water)
    other = MDAnalysis.Universe.empty(1, trajectory=True)
    other.add_TopologyAttr("elements", ["N"])
    with pytest.raises(SettingError, match=r"`dipole_model`: .*\bN\b"):
        dipoles_of_model(export(tmp_path / "polar.pt", "charge"), other)
