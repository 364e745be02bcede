"""Verdicts on synthetic runs, in which what differs is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.synthetic_curves import AXIS, POINTS, analysis, correlated, samples

from tumble.analysis import ConfigurationError
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.quantity import Axis
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import cells_of
from tumble.study.analysis_file import Analysis
from tumble.study.compare import compare
from tumble.study.verdict import SYMMETRY


def test_equal_runs_show_nothing_and_say_what_would_show() -> None:
    (row,) = compare([analysis("a", 1), analysis("b", 2)], reference="b").rows
    assert (row.run, row.reference, row.observable, row.quantity) == ("a", "b", "rdf", "g")
    assert not row.visible
    assert row.p_value > 0.05
    assert row.text.startswith("no difference visible at ±0.1")
    assert row.text.endswith("; a bias of 0.33 would show")
    assert row.detectable == pytest.approx(0.33, abs=0.05)


def test_bias_is_seen_where_it_is() -> None:
    (row,) = compare([analysis("a", 1, bias=1.0), analysis("b", 2)], reference="b").rows
    assert row.visible
    assert row.sigma > 5
    assert row.difference == pytest.approx(1.0, abs=0.3)
    assert row.at is not None
    assert float(row.at.removeprefix("r = ").removesuffix(" Å")) == pytest.approx(3.0, abs=1.0)
    assert row.text.startswith("bias: +")
    assert row.text.endswith("σ")


def test_false_alarms_are_rare() -> None:
    alarms = sum(
        compare([analysis("a", 1000 + seed), analysis("b", 5000 + seed)], reference="b").rows[0].p_value < 0.05
        for seed in range(200)
    )
    assert 2 <= alarms <= 20  # 5 % of 200 are 10 ± 3


@pytest.mark.parametrize(("pairs", "most"), [(30, 5), pytest.param(150, 15, marks=pytest.mark.extended)])
def test_false_alarms_of_correlations_in_time_are_rare(pairs: int, most: int) -> None:
    rows = [
        compare([correlated("a", seed), correlated("b", 900 + seed)], reference="b").rows[0] for seed in range(pairs)
    ]
    assert sum(row.resolved for row in rows) > 0.87 * pairs
    assert sum(row.p_value < 0.05 for row in rows) <= most  # one in twenty is expected


def test_what_is_unknown_in_a_block_cannot_be_tested() -> None:
    first, second = analysis("a", 1), analysis("b", 2)
    quantity = first["rdf"]["g"]
    assert quantity.blocks is not None
    holes = quantity.blocks.copy()
    holes[3] = np.nan
    spoiled = Analysis("a", (Result("rdf", (replace(quantity, blocks=holes),)),))
    (row,) = compare([spoiled, second], reference="b").rows
    assert not row.visible
    assert row.text == "can't be tested: it isn't known in all parts of the runs"


def test_comparison_with_symmetry_needs_no_reference() -> None:
    rows = compare([analysis("a", 1, expected=0.0), analysis("b", 3, bias=1.0, expected=0.0)]).rows
    assert [(row.run, row.reference, row.visible) for row in rows] == [("a", SYMMETRY, False), ("b", SYMMETRY, True)]


def test_short_run_has_no_verdict() -> None:
    runs = [analysis("a", 1, frames=100, time=300.0), analysis("b", 2, frames=100, time=300.0)]
    (row,) = compare(runs, reference="b").rows
    assert np.isnan(row.sigma)
    assert not row.visible
    assert row.text == "too short to tell: the correlation time isn't resolved"


def test_other_bins_are_named() -> None:
    first, second = analysis("a", 1), analysis("b", 2)
    moved = averaged("g", cells_of(samples(1)), label="g(r)", unit="1", axes=(Axis("r", "Å", POINTS + 0.05),))
    comparison = compare([Analysis("a", (Result("rdf", (moved,)),)), second], reference="b")
    assert comparison.rows == ()
    assert comparison.notes == ("g isn't compared: its bins in a and b differ.",)
    comparison = compare([first, Analysis("b", ())], reference="b")
    assert comparison.notes == ("rdf wasn't analyzed for b.",)


def test_units_that_differ_are_named_and_not_compared() -> None:
    first, second = analysis("a", 1), analysis("b", 2)
    for other, units in (
        (replace(first["rdf"]["g"], unit="eV"), "eV against Å"),
        (replace(first["rdf"]["g"], axes=(replace(AXIS, unit="nm"),)), "1 against nm"),
    ):
        moved = Analysis("a", (Result("rdf", (other,)),))
        comparison = compare([moved, second], reference="b")
        assert comparison.rows == ()
        assert comparison.notes == (f"g isn't compared: its unit is {units} in a and 1 against Å in b.",)


def test_names_must_tell_runs_apart() -> None:
    with pytest.raises(ConfigurationError, match=r"`analyses`: .*got a, a"):
        compare([analysis("a", 1), analysis("a", 2)])
    with pytest.raises(ConfigurationError, match=r"`reference`: .*got `c`"):
        compare([analysis("a", 1)], reference="c")
