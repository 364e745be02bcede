"""The exact symmetry in words."""

from __future__ import annotations

import ase.build
import pytest
from ase import Atoms

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


def everything_exact(structures):
    return exact_symmetry({name: finding(name, True) for name in ("rotations", "inversion")}, structures)


def test_planar_molecules_hide_a_broken_parity():
    water, methane = ase.build.molecule("H2O"), ase.build.molecule("CH4")
    crystal = ase.build.bulk("Cu")
    for flat in ([water], [water, Atoms("H"), Atoms("H2", [[0, 0, 0], [0.3, 0.4, 0.5]])]):
        assert everything_exact(flat).startswith("rotations are exact to rounding; inversion can't be seen")
    for other in ([methane], [crystal], [water, methane]):
        assert everything_exact(other).startswith("O(3)")
    broken = {"rotations": finding("rotations", True), "inversion": finding("inversion", False)}
    assert exact_symmetry(broken, [water]).startswith("SO(3)")  # what is seen is seen
