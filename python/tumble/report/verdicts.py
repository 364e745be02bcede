"""The verdicts: in words, as tables, and as CSV.

What a run is too short to tell has no numbers in the tables, since they would look as good as the others; those of the
CSV are told apart by the column `resolved`.
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

_HEAD = ("Quantity", "Verdict", "Rms difference", "Bias that would show", "σ", "p")
_FEW = {"none": 8, "unknown": 2}  # rows of these states that are shown at once
_ELSEWHERE = "degrees"  # of freedom; not for a table


@dataclass(frozen=True)
class Summary:
    """What was found of one run against one reference.

    Attributes:
        run: Name.
        text: The rest of a sentence.
        state: As of a row of a table.
        table: What stands out, and the rest where it is short; None if there is neither.
        folded: Other quantities, to be shown on request: those without a difference, those without a verdict.
    """

    run: str
    text: str
    state: str
    table: Table | None
    folded: Sequence[Table]


@dataclass(frozen=True)
class Verdicts:
    """What the page says of a comparison.

    Attributes:
        summaries: Of observables, one for each pair of a run and what it is compared with.
        diagnostics: The same for what rotations change by design.
        notes: What couldn't be compared.
        warnings: In what runs differ beside their rotations, and which weren't in equilibrium.
        download: All of it.
    """

    summaries: Sequence[Summary]
    diagnostics: Sequence[Summary]
    notes: Sequence[str]
    warnings: Sequence[str]
    download: Download | None


def verdicts_of(comparison: Comparison) -> Verdicts:
    """What the page says of a comparison."""
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
    """`visible`, `unclear` (significant by itself, but not among so many), `unknown` or `none`."""
    if row.visible:
        return "visible"
    if not row.p_value <= 1:  # NaN
        return "unknown"
    return "unclear" if row.p_value < LEVEL and not row.diagnostic else "none"


def _rows(rows: Iterable[Verdict], pair: tuple[str, str], *, diagnostic: bool) -> list[Verdict]:
    """Those of a pair, the most significant first."""
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
    """What was found of these rows, of which so many could be tested."""
    if not known:
        return _without_verdict(rows)
    some = known < len(rows)
    tested = f"{known} of {len(rows)} quantities could be tested: " if some else ""
    if visible:
        of = "of these" if some else f"of {known} quantities"
        return f"{tested}a difference in {len(visible)} {of}, most of all in {visible[0].label} ({visible[0].text})"
    quantities = "" if some else f" in {known} {'quantity' if known == 1 else 'quantities'}"
    return f"{tested}no difference visible{quantities}"


def _without_verdict(rows: Iterable[Verdict]) -> str:
    """Why some have no verdict."""
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
    """With spaces at which lines don't break around the signs of a number and before σ."""
    for sign in "=±":
        text = text.replace(f" {sign} ", f"\N{NO-BREAK SPACE}{sign}\N{NO-BREAK SPACE}")
    return text.replace(" σ", "\N{NO-BREAK SPACE}σ")
