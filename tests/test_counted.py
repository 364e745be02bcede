"""Numbers with their nouns."""

from __future__ import annotations

from tumble.counted import counted


def test_one_has_no_s():
    assert [counted(count, "atom") for count in (0, 1, 2.0)] == ["0 atoms", "1 atom", "2 atoms"]
