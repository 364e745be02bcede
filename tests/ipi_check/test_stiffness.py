"""The stiffest vibration, against analytic values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import scipy.constants
from support.ipi_inputs import WATER
from support.numbers import from_core

from tumble.ipi_check.stiffness import stiffest_mode
from tumble.types import Array


def in_springs(hessian: Array, rest: Array):
    def forces(structures: Sequence[Array]) -> Sequence[Array]:
        return [-(hessian @ (positions - rest).ravel()).reshape(-1, 3) for positions in structures]

    return forces


def test_a_diatomic_molecule() -> None:
    """ω = √(k/μ) along the bond, and nothing else moves."""
    k, masses = 50.0, np.array([15.999, 1.008])
    along = np.array([0.0, 0.0, 1.0, 0.0, 0.0, -1.0])
    rest = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    found = stiffest_mode(in_springs(k * np.outer(along, along), rest), rest, masses, ["O", "H"], evaluations=20)
    reduced = masses.prod() / masses.sum() * scipy.constants.atomic_mass
    omega = np.sqrt(k * scipy.constants.e * 1e20 / reduced)
    assert found.frequency == pytest.approx(1e-15 * omega, rel=1e-6)
    assert found.wavenumber == pytest.approx(omega / (2 * np.pi * 100 * scipy.constants.c), rel=1e-6)
    assert found.period == pytest.approx(2 * np.pi / omega * 1e15)
    assert found.quanta(300.0) == pytest.approx(scipy.constants.hbar * omega / (scipy.constants.k * 300.0))
    assert list(found.shares) == ["H", "O"]
    assert found.shares["H"] == pytest.approx(15.999 / 17.007)
    assert found.words.startswith(f"{found.wavenumber:.0f} cm⁻¹ (H 94 %, O 6 %)")
    assert found.evaluations <= 6


def test_a_large_matrix() -> None:
    """Its largest eigenvalue, and not that of the largest magnitude, within the tolerance of 1 % and below it."""
    random = np.random.default_rng(0)
    values = np.concatenate([random.uniform(0.0, 40.0, 298), [50.0, -60.0]])
    axes = np.linalg.qr(random.normal(size=(300, 300)))[0]
    rest = random.normal(size=(100, 3))
    found = stiffest_mode(
        in_springs(axes @ np.diag(values) @ axes.T, rest), rest, np.ones(100), ["H"] * 100, evaluations=60
    )
    exact = np.sqrt(50.0) * np.sqrt(scipy.constants.e * 1e20 / scipy.constants.atomic_mass) * 1e-15
    assert found.frequency == pytest.approx(exact, rel=0.005)
    assert found.frequency <= exact * (1.0 + 1e-9)
    assert exact - found.frequency <= found.uncertainty + 1e-9
    assert found.evaluations <= 60


def test_the_budget() -> None:
    random = np.random.default_rng(0)
    matrix = random.normal(size=(90, 90))
    rest = random.normal(size=(30, 3))
    found = stiffest_mode(in_springs(matrix @ matrix.T, rest), rest, np.ones(30), ["H"] * 30, evaluations=6)
    assert found.evaluations == 6


def test_no_forces() -> None:
    rest = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    found = stiffest_mode(in_springs(np.zeros((6, 6)), rest), rest, np.ones(2), ["H", "H"], evaluations=20)
    assert found.frequency == 0.0


def test_a_model(case_of, model_file) -> None:
    """All frequencies of the molecule, from finite differences of each coordinate."""
    step, columns = 1e-4, []
    for index in range(9):
        shifted = []
        for sign in (1, -1):
            atoms = WATER.copy()
            atoms.positions.ravel()[index] += sign * step
            shifted.append(from_core(model_file("pair"), atoms).forces.ravel())
        columns.append((shifted[1] - shifted[0]) / (2 * step))
    root = np.sqrt(np.repeat(WATER.get_masses(), 3))
    exact = np.linalg.eigvalsh(np.array(columns) / np.outer(root, root))[-1]
    found = case_of().stiffness
    scale = np.sqrt(scipy.constants.e * 1e20 / scipy.constants.atomic_mass) * 1e-15
    assert found.frequency == pytest.approx(np.sqrt(exact) * scale, rel=0.005)
