"""Sets of frames, against Wigner matrices from SciPy."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from numpy.typing import NDArray
from support.wigner import averages, wigner

from tumble import _core

DEGREES = {"tetrahedral": 2, "octahedral": 3, "icosahedral": 5}


def test_wigner_matrices_of_this_test() -> None:
    """They are unitary and follow the rotations' product; those of l = 1 have the rotation's trace."""
    a, b = _core.Symmetrizer("random:2", seed=1).frames().rotations
    for l in (1, 4, 13):  # noqa: E741
        d_a, d_b, d_ab = wigner(l, np.array([a, b, a @ b]))
        np.testing.assert_allclose(d_a @ d_a.conj().T, np.eye(2 * l + 1), atol=1e-12)
        np.testing.assert_allclose(d_a @ d_b, d_ab, atol=1e-12)
    assert np.trace(wigner(1, a[None])[0]) == pytest.approx(np.trace(a), abs=1e-13)


@pytest.mark.parametrize("name", DEGREES)
def test_groups_are_exact_to_their_degree_and_no_further(name: str) -> None:
    frames = _core.Symmetrizer(name).frames()
    degree = DEGREES[name]
    for l in range(1, degree + 1):  # noqa: E741
        np.testing.assert_allclose(averages(l, frames.rotations, frames.weights), 0.0, atol=1e-12)
    assert np.abs(averages(degree + 1, frames.rotations, frames.weights)).max() > 0.1
    assert frames.exactness(12) == degree
    assert frames.exactness(degree - 1) == degree - 1


@pytest.mark.parametrize("name", DEGREES)
def test_groups_are_groups(name: str) -> None:
    rotations = _core.Symmetrizer(name).frames().rotations
    np.testing.assert_array_equal(rotations[0], np.eye(3))
    products = np.einsum("iab,jbc->ijac", rotations, rotations).reshape(-1, 1, 3, 3)
    distances = np.abs(products - rotations).max(axis=(2, 3))
    assert (distances.min(axis=1) < 1e-14).all()
    assert ((distances < 1e-9).sum(axis=1) == 1).all()


def test_exactness_of_turned_incomplete_and_inverted_sets() -> None:
    group = _core.Symmetrizer("octahedral").frames()
    turned = _core.Symmetrizer("random:octahedral+inversion", seed=3).frames()
    assert turned.exactness(12) == 3
    assert turned.averages_parity()
    assert not group.averages_parity()
    incomplete = _core.Frames(group.rotations[1:], np.full(23, 1 / 23))
    assert incomplete.exactness(12) == 0
    uneven = _core.Frames(group.rotations, [0.5, *[0.5 / 23] * 23])
    assert uneven.exactness(12) == 0
    # inverting half of a set spoils what is odd under inversion
    signs = np.where(np.arange(24) % 2, 1, -1)[:, None, None]
    assert _core.Frames(group.rotations * signs, group.weights).exactness(12) == 0
    assert group.with_inversion().exactness(12) == 3


def test_other_threads_go_on_while_exactness_is_computed() -> None:
    frames = _core.Symmetrizer("random:2000", seed=1).frames()
    steps: list[float] = []
    ended = threading.Event()

    def count() -> None:
        while not ended.is_set():
            steps.append(time.monotonic())
            time.sleep(1e-3)

    counter = threading.Thread(target=count)
    counter.start()
    begin = time.monotonic()
    assert frames.exactness(24) == 0
    end = time.monotonic()
    ended.set()
    counter.join()
    assert any(begin + 0.1 * (end - begin) < step < end - 0.1 * (end - begin) for step in steps)


def test_with_lab_frame() -> None:
    turned = _core.Symmetrizer("random:octahedral", seed=3).frames()
    with_lab = turned.with_lab_frame()
    np.testing.assert_array_equal(with_lab.rotations[with_lab.bare], np.eye(3))
    np.testing.assert_array_equal(with_lab.weights, [*turned.weights, 0.0])
    group = _core.Symmetrizer("octahedral").frames()
    assert len(group.with_lab_frame()) == 24


@pytest.mark.parametrize(
    ("rotations", "weights", "bare", "text"),
    [
        (np.eye(3), [1.0], 0, r"`rotations`: .*\[K, 3, 3\]"),
        (np.eye(3)[None], [0.5, 0.5], 0, r"weights.* got 1 and 2"),
        (np.empty((0, 3, 3)), [], 0, "at least one; got 0 and 0"),
        (np.eye(3)[None], [1.0], 1, "as many"),
        (1.001 * np.eye(3)[None], [1.0], 0, r"orthogonal.* frame 0"),
        (np.nan * np.eye(3)[None], [1.0], 0, "frame 0 isn't"),
        (np.eye(3)[None], [np.nan], 0, "frame 0 isn't"),
    ],
)
def test_impossible_frames(rotations: NDArray[np.float64], weights: list[float], bare: int, text: str) -> None:
    with pytest.raises(_core.ConfigurationError, match=text):
        _core.Frames(rotations, weights, bare)


def test_the_tetrahedral_group_is_part_of_the_others() -> None:
    """To the last bit, so that what a tetrahedral set gives away is seen at the same rotations."""
    tetrahedral = _core.Symmetrizer("tetrahedral").frames().rotations.reshape(-1, 1, 9)
    for name in ("octahedral", "icosahedral"):
        others = _core.Symmetrizer(name).frames().rotations.reshape(1, -1, 9)
        assert abs(tetrahedral - others).max(-1).min(-1).max() == 0
