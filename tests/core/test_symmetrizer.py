"""The words for sets and modes."""

from __future__ import annotations

import numpy as np
import pytest

from tumble import _core

COUNTS = {"none": 1, "inversion": 2, "tetrahedral": 12, "octahedral": 24, "icosahedral": 60, "random": 1, "random:7": 7}


@pytest.mark.parametrize("mode", ["average", "correction"])
@pytest.mark.parametrize("suffix", ["", "+inversion"])
@pytest.mark.parametrize("name", [*COUNTS, "random:octahedral", "degree:5", "random:degree:5"])
def test_frames(name: str, suffix: str, mode: str) -> None:
    """Number, weights, orthogonality, both parities, and the lab frame where it has to be."""
    if (name, suffix, mode) == ("none", "", "correction") or (name, suffix) == ("inversion", "+inversion"):
        return  # refused
    symmetrizer = _core.Symmetrizer(name + suffix, mode, seed=4)
    frames = symmetrizer.frames((1, 2, 3, 4))
    rotations, weights = frames.rotations, frames.weights
    np.testing.assert_allclose(
        rotations @ rotations.transpose(0, 2, 1), np.tile(np.eye(3), (len(frames), 1, 1)), atol=1e-14
    )
    determinants = np.linalg.det(rotations)
    improper = determinants < 0
    expected = COUNTS.get(name, 24 if "octahedral" in name else 60) * (2 if suffix else 1)
    lab_frame_is_extra = mode == "correction" and name.startswith("random")
    assert len(frames) == len(symmetrizer) == expected + lab_frame_is_extra
    assert weights.sum() == pytest.approx(1.0 if mode == "average" else 0.0, abs=1e-14)
    inverted = bool(suffix) or name == "inversion"
    assert improper.sum() == (expected // 2 if inverted else 0)
    assert symmetrizer.averages_parity == inverted
    if inverted and mode == "average":
        assert weights[improper].sum() == pytest.approx(0.5)
        assert frames.averages_parity()
    if mode == "correction" or not name.startswith("random"):
        np.testing.assert_allclose(rotations[frames.bare], np.eye(3), atol=1e-15)
    assert symmetrizer.random == name.startswith("random")
    assert symmetrizer.trivial == (name + suffix == "none")
    assert str(symmetrizer).startswith(name + suffix)


def test_inversion_is_none_with_inversion() -> None:
    alone, suffixed = (_core.Symmetrizer(name) for name in ("inversion", "none+inversion"))
    np.testing.assert_array_equal(alone.frames().rotations, [np.eye(3), -np.eye(3)])
    np.testing.assert_array_equal(alone.frames().rotations, suffixed.frames().rotations)
    assert alone.frames().weights.tolist() == suffixed.frames().weights.tolist() == [0.5, 0.5]
    assert str(alone) == "inversion, 2 rotations"


def test_correction_is_the_average_less_the_lab_frame() -> None:
    average = _core.Symmetrizer("tetrahedral").frames()
    correction = _core.Symmetrizer("tetrahedral", "correction").frames()
    np.testing.assert_array_equal(correction.rotations, average.rotations)
    np.testing.assert_allclose(correction.weights - average.weights, [-1.0, *[0.0] * 11], atol=1e-16)


def test_random_set_is_the_set_turned() -> None:
    turned = _core.Symmetrizer("random:tetrahedral", seed=1).frames().rotations
    group = _core.Symmetrizer("tetrahedral").frames().rotations
    np.testing.assert_allclose(turned, group @ turned[0], atol=1e-14)


@pytest.mark.parametrize("mode", ["average", "correction"])
@pytest.mark.parametrize(
    ("symmetrize", "degree"),
    [("octahedral", 3), ("degree:5+inversion", 5), ("random:tetrahedral", 2), ("random", 0), ("random:9+inversion", 0)],
)
def test_exactness_of_all_draws(symmetrize: str, degree: int, mode: str) -> None:
    symmetrizer = _core.Symmetrizer(symmetrize, mode, seed=1)
    assert symmetrizer.exactness(12) == degree
    assert symmetrizer.exactness(1) == min(degree, 1)
    assert symmetrizer.exactness(0) == symmetrizer.exactness(-1) == 0
    if mode == "average":
        assert symmetrizer.frames((1, 2, 3, 4)).exactness(12) == degree


@pytest.mark.parametrize(
    ("symmetrize", "text"),
    [
        ("icosaedral", "none, .*random:SET, .*inversion; got .*; .*`icosahedral`"),
        ("Octahedral+inversion", r"; .*`octahedral.inversion`\?$"),
        ("degre:7", r"; .*`degree:7`\?$"),
        ("degree", r"; .*`degree:5`\?$"),
        ("radom:3", r"; .*`random:3`\?$"),
        ("lebedev", "got `lebedev`$"),
        ("", "got ``$"),
        ("degree:13", r"`degree:t`.* 1.* 12, got `degree:13`"),
        ("degree:0", r"`degree:t`.* 1.* 12, got `degree:0`"),
        ("degree:x", r"`degree:t`.* 1.* 12, got `degree:x`"),
        ("degree:5.5", r"`degree:t`.* 1.* 12, got `degree:5.5`"),
        ("random:0", r"`random:` before a number .*got `random:0`"),
        ("random:-1", "`random:` before a number"),
        ("random:none", "`random:` before a number"),
        ("random:1000000", "100000 random rotations, got 1000000"),
        ("random:tetrahedal", r"; .*`tetrahedral`\?$"),
        ("octahedral+icosahedral", r"one set, .*inversion"),
        ("octahedral+inversion+inversion", r"one set, .*inversion"),
        ("octahedral+inverson", r"one set, .*inversion"),
        ("+inversion", r"one set, .*inversion"),
        ("inversion+inversion", r"`inversion` without .inversion, .*got `inversion.inversion`$"),
        ("random:inversion", r"; .*`random.inversion`\?$"),
        ("inverson", r"; .*`inversion`\?$"),
        ("Inversion+inversion", r"; .*`inversion`\?$"),
    ],
)  # fmt: skip
def test_unknown_sets(symmetrize: str, text: str) -> None:
    with pytest.raises(_core.ConfigurationError, match=f"^`symmetrize`: .*{text}"):
        _core.Symmetrizer(symmetrize, seed=1)


def test_modes_and_seeds() -> None:
    with pytest.raises(_core.ConfigurationError, match=r"`mode`: .*average, correction; got `corection`"):
        _core.Symmetrizer("tetrahedral", "corection")
    with pytest.raises(_core.ConfigurationError, match=r"`mode`: .* `correction`, got `symmetrize none`"):
        _core.Symmetrizer("none", "correction")
    with pytest.raises(_core.ConfigurationError, match=r"`seed`: .*`random:2`"):
        _core.Symmetrizer("random:2")
    with pytest.raises(_core.ConfigurationError, match=r"`seed`: .* 0, got -3"):
        _core.Symmetrizer("random:2", seed=-3)
    assert _core.Symmetrizer("octahedral", seed=3).seed == 3


def test_seeds_of_numpy() -> None:
    assert _core.Symmetrizer("random", seed=np.int64(3)).seed == 3
    assert _core.Symmetrizer("random", seed=2**63 - 1).seed == 2**63 - 1
