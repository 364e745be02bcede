"""The verdict of one comparison: numbers of a test on a whole curve, or on one number that represents a curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from tumble.observables.base.kind import Bias
from tumble.observables.quantities.axis_text import places_of
from tumble.observables.quantities.quantity import Quantity
from tumble.statistics.curve_test import CurveTest
from tumble.types import Array

SYMMETRY = "exact symmetry"  # name of the reference where a quantity is compared with its value by symmetry


@dataclass(frozen=True)
class Verdict:
    """The outcome of comparing one quantity of a run with a reference.

    Attributes:
        run: Name of the run.
        reference: Name of the reference run, or `exact symmetry`.
        observable: Name of the observable.
        quantity: Name of the quantity.
        label: Label of the quantity.
        unit: Unit of the quantity.
        difference: Run minus reference, at the point with the largest ratio of difference to error.
        error: Error of `difference`: half-width of the 68 % interval.
        rms_error: Root mean square of the error over the curve.
        at: That point on the axes, such as `r = 2.75 Å`; None for a number.
        rms: Root mean square of the difference over the curve.
        sigma: Significance of the whole curve, in standard deviations of a normal distribution; NaN if unknown.
        p_value: Probability of so large a difference by chance; NaN if unknown.
        detectable: Root mean square difference that would be visible among all comparisons with a probability of 80 %;
            NaN if unknown.
        degrees: Degrees of freedom of the test, see `CurveTest`; NaN without a test.
        resolved: Whether the runs are long enough to estimate their errors. If not, errors are lower bounds, and there
            is no verdict.
        visible: Whether there is a difference, see `tumble.study.compare`.
        diagnostic: Whether the quantity is a property of the model or the run.
        explained: Possible causes of a difference other than the symmetry error, such as another thermostat; empty if
            none is known.
        text: The verdict in words.
    """

    run: str
    reference: str
    observable: str
    quantity: str
    label: str
    unit: str
    difference: float
    error: float
    rms_error: float
    at: str | None
    rms: float
    sigma: float
    p_value: float
    detectable: float
    degrees: tuple[float, float]
    resolved: bool
    visible: bool
    diagnostic: bool
    explained: str
    text: str


def curve_verdict(
    names: tuple[str, str, str],
    quantity: Quantity,
    difference: Array,
    errors: Array,
    outcome: CurveTest | None,
    resolved: bool,
) -> Verdict:
    """Return the verdict on a curve before Holm's rule; without p-value if the blocks aren't independent."""
    place = outcome.largest_at if outcome is not None and outcome.largest_at >= 0 else 0
    sigma, p_value = _significance(outcome) if outcome is not None and resolved else (np.nan, np.nan)
    return Verdict(
        run=names[0],
        reference=names[1],
        observable=names[2],
        quantity=quantity.name,
        label=quantity.label,
        unit=quantity.unit,
        difference=float(difference.flat[place]),
        error=float(errors.flat[place]),
        rms_error=_root_mean_square(errors),
        at=places_of(quantity, place) if quantity.axes else None,
        rms=_root_mean_square(difference),
        sigma=sigma,
        p_value=p_value,
        detectable=outcome.detectable if outcome is not None and resolved else float("nan"),
        degrees=outcome.degrees if outcome is not None else (float("nan"), float("nan")),
        resolved=resolved,
        visible=False,
        diagnostic=quantity.diagnostic,
        explained="",
        text="",
    )


def bias_verdict(names: tuple[str, str, str], found: Bias, resolved: bool) -> Verdict:
    """Return the verdict on the number that represents a quantity, before Holm's rule."""
    return Verdict(
        run=names[0],
        reference=names[1],
        observable=names[2],
        quantity=found.name,
        label=found.label,
        unit=found.unit,
        difference=found.value,
        error=found.error,
        rms_error=found.error,
        at=None,
        rms=found.value,
        sigma=found.test.sigma if resolved else float("nan"),
        p_value=found.test.p_value if resolved else float("nan"),
        detectable=found.detectable if resolved else float("nan"),
        degrees=found.test.degrees,
        resolved=resolved,
        visible=False,
        diagnostic=False,
        explained="",
        text="",
    )


def _root_mean_square(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(known**2))) if known.size > 0 else float("nan")


def _significance(outcome: CurveTest) -> tuple[float, float]:
    """Return the joint significance of the curve and its most deviating point: normal deviate and p-value."""
    if outcome.points == 1 or not np.isfinite(outcome.sigma):
        return outcome.sigma, outcome.p_value
    deviates = np.array([outcome.sigma, outcome.largest])
    # In logarithms, since p-values may be below the smallest floating-point number.
    logs = np.log(2) + special.log_ndtr(-deviates) + np.log([1, outcome.points])
    log_p = min(np.log(2) + float(np.nanmin(logs)), 0.0)
    return float(-special.ndtri_exp(log_p - np.log(2))), float(np.exp(log_p))
