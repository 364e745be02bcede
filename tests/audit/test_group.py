"""The exact symmetry in words."""

from __future__ import annotations

import pytest

from tumble.audit.check import ENERGY, Measure
from tumble.audit.group import exact_symmetry
from tumble.audit.results import Finding, Result


def finding(name: str, exact: bool | None, failure: str | None = None) -> Finding:
    """A check that found one number, or none."""
    results = () if exact is None else (Result(Measure(name, ENERGY, ""), (1.0,), (1.0,), exact),)
    return Finding(name, name, "", results, None, failure, (), ())


@pytest.mark.parametrize(
    ("rotations", "inversion", "translation", "words"),
    [
        (True, True, True, "O(3): rotations and inversion are exact to rounding"),
        (True, False, True, "SO(3): rotations are exact to rounding, inversion is broken"),
        (False, True, None, "inversion is exact to rounding, rotations are broken"),
        (False, False, True, "rotations and inversion are broken; translations alone are exact"),
        (True, True, False, "O(3): rotations and inversion are exact to rounding; translations are broken, too"),
    ],
)
def test_words(rotations, inversion, translation, words):
    given = {"rotations": rotations, "inversion": inversion, "translation": translation}
    assert exact_symmetry({name: finding(name, exact) for name, exact in given.items()}) == words


@pytest.mark.parametrize("found", [{}, {"rotations": finding("rotations", True), "inversion": finding("", None)}])
def test_nothing_is_claimed_that_was_not_measured(found):
    assert exact_symmetry(found).startswith("unknown")


def test_a_failure_breaks_no_law():
    """What was measured before a check failed can show that a law is broken, and not that it is kept."""
    exact = {name: finding(name, True) for name in ("rotations", "inversion")}
    failed = {name: finding(name, True, "structure 1: no convergence") for name in (*exact, "translation")}
    assert exact_symmetry(failed).startswith("unknown")
    assert exact_symmetry(exact | {"translation": failed["translation"]}).endswith("exact to rounding")
    broken = {name: finding(name, False, "structure 1: no convergence") for name in exact}
    assert exact_symmetry(broken) == "rotations and inversion are broken"


def test_structures_that_hide_a_broken_parity():
    unseen = Finding("inversion", "", "", (), "each equals its mirror image", None, (), ())
    for exact, word in ((True, "exact to rounding"), (False, "broken")):
        words = exact_symmetry({"rotations": finding("rotations", exact), "inversion": unseen})
        assert words.startswith(f"rotations are {word}; inversion can't be seen")
