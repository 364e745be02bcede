"""Compares runs: whether an observable differs from that of a reference, and what difference would have shown.

Each quantity that has independent samples in both runs is tested as a whole curve
(`tumble.statistics.curve_test`), which finds what is spread over it, and at its most deviating point, which
finds what is confined: p = 2 min(p_curve, K p_point) for K points (Bonferroni). An observable may say by which number
runs are compared instead (`Kind.bias`), as the bias of the free energy of directions. A run is also compared with what
an exactly invariant model must give, where symmetry alone tells (an isotropic liquid, say).

Many quantities are tested at a time, so a difference counts as visible if it is by the rule of Holm: among all that
are compared, the probability of even one false alarm is at most 5 % (Scand. J. Stat. 6, 65 (1979)). Diagnostics of the
model, which symmetrizing changes by design, aren't counted among them and have no verdict on symmetry. Where runs
differ in more than their rotations, or weren't in equilibrium, a difference is called that, and not a bias
(`tumble.study.confounders`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from tumble.errors import TrajectoryError
from tumble.observables.base.kind import Bias, Kind
from tumble.observables.quantities.axis_text import places_of
from tumble.observables.quantities.number_text import number, with_error
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.registry import kind_of
from tumble.statistics.curve_test import (
    LEVEL,
    CurveTest,
    stricter,
    test_equal,
    test_zero,
)
from tumble.study.analysis_file import Analysis
from tumble.study.confounders import differences, explanations, unequal_lengths
from tumble.study.equilibrium import drift_text
from tumble.trajectories.nuclei import comparable
from tumble.types import Array

SYMMETRY = "exact symmetry"  # stands for a reference run where a quantity is compared with what symmetry demands


@dataclass(frozen=True)
class Verdict:
    """What a comparison of one quantity says.

    Attributes:
        run: Name of the run.
        reference: Name of the reference run, or `exact symmetry`.
        observable: Name.
        quantity: Name.
        label: Of the quantity.
        unit: Of the quantity.
        difference: Run less reference, where it stands out most from its error.
        error: Of `difference`, half-width of the interval of 68 %.
        rms_error: Root of the mean square of the error over the curve.
        at: Where on the axes that is, such as `r = 2.75 Å`; None for a number.
        rms: Root of the mean square of the difference over the curve.
        sigma: Significance of the whole curve, in standard deviations of a normal distribution; NaN if it isn't known.
        p_value: The same as the probability of so large a difference by chance; NaN if it isn't known.
        detectable: Root mean square difference that makes this verdict visible, among all that are compared, with a
            probability of 80 %; NaN if it isn't known.
        degrees: Degrees of freedom of the test, see `CurveTest`; NaN if there was none.
        resolved: Whether the runs are long enough to tell their errors; if not, these are lower bounds, and there is no
            verdict.
        visible: Whether there is a difference, see above.
        diagnostic: Whether the quantity is a property of the model or the run.
        explained: What may explain a difference but for the symmetry, such as another thermostat; empty if nothing is
            known that does.
        text: All of it in words.
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


@dataclass(frozen=True)
class Comparison:
    """Verdicts on several runs.

    Attributes:
        reference: Name of the reference run; None if there is none.
        rows: Verdicts, by run and observable.
        notes: What couldn't be compared, and why.
        warnings: In what runs differ beside their rotations, and which weren't in equilibrium, in sentences.
    """

    reference: str | None
    rows: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def tested(self) -> int:
        """Number of verdicts on observables that there are: the others have too little to tell."""
        return sum(not row.diagnostic and bool(np.isfinite(row.p_value)) for row in self.rows)


def compare(analyses: Sequence[Analysis], reference: str | None = None) -> Comparison:
    """Compare runs with a reference, and each with exact symmetry.

    Args:
        analyses: Of the runs.
        reference: Name of the one that the others are compared with; None for exact symmetry alone.

    Raises:
        TrajectoryError: If names aren't unique, or there is no such reference.
    """
    names = [analysis.name for analysis in analyses]
    if len(set(names)) < len(names):
        raise TrajectoryError(f"`analyses`: expected different names, got {', '.join(names)}")
    if reference is not None and reference not in names:
        raise TrajectoryError(f"`reference`: expected one of {', '.join(names)}, got `{reference}`")
    rows: list[Verdict] = []
    notes: list[str] = []
    other = None if reference is None else analyses[names.index(reference)]
    for analysis in analyses:
        if other is not None and analysis.name != reference:
            explained = ", ".join(explanations(analysis, other))
            rows += [replace(row, explained=explained) for row in _with_run(analysis, other, notes)]
        explained = ", ".join(explanations(analysis, None))
        rows += [replace(row, explained=explained) for row in _with_symmetry(analysis)]
    notes += _unequal_parts(analyses, reference)
    return Comparison(reference, tuple(_judged(rows)), tuple(dict.fromkeys(notes)), tuple(_warnings(analyses, other)))


