"""Quantities and results as lines of text."""

from __future__ import annotations

import numpy as np

from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.observables.quantities.summary_text import summaries
from tumble.study.analysis_file import Analysis

COMPONENTS = Axis("component: x, y, z =", "1", np.arange(3.0))


def quantity(name: str, unit: str, values: object, errors: object, *axes: Axis, resolved: bool = True) -> Quantity:
    return Quantity(name, name, unit, axes, np.array(values), np.array(errors), resolved=resolved)


NUMBER = quantity("n", "1", 5.0712, 0.1134)
BOUND = quantity("mu_mean", "D", 2.3735, 0.0033, resolved=False)
# The bin without samples has no error and doesn't count.
CURVE = quantity("g", "1", [1.0, 2.0, 0.0], [0.02, 0.04, 0.0], Axis("r", "Å", np.arange(3.0)))
MEAN = quantity("M", "e·Å", [1.0, 2.0, 3.0], [0.1, 0.2, 0.3], COMPONENTS, resolved=False)
SERIES = quantity("L", "ħ", [1.0, 2.0], [np.nan, np.nan], Axis("t", "ps", np.arange(2.0)))


def test_lines_are_aligned() -> None:
    assert summaries([NUMBER, BOUND, CURVE, MEAN, SERIES]) == [
        "n        5.07 ± 0.11",
        "mu_mean  2.3735 ± 0.0033 D        (error is a lower bound)",
        "g        3 r, ±0.030",
        "M        3 components, ±0.20 e·Å  (errors are lower bounds)",
        "L        2 t, a series",
    ]
    assert summaries([]) == []


def test_results_print_as_in_a_terminal() -> None:
    assert repr(NUMBER) == "n  5.07 ± 0.11"
    result = Result("rdf", (NUMBER, CURVE), notes=("A note.",))
    assert str(result).splitlines() == ["rdf", "  n  5.07 ± 0.11", "  g  3 r, ±0.030", "  note: A note."]
    assert repr(Analysis("bare", (result,), {"files": ["many"]})) == f"bare\n\n{result!r}"
