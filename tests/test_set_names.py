"""Names of sets of rotations, against the core's."""

from __future__ import annotations

from tumble import _core
from tumble.set_names import GROUPS, SYMMETRIZE_WORDS, listed


def test_the_names_are_those_of_the_core() -> None:
    assert list(SYMMETRIZE_WORDS) == _core.symmetrize_words()
    for name, count in zip(GROUPS, (12, 24, 60), strict=True):  # orders of the groups
        assert len(_core.Symmetrizer(name)) == count


def test_the_sentence() -> None:
    assert listed() == "none, tetrahedral, octahedral, icosahedral, degree:t, random, random:n or random:SET"