def _unequal_parts(analyses: Sequence[Analysis], reference: str | None) -> list[str]:
    """Return the runs that were analyzed from another time on than the reference."""
    starts = {analysis.name: (analysis.provenance.get("settings") or {}).get("start") for analysis in analyses}
    if reference is None:
        return []
    return [
        f"{name} was analyzed from {_ps(start)} on, {reference} from {_ps(starts[reference])} on."
        for name, start in starts.items()
        if start != starts[reference]
    ]


def _ps(time: float | None) -> str:
    return "its start" if time is None else f"{time:g} ps"


def _warnings(analyses: Sequence[Analysis], reference: Analysis | None) -> Iterable[str]:
    """What a reader must know of the runs before the verdicts, in sentences."""
    for analysis in analyses:
        drift = drift_text(analysis.provenance)
        if drift:
            yield f"{analysis.name} {drift}."
        if reference is None or analysis.name == reference.name:
            continue
        found = differences(analysis, reference)
        if found:
            what = ", ".join(found)
            yield f"{analysis.name} differs from {reference.name} not only in rotations, but also in {what}."
        lengths = unequal_lengths(analysis, reference)
        if lengths:
            yield lengths
        shared = _same_files(analysis, reference)
        if shared:
            yield (
                f"{analysis.name} and {reference.name} are of the same file, {shared}: they aren't independent, and "
                "differences mean nothing."
            )


def _same_files(first: Analysis, second: Analysis) -> str:
    """Return the name of a file of positions that both were made of; nothing if there is none."""
    # Other files, such as a topology or a model for dipoles, are shared by many runs.
    mine, theirs = _positions(first), _positions(second)
    return next((f"`{name}`" for digest, name in mine.items() if digest in theirs), "")


def _positions(analysis: Analysis) -> dict[str, str]:
    """Return names of the files of positions whose content is known, by its SHA-256."""
    files = analysis.provenance.get("files") or {}
    digests = {name: files.get(name, {}).get("sha256") for name in analysis.provenance.get("positions") or ()}
    return {digest: name for name, digest in digests.items() if digest}


def joined(comparisons: Sequence[Comparison]) -> Comparison:
    """Return several comparisons as one; each keeps its own number of tests for Holm's rule."""
    references = {comparison.reference for comparison in comparisons}
    return Comparison(
        references.pop() if len(references) == 1 else None,
        tuple(row for comparison in comparisons for row in comparison.rows),
        tuple(dict.fromkeys(note for comparison in comparisons for note in comparison.notes)),
        tuple(dict.fromkeys(text for comparison in comparisons for text in comparison.warnings)),
    )


def _with_run(analysis: Analysis, reference: Analysis, notes: list[str]) -> Iterable[Verdict]:
    """Yield a run against another."""
    others = {result.observable: result for result in reference.results}
    for result in analysis.results:
        other = others.get(result.observable)
        if other is None:
            notes.append(f"{result.observable} wasn't analyzed for {reference.name}.")
            continue
        shown = [each.metadata.get("nuclei") for each in (result, other)]
        if not comparable(*shown):
            notes.append(
                f"{result.observable} isn't compared: in {analysis.name} it is that of {shown[0]}, in {reference.name} "
                f"that of {shown[1]}."
            )
            continue
        theirs = {quantity.name: quantity for quantity in other.quantities}
        for mine in result.quantities:
            partner = theirs.get(mine.name)
            if mine.blocks is None or partner is None or partner.blocks is None:
                continue
            units = [_units(each) for each in (mine, partner)]
            if units[0] != units[1]:
                notes.append(
                    f"{mine.name} isn't compared: it is in {units[0]} for {analysis.name}, in {units[1]} for "
                    f"{reference.name}."
                )
                continue
            pair = _on_same_axes(mine, partner)
            if pair is None:
                notes.append(f"{mine.name} has other bins in {reference.name} than in {analysis.name}.")
                continue
            mine, partner = pair
            names = (analysis.name, reference.name, result.observable)
            resolved = mine.resolved and partner.resolved
            bias = (kind_of(result.observable) or Kind).bias(mine, partner)
            if bias is not None:
                yield _bias(names, bias, resolved)
                continue
            errors = np.hypot(mine.errors, partner.errors)
            outcome = _tested(mine.blocks, partner.blocks)
            difference = mine.values - partner.values
            yield _verdict(names, mine, difference, errors, outcome, resolved)


def _with_symmetry(analysis: Analysis) -> Iterable[Verdict]:
    """Yield a run against what symmetry demands."""
    for result in analysis.results:
        for quantity in result.quantities:
            if quantity.expected is None or quantity.blocks is None or quantity.diagnostic:
                continue
            names = (analysis.name, SYMMETRY, result.observable)
            bias = (kind_of(result.observable) or Kind).bias(quantity, None)
            if bias is not None:
                yield _bias(names, bias, quantity.resolved)
                continue
            outcome = _tested(quantity.blocks - quantity.expected, None)
            difference = quantity.values - quantity.expected
            yield _verdict(
                names,
                quantity,
                difference,
                quantity.errors,
                outcome,
                quantity.resolved,
            )


