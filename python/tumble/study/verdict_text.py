"""Verdicts in words, for tables and reports."""

from __future__ import annotations

import numpy as np

from tumble.observables.quantities.number_text import number, with_error
from tumble.statistics.curve_test import LEVEL
from tumble.study.verdict import Verdict


def verdict_text(row: Verdict, visible: bool, tested: int) -> str:
    """Return a verdict in words, given whether it is visible and how many verdicts were tested together."""
    unit = "" if row.unit == "1" else f" {row.unit}"
    where = "" if row.at is None else f" at {row.at}"
    found = f"{_signed(row.difference, row.error)}{unit}{where}"
    kind = "difference" if row.explained else "bias"
    power = f"a {kind} of {number(row.detectable, 2)}{unit} would show" if np.isfinite(row.detectable) else ""
    if not row.resolved:
        return "too short to tell: the correlation time isn't resolved"
    if np.isnan(row.sigma):
        return "can't be tested: it isn't known in all parts of the runs"
    if visible:
        word = "changed" if row.diagnostic else "difference" if row.explained else "bias"
        return f"{word}: {found}, {_significance_text(row.sigma)}"
    if row.p_value < LEVEL and not row.diagnostic:
        return f"not clear: {found}, {_significance_text(row.sigma)} among {tested} comparisons"
    return f"no difference visible at ±{number(row.rms_error, 2)}{unit}" + (f"; {power}" if power else "")


def _significance_text(sigma: float) -> str:
    return f"{sigma:.1f} σ" if sigma < 10 else f"{sigma:.0f} σ" if np.isfinite(sigma) else "certain"


def _signed(value: float, error: float) -> str:
    text = with_error(value, error)
    return text if value < 0 or text.startswith("(") else f"+{text}"
