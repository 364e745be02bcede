"""Centroid-virial kinetic energies against the harmonic oscillator, and against what i-PI prints."""

from __future__ import annotations

from pathlib import Path

import ase.units
import numpy as np
import pytest
import scipy.constants
from ipi import read_output
from numpy.typing import NDArray
from support.bead_frames import bead_universe, sample_beads
from support.ipi_harmonic import TEMPERATURE, run_harmonic

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.processes import Processes
from tumble.observables.path_integral.kinetic import Kinetic, kinetic_columns, kinetic_from_properties
from tumble.trajectories.open import open_trajectory

Array = NDArray[np.float64]

MASS = 1.008
UNIT = ase.units.kJ / ase.units.mol  # of forces of MDAnalysis, eV/Å
THERMAL = 1.5e3 * ase.units.kB * TEMPERATURE  # meV
ATOMS = {"O": 2, "H": 4}


def oscillators(frames: int, beads: int, springs: tuple[float, float, float], seed: int) -> tuple[Array, Array]:
    """Positions [T,P,2,3] of hydrogen atoms in wells, and forces."""
    generator = np.random.default_rng(seed)
    one = [sample_beads(frames, beads, MASS, TEMPERATURE, np.array(springs), generator) for _ in range(2)]
    positions = np.stack(one, axis=2)
    return positions, -np.array(springs) * positions / UNIT


def exact(spring: float, beads: int) -> float:
    """Kinetic energy along one axis of an oscillator of so many beads, meV."""
    beta = 1 / (scipy.constants.k * TEMPERATURE)
    square = spring * scipy.constants.e * 1e20 / (MASS * scipy.constants.u)
    of_ring = 2 * beads / (beta * scipy.constants.hbar) * np.sin(np.arange(beads) * np.pi / beads)
    return float(THERMAL / 3 * np.sum(square / (of_ring**2 + square)))


@pytest.mark.parametrize("beads", [2, 8, 64])
def test_harmonic_oscillator(beads: int) -> None:
    positions, forces = oscillators(1000, beads, (30.0, 30.0, 30.0), seed=beads)
    result = Kinetic(bead_universe(positions, "HH", forces), temperature=TEMPERATURE).run().result
    quantity = result["kinetic_H"]
    assert quantity.unit == "meV"
    assert quantity.values == pytest.approx(3 * exact(30.0, beads), abs=4 * float(quantity.errors))
    assert quantity.errors < 0.02 * quantity.values
    found = result["kinetic_anisotropy_H"]
    assert np.max(np.abs(found.values) / found.errors) < 4


def test_many_beads_are_the_quantum_oscillator() -> None:
    frequency = np.sqrt(30.0 * scipy.constants.e * 1e20 / (MASS * scipy.constants.u))
    quantum = scipy.constants.hbar * frequency / scipy.constants.e * 1e3
    thermal = scipy.constants.k * TEMPERATURE / scipy.constants.e * 1e3
    assert exact(30.0, 512) == pytest.approx(quantum / 4 / np.tanh(quantum / (2 * thermal)), rel=1e-3)


def test_anisotropic_oscillator() -> None:
    springs = (60.0, 10.0, 30.0)
    positions, forces = oscillators(1000, 8, springs, seed=1)
    found = (
        Kinetic(bead_universe(positions, "HH", forces), temperature=TEMPERATURE).run().result["kinetic_anisotropy_H"]
    )
    tensor = np.diag([exact(spring, 8) for spring in springs])
    xx, yy, zz = 3 * np.diag(tensor) / np.trace(tensor) - 1
    expected = np.array([0, 0, (2 * zz - xx - yy) / np.sqrt(6), 0, (xx - yy) / np.sqrt(2)])
    assert np.max(np.abs(found.values - expected) / found.errors) < 4
    assert np.max(found.errors) < 0.02


def test_equals_ipi(tmp_path: Path) -> None:
    run_harmonic(tmp_path, "OHHOHH", beads=4, steps=120, stride=4, springs=(40.0, 20.0, 60.0))
    universe = open_trajectory(
        str(tmp_path / "run.pos_*.xyz"), timestep=0.0005, forces=str(tmp_path / "run.forces_*.xyz")
    )
    from_beads = Kinetic(universe, temperature=TEMPERATURE).run().result
    columns, _ = read_output(str(tmp_path / "run.properties"))
    logged = kinetic_from_properties(columns, columns["time"], ATOMS)
    for symbol, number in ATOMS.items():
        mean = 1000 * columns[f"kinetic_cv({symbol})"].mean() / number
        # i-PI writes forces with 6 digits.
        assert from_beads[f"kinetic_{symbol}"].values == pytest.approx(mean, rel=1e-5)
        assert logged[f"kinetic_{symbol}"].values == pytest.approx(mean, rel=1e-10)
        assert mean > 1.1 * THERMAL
        one, other = from_beads[f"kinetic_anisotropy_{symbol}"], logged[f"kinetic_anisotropy_{symbol}"]
        np.testing.assert_allclose(one.values, other.values, atol=1e-4)
        np.testing.assert_allclose(one.errors, other.errors, atol=1e-4)
        assert np.max(np.abs(one.values)) > 0.05
    assert logged["kinetic"].values == pytest.approx(1000 * columns["kinetic_cv"].mean() / 6)