def _tested(first: Array | None, second: Array | None) -> CurveTest | None:
    """Return the test of the curve; None where no point is known in all blocks."""
    if first is None:
        return None
    try:
        return test_zero(first) if second is None else test_equal(first, second)
    except TrajectoryError:
        return None


def _units(quantity: Quantity) -> str:
    """Return all units of a quantity, such as `Å² against ps`."""
    return " against ".join([quantity.unit, *(axis.unit for axis in quantity.axes)])


def _on_same_axes(first: Quantity, second: Quantity) -> tuple[Quantity, Quantity] | None:
    """Return both on the bins that they share, if these are the same; None if they differ."""
    if len(first.axes) != len(second.axes):
        return None
    count = tuple(min(len(one.values), len(two.values)) for one, two in zip(first.axes, second.axes, strict=True))
    for one, two, shared in zip(first.axes, second.axes, count, strict=True):
        step = np.ptp(one.values) / max(len(one.values) - 1, 1)
        if not np.allclose(one.values[:shared], two.values[:shared], rtol=0, atol=1e-3 * step):
            return None
    return _cut(first, count), _cut(second, count)


def _cut(quantity: Quantity, count: tuple[int, ...]) -> Quantity:
    part = tuple(slice(one) for one in count)
    whole = (slice(None), *part)
    return replace(
        quantity,
        axes=tuple(replace(axis, values=axis.values[:one]) for axis, one in zip(quantity.axes, count, strict=True)),
        values=quantity.values[part],
        errors=quantity.errors[part],
        blocks=None if quantity.blocks is None else quantity.blocks[whole],
        expected=None if quantity.expected is None else quantity.expected[part],
    )


def _verdict(
    names: tuple[str, str, str],
    quantity: Quantity,
    difference: Array,
    errors: Array,
    outcome: CurveTest | None,
    resolved: bool,
) -> Verdict:
    """Return the verdict, as yet without a judgement; a p-value from blocks that aren't independent isn't one."""
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


def _bias(names: tuple[str, str, str], found: Bias, resolved: bool) -> Verdict:
    """Return the verdict on a quantity that runs are compared by as one number, as yet without a judgement."""
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
    """Return the curve and its most deviating point together: deviates of a normal distribution, and p-value."""
    if outcome.points == 1 or not np.isfinite(outcome.sigma):
        return outcome.sigma, outcome.p_value
    deviates = np.array([outcome.sigma, outcome.largest])
    # In logarithms, since p-values may be smaller than numbers can be.
    logs = np.log(2) + special.log_ndtr(-deviates) + np.log([1, outcome.points])
    log_p = min(np.log(2) + float(np.nanmin(logs)), 0.0)
    return float(-special.ndtri_exp(log_p - np.log(2))), float(np.exp(log_p))


def _judged(rows: Sequence[Verdict]) -> list[Verdict]:
    """Report which differences are visible, by the rule of Holm among the observables."""
    tested = [index for index, row in enumerate(rows) if not row.diagnostic and np.isfinite(row.p_value)]
    tested.sort(key=lambda index: rows[index].p_value)
    visible: set[int] = set()
    for rank, index in enumerate(tested):
        if rows[index].p_value > LEVEL / (len(tested) - rank):
            break
        visible.add(index)
    # A diagnostic stands for itself.
    visible |= {index for index, row in enumerate(rows) if row.diagnostic and row.p_value < LEVEL}
    rows = [_with_power(row, len(tested)) for row in rows]
    return [
        replace(row, visible=index in visible, text=_words(row, index in visible, len(tested)))
        for index, row in enumerate(rows)
    ]


def _with_power(row: Verdict, tested: int) -> Verdict:
    """Return a verdict whose detectable difference is that among so many tests (the first, strictest step of Holm)."""
    if not np.isfinite(row.detectable):
        return row
    tests = (1 if row.diagnostic else max(tested, 1)) * (1 if row.at is None else 2)
    return replace(row, detectable=row.detectable * stricter(row.degrees, LEVEL / tests))


def _words(row: Verdict, visible: bool, tested: int) -> str:
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
        return f"{word}: {found}, {_sigmas(row.sigma)}"
    if row.p_value < LEVEL and not row.diagnostic:
        return f"not clear: {found}, {_sigmas(row.sigma)} among {tested} comparisons"
    return f"no difference visible at ±{number(row.rms_error, 2)}{unit}" + (f"; {power}" if power else "")


def _sigmas(sigma: float) -> str:
    return f"{sigma:.1f} σ" if sigma < 10 else f"{sigma:.0f} σ" if np.isfinite(sigma) else "certain"


def _signed(value: float, error: float) -> str:
    text = with_error(value, error)
    return text if value < 0 or text.startswith("(") else f"+{text}"
