"""Published grids: their sizes, their exactness by an independent code, and equality with i-PI's own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from e3nn import o3

from tumble import grids
from tumble.errors import ConfigurationError

CASES = [
    (family, order)
    for family, orders in (
        ("legendre", (1, 2, 3, 4, 5, 7)),
        ("ipi-lebedev", (3, 5, 7, 9, 13)),
        ("lebedev", range(1, 13)),
    )
    for order in orders
]


def largest_mean(frames, l) -> float:  # noqa: E741
    """Largest element of the weighted mean of e3nn's Wigner matrices, of the set turned on both sides."""
    left, right = o3.rand_matrix(2, dtype=torch.float64)
    turned = left @ torch.from_numpy(frames.rotations) @ right
    matrices = o3.Irrep(l, 1).D_from_matrix(turned)
    return float(torch.einsum("k,kmn->mn", torch.from_numpy(frames.weights), matrices).abs().max())


@pytest.mark.parametrize(("family", "order"), CASES)
def test_exact_to_the_degree_of_the_family_and_no_further(family, order):
    torch.manual_seed(0)
    frames = grids.grid(f"{family}:{order}")
    degree = grids.FAMILIES[family].degree(order)
    assert frames.weights.sum() == pytest.approx(1.0, abs=1e-14)
    assert frames.exactness(24) == degree
    if degree < 7:  # e3nn is slow
        means = [largest_mean(frames, l) for l in range(1, degree + 2)]  # noqa: E741
        assert max(means[:-1], default=0.0) < 1e-7  # e3nn goes through Euler angles
        assert means[-1] > 1e-3


def test_sizes():
    # Langer et al. 2024: 18 and 75, 150 with inversion. i-PI's documentation of `grid_order`: 18 and 70.
    assert [len(grids.legendre(order)) for order in (1, 2, 3, 4)] == [1, 18, 75, 196]
    assert len(grids.legendre(3).with_inversion()) == 150
    assert [len(grids.ipi_lebedev(order)) for order in (3, 5, 7)] == [18, 70, 182]
    assert [len(grids.lebedev(degree)) for degree in (6, 7, 8, 9, 11)] == [182, 208, 342, 380, 600]


@pytest.mark.parametrize(
    ("family", "order"), [("legendre", n) for n in (1, 2, 3, 4)] + [("ipi-lebedev", n) for n in (3, 5, 7, 13)]
)
@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # i-PI reads its table so
def test_equal_to_those_of_ipi(family, order):
    mathtools = pytest.importorskip("ipi.utils.mathtools", reason="i-PI isn't installed")
    build = {
        "legendre": mathtools.get_rotation_quadrature_legendre,
        "ipi-lebedev": mathtools.get_rotation_quadrature_lebedev,
    }[family]
    theirs = build(order)
    rotations, weights = np.array([one[0] for one in theirs]), np.array([one[1] for one in theirs])
    ours = grids.grid(f"{family}:{order}")
    distances = np.abs(ours.rotations[:, None] - rotations[None]).max(axis=(2, 3))
    partner = distances.argmin(axis=1)
    assert sorted(partner) == list(range(len(theirs)))
    assert distances.min(axis=1).max() < 1e-9  # i-PI's table of Lebedev rules has 12 digits
    np.testing.assert_allclose(ours.weights, (weights / weights.sum())[partner], atol=1e-10)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("legendre:13", "`legendre:N`: expected N among 1 to 12, got `legendre:13`"),
        ("legendre", "`legendre:N`: expected N among 1 to 12, got `legendre`"),
        ("lebedev:-1", "`lebedev:N`: expected N among 1 to 24, got `lebedev:-1`"),
        ("lebedev:²", "`lebedev:N`: expected N among 1 to 24, got `lebedev:²`"),
        ("ipi-lebedev:4", "`ipi-lebedev:N`: expected N among 3, 5, 7, 9, 11, 13, 15, "),
    ],
)
def test_unknown_orders(name, text):
    with pytest.raises(ConfigurationError) as caught:
        grids.grid(name)
    assert str(caught.value).startswith(text)
