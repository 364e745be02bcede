"""What is said about unknown names."""

from __future__ import annotations

import pytest

from tumble.hints import nearest_name


@pytest.mark.parametrize(
    ("name", "known", "text"),
    [
        ("sede", ["seed", "stages"], "; did you mean `seed`?"),
        ("zzz", ["seed", "stages"], "; known keys: seed, stages"),
        ("zzz", [], ""),
    ],
)
def test_nearest_name(name, known, text):
    assert nearest_name(name, known, "keys") == text
