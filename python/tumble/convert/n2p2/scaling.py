"""How symmetry functions become the inputs of a network: `scaling.data` and the keywords that choose from it.

With minimum, maximum, mean and standard deviation over the training set, and S from `scale_min_short` to
`scale_max_short`:

    scale                G -> S_min + (S_max - S_min) (G - min) / (max - min)
    center               G -> G - mean
    scale and center     G -> S_min + (S_max - S_min) (G - mean) / (max - min)
    scale by sigma       G -> S_min + (S_max - S_min) (G - mean) / sigma
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tumble.convert.n2p2.settings import Settings
from tumble.convert.n2p2.text import FolderFile


class Scaling(NamedTuple):
    """G -> (G - origin) * factor + start, for the functions of one element.

    Attributes:
        origin: [functions].
        factor: [functions].
        start: Number.
        mean: Mean of G over the training set [functions].
    """

    origin: NDArray[np.float64]
    factor: NDArray[np.float64]
    start: float
    mean: NDArray[np.float64]


def read_scaling(path: Path, settings: Settings, counts: Sequence[int]) -> list[Scaling]:
    """Return the scaling of each element.

    Args:
        path: Of `scaling.data`.
        settings: The file `input.nn`.
        counts: Number of functions of each element.

    Raises:
        ConversionError: If the file can't be read or has other functions.
    """
    file = FolderFile(path)
    rows = file.rows()
    expected = [(element, function) for element, count in enumerate(counts, 1) for function in range(1, count + 1)]
    by_sigma = settings.has("scale_symmetry_functions_sigma") and not (
        settings.has("scale_symmetry_functions") or settings.has("center_symmetry_functions")
    )
    columns = 4 if by_sigma else 3
    statistics = []
    for place, (element, function) in enumerate(expected):
        if place >= len(rows):
            raise file.error(len(file.lines), f"expected {len(expected)} symmetry functions, got {len(rows)}")
        line, words = rows[place]
        if words[:2] != [str(element), str(function)]:
            raise file.error(line, f"expected function {function} of element {element}, got `{' '.join(words[:2])}`")
        if len(words) < 2 + columns:
            raise file.error(line, f"expected {columns} numbers after the indices, got {len(words) - 2}")
        values = file.numbers(line, words[2 : 2 + columns], columns, f"function {function} of element {element}")
        width = values[3] if by_sigma else values[1] - values[0]
        if not width > 0.0 and (by_sigma or settings.has("scale_symmetry_functions")):
            raise file.error(
                line,
                f"expected a function that varies, got a range of {width:g}, by which it can't be scaled; train the "
                "potential without it",
            )
        statistics.append((values[0], values[1], values[2], width))
    _check_rest(file, rows[len(expected) :], len(expected))
    ends = np.cumsum([0, *counts])
    table = np.array(statistics)
    return [_scaling(settings, table[a:b], by_sigma) for a, b in pairwise(ends)]


def _check_rest(file: FolderFile, rows: Sequence[tuple[int, list[str]]], count: int) -> None:
    """Allow RuNNer's last line, the smallest and largest energies of the training set."""
    for place, (line, words) in enumerate(rows):
        if place > 0 or len(words) > 2:
            raise file.error(line, f"expected {count} symmetry functions, got more")


def _scaling(settings: Settings, statistics: NDArray[np.float64], by_sigma: bool) -> Scaling:
    minimum, _, mean, width = statistics.T
    scale, center = settings.has("scale_symmetry_functions"), settings.has("center_symmetry_functions")
    if not (scale or by_sigma):
        return Scaling(mean if center else np.zeros_like(mean), np.ones_like(mean), 0.0, mean)
    start, end = settings.number("scale_min_short", 0.0), settings.number("scale_max_short", 1.0)
    return Scaling(mean if center or by_sigma else minimum, (end - start) / width, start, mean)
