"""Results over structures."""

from __future__ import annotations

import numpy as np
import pytest
from support.made_up_audit import made_up_audit

from tumble.audit.check import TORQUE, Check, Measure, Outcome, Value
from tumble.audit.results import Result, combine


class _Two(Check):
    """Two numbers, the second of some structures alone."""

    name, title, meaning = "two", "Two", "Numbers."
    measures = (Measure("one", TORQUE, ""), Measure("other", TORQUE, ""))

    def run(self, case):
        raise AssertionError


def test_rms_and_its_error_over_structures():
    """The error of a mean square s over n structures is std / sqrt(n), that of its root half of that over the root."""
    values = np.random.default_rng(0).normal(3.0, 0.1, 400)
    found = Result(Measure("one", TORQUE, ""), tuple(values), tuple(0.0 * values), False)
    assert found.value == pytest.approx(np.sqrt(np.mean(values**2)))
    assert found.error == pytest.approx(0.1 / np.sqrt(400), rel=0.1)
    assert Result(Measure("one", TORQUE, ""), (2.0,), (0.0,), False).error is None
    assert Result(Measure("one", TORQUE, ""), (0.0, 0.0), (0.0, 0.0), True).error == 0.0


def test_units_and_structures_without_a_number():
    outcomes = [Outcome({"one": Value(1e-3, 1e-9)}), Outcome({"one": Value(1e-3, 1e-9), "other": Value(0.0, 1.0)})]
    found = combine(_Two(), outcomes, ["why"], None)
    one, other = found.results
    assert one.values == (pytest.approx(1.0), pytest.approx(1.0))
    assert other.values == (0.0,)
    assert (one.exact, other.exact, found.exact, found.reason) == (False, True, False, None)


def test_reasons_and_failures():
    assert combine(_Two(), [], ["why", "also"], None).reason == "why"
    failed = combine(_Two(), [Outcome({"one": Value(0.0, 1.0)})], [], "no")
    assert (failed.failure, failed.exact) == ("no", None)
    broken = combine(_Two(), [Outcome({"one": Value(1.0, 1e-3)})], [], "no")
    assert broken.exact is False


def test_an_audit_knows_its_numbers():
    found = made_up_audit()
    assert found.failed
    assert found.result("torque").measure.name == "torque"
    assert found.result("curl") is None
