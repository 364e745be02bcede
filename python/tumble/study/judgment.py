"""Selection of the verdicts that show a difference among many, by the rule of Holm, Scand. J. Stat. 6, 65 (1979)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tumble.statistics.curve_test import LEVEL, stricter
from tumble.study.verdict import Verdict
from tumble.study.verdict_text import verdict_text


def judged(rows: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts with `visible` and `text` set, by Holm's rule among all tests of observables."""
    tested = [index for index, row in enumerate(rows) if not row.diagnostic and np.isfinite(row.p_value)]
    tested.sort(key=lambda index: rows[index].p_value)
    visible: set[int] = set()
    for rank, index in enumerate(tested):
        if rows[index].p_value > LEVEL / (len(tested) - rank):
            break
        visible.add(index)
    # A diagnostic is judged by itself, with no correction for the number of tests.
    visible |= {index for index, row in enumerate(rows) if row.diagnostic and row.p_value < LEVEL}
    rows = [_with_power(row, len(tested)) for row in rows]
    return [
        replace(row, visible=index in visible, text=verdict_text(row, index in visible, len(tested)))
        for index, row in enumerate(rows)
    ]


def _with_power(row: Verdict, tested: int) -> Verdict:
    """Return a verdict with its detectable difference raised to that among many tests (first step of Holm's rule)."""
    if not np.isfinite(row.detectable):
        return row
    tests = (1 if row.diagnostic else max(tested, 1)) * (1 if row.at is None else 2)
    return replace(row, detectable=row.detectable * stricter(row.degrees, LEVEL / tests))
