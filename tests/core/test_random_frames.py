"""Random rotations against Philox written out in NumPy, and their distribution."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from numpy.typing import NDArray

from tumble import _core
from tumble.structures import to_structure

MASK = 0xFFFFFFFF


def philox(counter: int, key: int) -> list[int]:
    """Philox4x32-10 of Salmon et al. (SC '11): four words for a 128-bit counter and a 64-bit key."""
    c = [(counter >> (32 * i)) & MASK for i in range(4)]
    k = [key & MASK, key >> 32]
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(second >> 32) ^ c[1] ^ k[0], second & MASK, (first >> 32) ^ c[3] ^ k[1], first & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def drawn(seed: int, key: list[int], count: int) -> NDArray[np.float64]:
    """What random_frames.h says, word by word."""
    state = seed
    for word in key:
        low, high, _, _ = philox(word << 64, state)
        state = low | (high << 32)
    rotations = []
    for n in range(count):
        u1, u2, u3 = ((word + 0.5) / 2**32 for word in philox(n, state)[:3])
        a, b = np.sqrt(1 - u1), np.sqrt(u1)
        w, x = b * np.cos(2 * np.pi * u3), a * np.sin(2 * np.pi * u2)
        y, z = a * np.cos(2 * np.pi * u2), b * np.sin(2 * np.pi * u3)
        rotations.append(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )
    return np.array(rotations)


def test_philox_of_this_test() -> None:
    """Known answers of the authors' library Random123 (kat_vectors)."""
    assert philox(0, 0) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    ones = (1 << 128) - 1
    assert philox(ones, (1 << 64) - 1) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]


@pytest.mark.parametrize("key", [[0, 0, 0, 0], [12345678901, 2, 7, 1], [2**64 - 1, 0, 0, 3]])
def test_stream(key: list[int]) -> None:
    frames = _core.Symmetrizer("random:3", seed=2**40 + 17).frames(key)
    np.testing.assert_allclose(frames.rotations, drawn(2**40 + 17, key, 3), rtol=0, atol=1e-14)


def test_every_part_of_the_key_and_the_seed_count() -> None:
    keys = [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)]
    drawings = [_core.Symmetrizer("random", seed=1).frames(key).rotations[0] for key in keys]
    drawings.append(_core.Symmetrizer("random", seed=2).frames(keys[0]).rotations[0])
    for i, a in enumerate(drawings):
        for b in drawings[:i]:
            assert abs(a - b).max() > 0.01


def test_uniform_on_the_rotation_group() -> None:
    """Means of all Wigner functions vanish: χ² of ‖mean D^l‖² for l = 1 to 4, whose expectation is (2l+1)/n."""
    n = 20000
    rotations = _core.Symmetrizer("random:20000", seed=5).frames().rotations
    np.testing.assert_allclose(np.linalg.det(rotations), 1.0, atol=1e-12)
    # of D^1, the matrices themselves: 9 elements, each of variance 1/3
    chi2 = 3 * n * np.sum(rotations.mean(axis=0) ** 2)
    assert 1.7 < chi2 < 23.6  # 0.5 to 99.5 %, 9 degrees of freedom
    cosines = (np.trace(rotations, axis1=1, axis2=2) - 1) / 2
    angle = np.arccos(np.clip(cosines, -1, 1))
    # cumulative distribution of the rotation angle: (ω − sin ω)/π
    expected = np.sort((angle - np.sin(angle)) / np.pi)
    assert np.abs(expected - (np.arange(n) + 0.5) / n).max() < 1.63 / np.sqrt(n)  # Kolmogorov, 1 %


def test_key_of_a_geometry() -> None:
    water = Atoms("OHH", [[0, 0, 0], [0.9, 0, 0], [0, 0.9, 0]], cell=[5, 5, 5], pbc=[True, True, False])
    key = _core.geometry_key(to_structure(water, ["O", "H"]))
    assert key == _core.geometry_key(to_structure(water.copy(), ["O", "H"]))
    changes = [water.copy() for _ in range(4)]
    changes[0].positions[2, 1] = np.nextafter(0.9, 1)
    changes[1].cell[0, 0] = np.nextafter(5.0, 6)
    changes[2].positions[:] = water.positions[[1, 0, 2]]
    changes[3].pbc = [True, False, False]
    for changed in changes:
        assert _core.geometry_key(to_structure(changed, ["O", "H"])) != key
    same = [water.copy(), water.copy()]
    same[0].positions[0, 0] = -0.0
    same[1].cell[2, 2] = 7.0  # along a direction that isn't periodic
    for equal in same:
        assert _core.geometry_key(to_structure(equal, ["O", "H"])) == key
