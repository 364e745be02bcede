"""Names of sets of rotations, against the core's."""

from __future__ import annotations

from tumble import _core
from tumble.set_names import GROUPS, SYMMETRIZE_WORDS, has_inversion, listed, with_inversion


def test_the_names_are_those_of_the_core() -> None:
    assert list(SYMMETRIZE_WORDS) == _core.symmetrize_words()
    for name, count in zip(GROUPS, (12, 24, 60), strict=True):  # orders of the groups
        assert len(_core.Symmetrizer(name)) == count


def test_the_sentence() -> None:
    assert listed() == "none, inversion, tetrahedral, octahedral, icosahedral, degree:t, random, random:n or random:SET"


def test_sets_with_inversion() -> None:
    for name in ("none", "inversion", "none+inversion", "octahedral", "octahedral+inversion", "random+inversion"):
        assert has_inversion(name) == _core.Symmetrizer(name, seed=1).averages_parity
    for name in ("none", "octahedral", "random:2"):
        doubled = _core.Symmetrizer(with_inversion(name), seed=1)
        assert (len(doubled), doubled.averages_parity) == (2 * len(_core.Symmetrizer(name, seed=1)), True)
