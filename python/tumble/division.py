"""Division of a sequence into consecutive groups of bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def divided(sizes: Iterable[int], most: float) -> Iterator[range]:
    """Yield the places of consecutive items, as many at a time as the bound allows, and at least one.

    Args:
        sizes: Size of each item, such as its number of edges.
        most: Largest sum of the sizes in a group of several.
    """
    begin, end, total = 0, 0, 0
    for place, size in enumerate(sizes):
        if place > begin and total + size > most:
            yield range(begin, place)
            begin, total = place, 0
        total += size
        end = place + 1
    if end > begin:
        yield range(begin, end)
