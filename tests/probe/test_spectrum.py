"""Wigner functions, and powers of energies whose expansion is known."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from e3nn import o3

from tumble.errors import ConfigurationError
from tumble.grids import lebedev
from tumble.probe.spectrum import Projector, wigner

HIGHEST = 4
NODES = lebedev(2 * HIGHEST)


def characters(rotations, l):  # noqa: E741
    """chi_l of all R_j^T R_k from the rotation angle: 1 + 2 sum_n cos(n omega)."""
    traces = np.einsum("jab,kab->jk", rotations, rotations)
    angles = np.arccos(np.clip(0.5 * (traces - 1.0), -1.0, 1.0))
    return 1.0 + 2.0 * sum((np.cos(n * angles) for n in range(1, l + 1)), np.zeros_like(angles))


@pytest.mark.parametrize("l", [0, 1, 2, 5, 11])
def test_wigner_matrices_are_those_of_e3nn(l):  # noqa: E741
    torch.manual_seed(l)
    rotations = o3.rand_matrix(20, dtype=torch.float64)
    # e3nn's own have single precision
    np.testing.assert_allclose(wigner(rotations.numpy(), l), o3.Irrep(l, 1).D_from_matrix(rotations).numpy(), atol=2e-5)


def test_wigner_matrices_are_a_representation():
    torch.manual_seed(0)
    a, b = o3.rand_matrix(2, 5, dtype=torch.float64).numpy()
    np.testing.assert_allclose(wigner(np.eye(3)[None], 7), np.eye(15)[None], atol=1e-12)
    np.testing.assert_allclose(wigner(a @ b, 7), wigner(a, 7) @ wigner(b, 7), atol=1e-12)


def test_a_spectrum_needs_e3nn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "e3nn", None)
    with pytest.raises(ConfigurationError, match=r"^`spectrum`: .*e3nn"):
        Projector(NODES, 1)


def test_known_coefficients_even_and_odd():
    generator = np.random.default_rng(0)
    expected_even, expected_odd = np.zeros(HIGHEST + 1), np.zeros(HIGHEST + 1)
    even, odd = np.zeros(len(NODES)), np.zeros(len(NODES))
    for l in range(HIGHEST + 1):  # noqa: E741
        functions = np.sqrt(2 * l + 1) * wigner(NODES.rotations, l).reshape(len(NODES), -1)
        for values, expected in ((even, expected_even), (odd, expected_odd)):
            coefficients = 10.0**-l * generator.standard_normal(functions.shape[1])
            values += functions @ coefficients
            expected[l] = np.sum(coefficients**2)
    offset = -3e4  # eV, the atoms' own energy
    found = Projector(NODES, HIGHEST).parts(offset + even + odd, offset + even - odd)
    # Digits go with the offset: 3e4 eV in double precision has 4e-12 eV.
    np.testing.assert_allclose(found.even[1:], expected_even[1:], rtol=1e-6)
    np.testing.assert_allclose(found.odd, expected_odd, rtol=1e-6)
    assert found.even[0] == 0.0
    # Parseval
    assert found.even_total == pytest.approx(expected_even[1:].sum(), rel=1e-9)
    assert found.odd_total == pytest.approx(expected_odd.sum(), rel=1e-9)


def test_one_function_has_the_power_of_its_degree_alone():
    for l in range(HIGHEST + 1):  # noqa: E741
        values = np.sqrt(2 * l + 1) * wigner(NODES.rotations, l)[:, 0, -1]
        powers, total = Projector(NODES, HIGHEST).powers(values)
        np.testing.assert_allclose(powers, np.eye(HIGHEST + 1)[l], atol=1e-13)
        assert total == pytest.approx(1.0, abs=1e-12)


def test_powers_by_characters():
    """The other form of P_l, for an energy without any limit of degree: both see the same on the same nodes."""
    energies = np.random.default_rng(1).standard_normal(len(NODES))
    weighted = NODES.weights * energies
    powers, _ = Projector(NODES, HIGHEST).powers(energies)
    expected = [(2 * l + 1) * weighted @ characters(NODES.rotations, l) @ weighted for l in range(HIGHEST + 1)]  # noqa: E741
    np.testing.assert_allclose(powers, expected, rtol=1e-9)


def test_powers_do_not_depend_on_the_orientation():
    torch.manual_seed(2)
    turn = o3.rand_matrix(dtype=torch.float64).numpy()
    functions = np.sqrt(5) * wigner(NODES.rotations, 2).reshape(len(NODES), -1)
    turned = np.sqrt(5) * wigner(turn @ NODES.rotations, 2).reshape(len(NODES), -1)
    coefficients = np.random.default_rng(3).standard_normal(25)
    first, second = (Projector(NODES, 3).powers(values @ coefficients)[0] for values in (functions, turned))
    np.testing.assert_allclose(first, second, atol=1e-12)
