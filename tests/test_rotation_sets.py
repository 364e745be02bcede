"""Sets by name, and what `tumble rotations` says about them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tumble.cli import main
from tumble.errors import ConfigurationError
from tumble.probe.results import measure
from tumble.rotation_sets import RotationSet, Weight, describe


@pytest.mark.parametrize(
    ("name", "count", "degree", "parity", "published"),
    [
        ("none", 1, 0, False, {}),
        ("none+inversion", 2, 0, True, {}),
        ("inversion", 2, 0, True, {}),
        ("tetrahedral", 12, 2, False, {"legendre:2": 18, "ipi-lebedev:3": 18, "lebedev:2": 18}),
        ("octahedral", 24, 3, False, {"legendre:3": 75, "ipi-lebedev:5": 70, "lebedev:3": 24}),
        (
            "icosahedral+inversion",
            120,
            5,
            True,
            {"legendre:4+inversion": 392, "ipi-lebedev:7+inversion": 364, "lebedev:5+inversion": 168},
        ),
        ("legendre:3", 75, 4, False, {"legendre:3": 75, "ipi-lebedev:5": 70, "lebedev:4": 70}),
    ],
)
def test_descriptions(name, count, degree, parity, published):
    found = describe(name)
    assert (found.name, found.count, found.degree, found.parity, found.random) == (name, count, degree, parity, False)
    assert {grid.name: grid.count for grid in found.published} == published
    assert (len(found.distinct_weights) == 1) == (":" not in name)
    frames = RotationSet(name).frames()
    np.testing.assert_array_equal(found.rotations, frames.rotations)
    np.testing.assert_array_equal(found.weights, frames.weights)


def test_distinct_weights():
    weights = describe("degree:9").distinct_weights
    assert [weight.count for weight in weights] == [20, 90, 180]
    assert sum(weight.count * weight.value for weight in weights) == pytest.approx(1.0, abs=1e-13)
    assert weights[0].value < weights[1].value < weights[2].value
    # Gauss and Legendre: 5/18, 8/18, 5/18 for cos(beta), shared by 25 pairs of angles
    assert describe("legendre:3").distinct_weights == (
        Weight(pytest.approx(5 / 18 / 25), 50),
        Weight(pytest.approx(8 / 18 / 25), 25),
    )


def test_random_sets():
    one = describe("random:4+inversion")
    assert (one.count, one.degree, one.parity, one.random, one.published) == (8, 0, True, True, ())
    turned = describe("random:icosahedral")
    assert (turned.count, turned.degree, turned.random) == (60, 5, True)
    assert turned.published == describe("icosahedral").published


def test_many_random_frames_are_described_at_once(monkeypatch):
    """Their exactness isn't measured, which takes minutes for 100000: it is the same for all draws."""
    monkeypatch.setattr("tumble._core.Frames.exactness", None)
    found = describe("random:100000")
    assert (found.count, found.degree) == (100000, 0)
    assert measure(RotationSet("random:100000+inversion", seed=1)) == (200000, 0)
    assert measure(RotationSet("random:icosahedral", seed=1)) == (60, 5)


def test_random_frames_follow_the_key():
    drawn = RotationSet("random:3", seed=1)
    assert (drawn.family, drawn.random) == ("random", True)
    np.testing.assert_array_equal(drawn.frames([1, 2, 3, 4]).rotations, drawn.frames([1, 2, 3, 4]).rotations)
    assert np.abs(drawn.frames([1, 2, 3, 4]).rotations - drawn.frames([1, 2, 3, 5]).rotations).max() > 0.1
    assert RotationSet("random:tetrahedral", seed=1).family == "tumble"


def test_wrong_names():
    with pytest.raises(ConfigurationError, match="did you mean `icosahedral`"):
        RotationSet("icosahedra")
    with pytest.raises(ConfigurationError, match=r"`seed`: .*`random:2`"):
        RotationSet("random:2")


def test_command(capsys):
    assert main(["rotations", "legendre:3+inversion"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(
        "legendre:3+inversion\n  evaluations       150\n  exact to degree   4\n  parity            exact\n"
    )
    assert "  weights           100 × 0.00555556, 50 × 0.00888889\n" in text
    assert "  lebedev:4+inversion          140 evaluations, degree 4: " in text

    assert main(["rotations", "degree:7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = [line for line in lines[4:] if line.startswith(("  weights  ", " " * 20))]
    listed = [part.split(" × ") for row in rows for part in row[20:].split(", ")]
    assert len(rows) > 1
    assert sum(int(count) for count, _ in listed) == 160
    assert sum(int(count) * float(weight) for count, weight in listed) == pytest.approx(1.0, abs=1e-5)

    assert main(["rotations", "ipi-lebedev:13"]) == 0
    assert "some weights are negative" in capsys.readouterr().out

    assert main(["rotations", "random:octahedral"]) == 0
    text = capsys.readouterr().out
    assert "  drawn             for each evaluation: a set exact to degree 3, turned at random" in text
    assert "  parity            not averaged" in text


def test_command_with_json(capsys):
    assert main(["rotations", "tetrahedral", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["count"], document["degree"], document["parity"]) == (12, 2, False)
    assert document["distinct_weights"] == [{"value": pytest.approx(1 / 12), "count": 12}]
    assert (np.shape(document["weights"]), np.shape(document["rotations"])) == ((12,), (12, 3, 3))
    assert document["published"][0] == {
        "name": "legendre:2",
        "title": "products of Langer et al. 2024 and i-PI",
        "count": 18,
        "degree": 2,
        "negative_weights": False,
    }


def test_command_with_an_unknown_set(capsys):
    assert main(["rotations", "dodecahedral"]) == 2
    assert "tumble: error: `symmetrize`: expected one of none, inversion, tetrahedral" in capsys.readouterr().err
