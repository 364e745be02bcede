"""Groups of bounded size."""

from __future__ import annotations

import pytest

from tumble.division import divided


@pytest.mark.parametrize(
    ("sizes", "most", "groups"),
    [
        ([], 5, []),
        ([9], 5, [[0]]),
        ([2, 3, 1], 5, [[0, 1], [2]]),
        ([2, 4, 9, 1, 1], 5, [[0], [1], [2], [3, 4]]),
        ([0, 0, 5, 0], 5, [[0, 1, 2, 3]]),
        ([1, 1], float("inf"), [[0, 1]]),
    ],
)
def test_groups_are_as_large_as_the_bound_allows(sizes: list[int], most: float, groups: list[list[int]]) -> None:
    assert [list(places) for places in divided(iter(sizes), most)] == groups
