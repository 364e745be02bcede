"""The verdicts: in words, as tables, and as CSV.

Quantities for which a run is too short have no numbers in the tables, where they would look as reliable as the others.
The CSV has them, marked by the column `resolved`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

from tumble.observables.quantities.number_text import UNKNOWN, number, probability
from tumble.report.downloads import Download, csv_download
from tumble.report.tables import Row, Table
from tumble.statistics.curve_test import LEVEL
from tumble.study.compare import Comparison
from tumble.study.verdict import Verdict

_HEAD = ("Quantity", "Verdict", "Rms difference", "Detectable bias", "σ", "p")
_FEW = {"none": 8, "unknown": 2}  # most rows of these states that aren't folded
_ELSEWHERE = "degrees"  # degrees of freedom, which the table doesn't show


@dataclass(frozen=True)
class Summary:
    """Summary of one run against one reference.

    Attributes:
        run: Name of the run.
        text: Predicate of a sentence about the run.
        state: State, as in a row of a table.
        table: Rows that are always shown; None if there are none.
        folded: Tables that are shown on request: quantities without a difference, and quantities without a verdict.
    """

    run: str
    text: str
    state: str
    table: Table | None
    folded: Sequence[Table]


@dataclass(frozen=True)
class Verdicts:
    """All verdicts of a comparison.

    Attributes:
        summaries: Summaries of observables, one for each pair of a run and a reference.
        diagnostics: Summaries of diagnostics, which rotations change by design.
        notes: Sentences on quantities that couldn't be compared.
        warnings: Sentences on differences between runs other than their rotations, and on runs not in equilibrium.
        download: All verdicts as CSV.
    """

    summaries: Sequence[Summary]
    diagnostics: Sequence[Summary]
    notes: Sequence[str]
    warnings: Sequence[str]
    download: Download | None


def verdicts_of(comparison: Comparison) -> Verdicts:
    """Return the verdicts of a comparison for the page."""
    pairs = list(dict.fromkeys((row.run, row.reference) for row in comparison.rows))
    observables = {pair: _rows(comparison.rows, pair, diagnostic=False) for pair in pairs}
    diagnostics = {pair: _rows(comparison.rows, pair, diagnostic=True) for pair in pairs}
    columns = [field.name for field in fields(Verdict) if field.name != _ELSEWHERE]
    table = [[asdict(row)[column] for column in columns] for row in comparison.rows]
    return Verdicts(
        summaries=[_summary(pair, rows) for pair, rows in observables.items() if rows],
        diagnostics=[_summary(pair, rows) for pair, rows in diagnostics.items() if rows],
        notes=comparison.notes,
        warnings=comparison.warnings,
        download=csv_download("verdicts", columns, table) if table else None,
    )


def state_of(row: Verdict) -> str:
    """Return `visible`, `unclear` (significant alone, but not among all comparisons), `unknown` or `none`."""
    if row.visible:
        return "visible"
    if not row.p_value <= 1:  # NaN
        return "unknown"
    return "unclear" if row.p_value < LEVEL and not row.diagnostic else "none"


def _rows(rows: Iterable[Verdict], pair: tuple[str, str], *, diagnostic: bool) -> list[Verdict]:
    """Return the verdicts on a run and a reference, the most significant first."""
    order = ("visible", "unclear", "none", "unknown")
    found = [row for row in rows if (row.run, row.reference) == pair and row.diagnostic == diagnostic]
    return sorted(found, key=lambda row: (order.index(state_of(row)), -row.sigma if row.sigma >= 0 else 0.0))


def _summary(pair: tuple[str, str], rows: Sequence[Verdict]) -> Summary:
    states = [state_of(row) for row in rows]
    visible = [row for row in rows if row.visible]
    known = len(rows) - states.count("unknown")
    text = f"against {pair[1]}: {_found(rows, visible, known)}"
    text += f"; {states.count('unclear')} not clear" if "unclear" in states else ""
    text += f"; {_without_verdict(rows)} for {states.count('unknown')}" if known and "unknown" in states else ""
    unclear = "unclear" in states
    state = "visible" if visible else "unclear" if unclear else "none" if 2 * known >= len(rows) else "unknown"
    many = [state for state, few in _FEW.items() if states.count(state) > few or {state} == set(states) == {"unknown"}]
    shown = [row for row in rows if state_of(row) not in many]
    against = f"{pair[0]} against {pair[1]}"
    titles = {"none": "no difference visible", "unknown": _without_verdict(rows)}
    return Summary(
        run=pair[0],
        text=f"{text}.",
        state=state,
        table=_table(against, shown) if shown else None,
        folded=[
            _table(f"{against}: {titles[state]}", [row for row in rows if state_of(row) == state]) for state in many
        ],
    )


def _found(rows: Sequence[Verdict], visible: Sequence[Verdict], known: int) -> str:
    """Return the result of rows in words; `known` is the number of rows that could be tested."""
    if not known:
        return _without_verdict(rows)
    some = known < len(rows)
    tested = f"{known} of {len(rows)} quantities could be tested: " if some else ""
    if visible:
        of = "of these" if some else f"of {known} quantities"
        return f"{tested}a difference in {len(visible)} {of}, the largest in {visible[0].label} ({visible[0].text})"
    quantities = "" if some else f" in {known} {'quantity' if known == 1 else 'quantities'}"
    return f"{tested}no difference visible{quantities}"


def _without_verdict(rows: Iterable[Verdict]) -> str:
    """Return why some rows have no verdict."""
    unknown = [row for row in rows if state_of(row) == "unknown"]
    return "no verdict" if any(row.resolved for row in unknown) else "too short to tell"


def _table(caption: str, rows: Sequence[Verdict]) -> Table:
    return Table(caption, _HEAD, [_row(row) for row in rows])


def _row(row: Verdict) -> Row:
    unit = "" if row.unit == "1" else f" {row.unit}"
    state = state_of(row)
    numbers = [_measured(row.rms, unit), _measured(row.detectable, unit), number(row.sigma, 2)]
    cells = [row.text, *([UNKNOWN] * 4 if state == "unknown" else [*numbers, probability(row.p_value)])]
    return Row(f"{row.observable}: {row.label}", [_unbroken(cell) for cell in cells], state)


def _measured(value: float, unit: str) -> str:
    text = number(value, 2)
    return text if text == UNKNOWN else text + unit


def _unbroken(text: str) -> str:
    """Return a text with no-break spaces around = and ± and before σ."""
    for sign in "=±":
        text = text.replace(f" {sign} ", f"\N{NO-BREAK SPACE}{sign}\N{NO-BREAK SPACE}")
    return text.replace(" σ", "\N{NO-BREAK SPACE}σ")
