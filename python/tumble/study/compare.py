"""Compare runs: does an observable differ from that of a reference, and how large a difference would have been seen?

Each quantity with independent samples in both runs is tested in two ways (`tumble.statistics.curve_test`): as a whole
curve, which finds differences that are spread over it, and at its most deviating point, which finds local ones. Both
together give p = 2 min(p_curve, K p_point) for K points (Bonferroni). An observable may define one number that is
compared instead (`Kind.bias`), such as the bias of the free energy of directions. A run is also compared with exact
symmetry, where symmetry alone determines the value (in an isotropic liquid, for example).

Many quantities are tested together, so Holm's rule decides which differences are visible: the probability of even one
false alarm among all comparisons is at most 5 % (Scand. J. Stat. 6, 65 (1979)). Diagnostics of the model, which
symmetrizing changes by design, don't count among these comparisons and have no verdict on symmetry. If runs differ in
more than their rotations, or weren't in equilibrium, the verdict says "difference" instead of "bias"
(`tumble.study.confounders`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.kind import Kind
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.registry import kind_of
from tumble.statistics.curve_test import CurveTest, test_equal, test_zero
from tumble.study.analysis_file import Analysis
from tumble.study.comparability import failed_observables, unequal_starts, warnings_of
from tumble.study.confounders import explanations
from tumble.study.judgment import judged
from tumble.study.shared_bins import on_shared_bins
from tumble.study.verdict import SYMMETRY, Verdict, bias_verdict, curve_verdict
from tumble.trajectories.nuclei import comparable
from tumble.types import Array


@dataclass(frozen=True)
class Comparison:
    """Verdicts on several runs.

    Attributes:
        reference: Name of the reference run; None if there is none.
        rows: Verdicts, ordered by run and observable.
        notes: Sentences on quantities that couldn't be compared, with the reason.
        warnings: Sentences on differences between runs other than their rotations, and on runs not in equilibrium.
    """

    reference: str | None
    rows: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def tested(self) -> int:
        """Number of observables' quantities with a test; the others have too little data."""
        return sum(not row.diagnostic and bool(np.isfinite(row.p_value)) for row in self.rows)


def compare(analyses: Sequence[Analysis], reference: str | None = None) -> Comparison:
    """Compare runs with a reference run, and each run with exact symmetry.

    Args:
        analyses: Analyses of the runs.
        reference: Name of the run with which the others are compared; None to compare with exact symmetry alone.

    Raises:
        ConfigurationError: If names aren't unique, or no run has the name of the reference.
    """
    names = [analysis.name for analysis in analyses]
    if len(set(names)) < len(names):
        raise ConfigurationError(f"`analyses`: expected different names, got {', '.join(names)}")
    if reference is not None and reference not in names:
        raise ConfigurationError(f"`reference`: expected one of {', '.join(names)}, got `{reference}`")
    rows: list[Verdict] = []
    notes: list[str] = []
    other = None if reference is None else analyses[names.index(reference)]
    for analysis in analyses:
        if other is not None and analysis.name != reference:
            explained = ", ".join(explanations(analysis, other))
            rows += [replace(row, explained=explained) for row in _against_run(analysis, other, notes)]
        explained = ", ".join(explanations(analysis, None))
        rows += [replace(row, explained=explained) for row in _against_symmetry(analysis)]
    notes += failed_observables(analyses)
    notes += unequal_starts(analyses, reference)
    return Comparison(reference, tuple(judged(rows)), tuple(dict.fromkeys(notes)), tuple(warnings_of(analyses, other)))


def joined(comparisons: Sequence[Comparison]) -> Comparison:
    """Return several comparisons as one; each keeps its own number of tests for Holm's rule."""
    references = {comparison.reference for comparison in comparisons}
    return Comparison(
        references.pop() if len(references) == 1 else None,
        tuple(row for comparison in comparisons for row in comparison.rows),
        tuple(dict.fromkeys(note for comparison in comparisons for note in comparison.notes)),
        tuple(dict.fromkeys(text for comparison in comparisons for text in comparison.warnings)),
    )


def _against_run(analysis: Analysis, reference: Analysis, notes: list[str]) -> Iterable[Verdict]:
    """Yield the verdicts on a run against another run; append to the notes what can't be compared."""
    others = {result.observable: result for result in reference.results}
    for result in analysis.results:
        other = others.get(result.observable)
        if other is None:
            notes.append(f"{result.observable} wasn't analyzed for {reference.name}.")
            continue
        shown = [each.metadata.get("nuclei") for each in (result, other)]
        if not comparable(*shown):
            notes.append(
                f"{result.observable} isn't compared: {analysis.name} gives it for {shown[0]}, {reference.name} for "
                f"{shown[1]}."
            )
            continue
        partners = {quantity.name: quantity for quantity in other.quantities}
        names = (analysis.name, reference.name, result.observable)
        for quantity in result.quantities:
            partner = partners.get(quantity.name)
            if quantity.blocks is None or partner is None or partner.blocks is None:
                continue
            row = _of_pair(names, quantity, partner)
            if isinstance(row, Verdict):
                yield row
            else:
                notes.append(row)


def _of_pair(names: tuple[str, str, str], quantity: Quantity, partner: Quantity) -> Verdict | str:
    """Return the verdict on a quantity of two runs, or a note why they can't be compared."""
    run, reference, observable = names
    units = [" against ".join(each.all_units) for each in (quantity, partner)]
    if units[0] != units[1]:
        return f"{quantity.name} isn't compared: its unit is {units[0]} in {run} and {units[1]} in {reference}."
    pair = on_shared_bins(quantity, partner)
    if pair is None:
        return f"{quantity.name} isn't compared: its bins in {run} and {reference} differ."
    mine, theirs = pair
    resolved = mine.resolved and theirs.resolved
    bias = (kind_of(observable) or Kind).bias(mine, theirs)
    if bias is not None:
        return bias_verdict(names, bias, resolved)
    errors = np.hypot(mine.errors, theirs.errors)
    outcome = _curve_test(mine.blocks, theirs.blocks)
    return curve_verdict(names, mine, mine.values - theirs.values, errors, outcome, resolved)


def _against_symmetry(analysis: Analysis) -> Iterable[Verdict]:
    """Yield the verdicts on a run against exact symmetry."""
    for result in analysis.results:
        for quantity in result.quantities:
            if quantity.expected is None or quantity.blocks is None or quantity.diagnostic:
                continue
            names = (analysis.name, SYMMETRY, result.observable)
            bias = (kind_of(result.observable) or Kind).bias(quantity, None)
            if bias is not None:
                yield bias_verdict(names, bias, quantity.resolved)
                continue
            outcome = _curve_test(quantity.blocks - quantity.expected, None)
            difference = quantity.values - quantity.expected
            yield curve_verdict(names, quantity, difference, quantity.errors, outcome, quantity.resolved)


def _curve_test(first: Array | None, second: Array | None) -> CurveTest | None:
    """Return the test of the curve; None where no point is known in all blocks."""
    if first is None:
        return None
    try:
        return test_zero(first) if second is None else test_equal(first, second)
    except NotApplicableError:
        return None
