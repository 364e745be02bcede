"""Holm's rule: false alarms and what is seen among many comparisons, and diagnostics that don't count among them."""

from __future__ import annotations

import pytest
from support.synthetic_curves import analysis, many

from tumble.study.compare import compare


@pytest.mark.parametrize(("pairs", "least"), [(6, 2), pytest.param(25, 13, marks=pytest.mark.extended)])
def test_a_bias_of_the_detectable_size_is_mostly_visible_among_many(pairs: int, least: int) -> None:
    size = compare([many("a", 1), many("b", 2)], reference="b").rows[0].detectable
    alone = compare([analysis("a", 1, frames=2000), analysis("b", 2, frames=2000)], reference="b").rows[0].detectable
    assert size > 1.15 * alone
    seen = 0
    for seed in range(pairs):
        rows = compare([many("a", 100 + seed, size), many("b", 500 + seed)], reference="b").rows
        seen += rows[0].visible
        assert sum(row.visible for row in rows[1:]) <= 1
    assert seen >= least  # four in five are meant


def test_diagnostics_change_by_design() -> None:
    runs = [analysis("a", 1, bias=1.0, diagnostic=True), analysis("b", 2, diagnostic=True)]
    (row,) = compare(runs, reference="b").rows
    assert (row.visible, row.diagnostic) == (True, True)
    assert row.text.startswith("changed: +")


def test_many_comparisons_make_each_stricter() -> None:
    # One of 40 that are equal, at about 2 sigma, isn't a finding.
    runs = [analysis("reference", 1)] + [analysis(f"run {seed}", 50 + seed) for seed in range(40)]
    rows = compare(runs, reference="reference").rows
    assert sum(row.visible for row in rows) == 0
    assert all("not clear" in row.text for row in rows if row.p_value < 0.05)