def test_tensors_alone_give_energies_as_well() -> None:
    series = np.random.default_rng(2).normal(loc=[3, 2, 1, 0, 0, 0], size=(50, 6))
    result = kinetic_from_properties({"kinetic_tens(atom=H)": series, "potential": series}, np.arange(50.0), {"H": 4})
    assert [quantity.name for quantity in result.quantities] == ["kinetic_H", "kinetic_anisotropy_H"]
    assert result["kinetic_H"].values == pytest.approx(1000 * series[:, :3].sum(axis=1).mean() / 4)
    np.testing.assert_array_equal(result["kinetic_anisotropy_H"].expected, np.zeros(5))
    crystal = kinetic_from_properties({"kinetic_tens(H)": series}, np.arange(50.0), {"H": 4}, isotropic=False)
    assert crystal["kinetic_anisotropy_H"].expected is None


def test_errors_of_a_log_cover() -> None:
    generator = np.random.default_rng(3)
    covered = []
    for _ in range(100):
        noise = np.cumsum(generator.normal(size=2000))
        series = 1.0 + noise[10:] - noise[:-10]  # correlated over 10 rows
        found = kinetic_from_properties({"kinetic_cv(H)": series}, np.arange(float(len(series))), {"H": 1})["kinetic_H"]
        covered.append(abs(float(found.values) - 1000.0) < found.errors)
    assert 0.55 <= np.mean(covered) <= 0.80


def test_processes_give_the_same_as_one(processes: Processes) -> None:
    positions, forces = oscillators(60, 4, (30.0, 20.0, 10.0), seed=4)
    universe = bead_universe(positions, "HH", forces)
    serial = Kinetic(universe, temperature=TEMPERATURE).run().result
    parallel = Kinetic(universe, temperature=TEMPERATURE).run(backend=processes).result
    for one, other in zip(serial.quantities, parallel.quantities, strict=True):
        np.testing.assert_allclose(one.values, other.values, rtol=1e-12)
        np.testing.assert_allclose(one.errors, other.errors, rtol=1e-9)


def test_frames_that_do_not_suffice_are_refused() -> None:
    positions, forces = oscillators(4, 2, (30.0, 30.0, 30.0), seed=5)
    with pytest.raises(NotApplicableError, match=r"forces .*frame 0"):
        Kinetic(bead_universe(positions, "HH"), temperature=TEMPERATURE)
    with pytest.raises(NotApplicableError, match=r"got .*one bead, .*3/2 kT"):
        Kinetic(bead_universe(positions[:, :1], "HH", forces[:, :1]), temperature=TEMPERATURE)
    with pytest.raises(ConfigurationError, match=r"`temperature`: .*got 0"):
        Kinetic(bead_universe(positions, "HH", forces), temperature=0.0)


@pytest.mark.parametrize(
    ("columns", "kind", "message"),
    [
        ({"potential": np.ones(5)}, NotApplicableError, r"`columns`: .* `kinetic_cv`.* `kinetic_tens`.*got potential"),
        ({"kinetic_cv(O)": np.ones(5)}, NotApplicableError, r"`atoms`: .* `O`, got H"),
        ({"kinetic_cv(H)": np.ones(4)}, ConfigurationError, r"`kinetic_cv\(H\)`: .* \(5,\), got \(4,\)"),
        ({"kinetic_tens(H)": np.ones((6, 5))}, ConfigurationError, r"`kinetic_tens\(H\)`: .* \(5, 6\)"),
        (
            {"kinetic_cv": np.full(5, np.nan)},
            NotApplicableError,
            r"`kinetic_cv`: .*finite numbers, got a NaN or infinity",
        ),
    ],
)
def test_bad_columns(columns: dict[str, Array], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        kinetic_from_properties(columns, np.arange(5.0), {"H": 2})


def test_single_row_is_refused() -> None:
    with pytest.raises(NotApplicableError, match=r"`times`: .* 3 rows"):
        kinetic_from_properties({"kinetic_cv": np.ones(1)}, np.zeros(1), {"H": 2})


def test_columns_of_single_atoms_are_not_those_of_elements() -> None:
    names = ["kinetic_cv", "kinetic_cv(H)", "kinetic_cv(2)", "kinetic_cv(atom=O)", "kinetic_tens(X)", "kinetic_md"]
    assert kinetic_columns(names, {"H": 2, "O": 1}) == ["kinetic_cv", "kinetic_cv(H)", "kinetic_cv(atom=O)"]
