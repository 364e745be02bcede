"""The section of the page on one observable: figures, numbers, notes, errors and metadata."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tumble.figures.panel import Panel
from tumble.figures.plot import quantity_panels
from tumble.observables.base.kind import Kind
from tumble.observables.quantities.axis_text import label_of
from tumble.observables.quantities.number_text import UNKNOWN, number, with_error
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.quantities.result import Result
from tumble.observables.registry import kind_of
from tumble.report.downloads import numbers_csv
from tumble.report.images import Image, numbers_image, panel_image
from tumble.report.provenance import key_text, text_of
from tumble.report.tables import Row, Table
from tumble.study.analysis_file import Analysis

LOWER_BOUND = "†"
_REMARK = f"{LOWER_BOUND} a lower bound of the error: the run is too short to resolve its correlation time."


@dataclass(frozen=True)
class Section:
    """The section on one observable.

    Attributes:
        id: Identifier for links.
        title: Heading.
        meaning: Definition in words; empty for an unknown observable.
        symptom: Effect of a broken symmetry; empty for an unknown observable.
        images: Figures of curves and maps.
        numbers: Table of numbers; None if there are none.
        notes: Sentences that a reader needs in order to judge the results.
        details: Tables for experts.
    """

    id: str
    title: str
    meaning: str
    symptom: str
    images: Sequence[Image]
    numbers: Table | None
    notes: Sequence[str]
    details: Sequence[Table]


def observable_sections(analyses: Sequence[Analysis]) -> list[Section]:
    """Return a section for each observable, in the order of the first run that has it."""
    observables = dict.fromkeys(result.observable for analysis in analyses for result in analysis.results)
    return [_section(observable, analyses) for observable in observables]


def _section(observable: str, analyses: Sequence[Analysis]) -> Section:
    kind = kind_of(observable) or Kind
    title = _title(observable)
    names = [analysis.name for analysis in analyses]
    results = [_merged(observable, analysis) for analysis in analyses]
    panels = quantity_panels(results, labels=names)
    images = [panel_image(panel, observable) for panel in panels if panel.quantity.axes]
    numbers = [panel for panel in panels if not panel.quantity.axes]
    if numbers and kind.numbers_by_rotations and len(analyses) > 1:
        labels = [_with_rotations(analysis) for analysis in analyses]
        drawn = [panel for panel in quantity_panels(results, labels=labels) if not panel.quantity.axes]
        images.append(numbers_image(drawn, "Symmetry error of the runs, with their rotations"))
    having = [index for index, result in enumerate(results) if result.quantities or result.notes]
    names, results = [names[index] for index in having], [results[index] for index in having]
    return Section(
        id=observable,
        title=title,
        meaning=kind.meaning,
        symptom=kind.symptom,
        images=images,
        numbers=_numbers_table(observable, title, names, numbers) if numbers else None,
        notes=_notes(names, results),
        details=[*_errors_table(names, results), *_metadata_table(names, results)],
    )


def _title(observable: str) -> str:
    """Return the heading of an observable; derived from its name for a user's own observable."""
    kind = kind_of(observable)
    words = observable.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:] if kind is None else kind.title


def _merged(observable: str, analysis: Analysis) -> Result:
    """Return the results of an observable of a run, none or several, merged into one."""
    found = [result for result in analysis.results if result.observable == observable]
    quantities = tuple(quantity for result in found for quantity in result.quantities)
    metadata = {key: value for result in found for key, value in result.metadata.items()}
    notes = tuple(dict.fromkeys(note for result in found for note in result.notes))
    return Result(observable, quantities, metadata, notes)


def _with_rotations(analysis: Analysis) -> str:
    rotations = analysis.provenance.get("symmetrize")
    return analysis.name if rotations in (None, analysis.name) else f"{analysis.name} ({rotations})"


def _numbers_table(observable: str, title: str, names: Sequence[str], panels: Sequence[Panel]) -> Table:
    expected = any(panel.quantity.expected is not None for panel in panels)
    rows = []
    for panel in panels:
        quantities = {trace.label: trace.quantity for trace in panel.traces}
        cells = [_value(quantities.get(name)) for name in names]
        if expected:
            known = panel.quantity.expected
            cells.append(UNKNOWN if known is None else number(float(known)))
        rows.append(Row(label_of(panel.quantity), cells))
    unresolved = any(not trace.quantity.resolved for panel in panels for trace in panel.traces)
    numbers = [[each.quantity for panel in panels for each in panel.traces if each.label == name] for name in names]
    return Table(
        caption=f"{title}: values with errors (68 % intervals)",
        head=["Quantity", *names, *(["by symmetry"] if expected else [])],
        rows=rows,
        remarks=[_REMARK] if unresolved else [],
        download=numbers_csv(names, numbers, f"{observable}-numbers"),
    )


def _value(quantity: Quantity | None) -> str:
    if quantity is None:
        return UNKNOWN
    text = with_error(float(quantity.values), float(quantity.errors))
    return text if quantity.resolved or text == UNKNOWN else f"{text} {LOWER_BOUND}"


def _notes(names: Sequence[str], results: Sequence[Result]) -> list[str]:
    """Return each note once, preceded by its runs unless it applies to all."""
    runs: dict[str, list[str]] = {}
    for name, result in zip(names, results, strict=True):
        for note in result.notes:
            runs.setdefault(note, []).append(name)
    return [note if len(found) == len(names) else f"{'; '.join(found)}: {note}" for note, found in runs.items()]


def _errors_table(names: Sequence[str], results: Sequence[Result]) -> Iterable[Table]:
    """Yield the table of correlation times and blocks, if there are any."""
    quantities = {quantity.name: quantity for result in results for quantity in result.quantities}
    rows = []
    for name, one in quantities.items():
        cells = []
        for result in results:
            found = [
                quantity for quantity in result.quantities if quantity.name == name and quantity.blocks is not None
            ]
            cells.append(_blocks(found[0]) if found else UNKNOWN)
        if any(cell != UNKNOWN for cell in cells):
            rows.append(Row(one.label, cells))
    if rows:
        yield Table(
            "Correlation time; number and length of the blocks that determine the errors / ps "
            "(frames, if the time between frames is unknown)",
            ["Quantity", *names],
            rows,
        )


def _blocks(quantity: Quantity) -> str:
    count = 0 if quantity.blocks is None else len(quantity.blocks)
    bound = "" if quantity.resolved else f" {LOWER_BOUND}"
    return f"{number(quantity.correlation_time, 2)}; {count} × {number(quantity.block_time, 2)}{bound}"


def _metadata_table(names: Sequence[str], results: Sequence[Result]) -> Iterable[Table]:
    keys = dict.fromkeys(key for result in results for key in result.metadata)
    rows = [Row(key_text(key), [text_of(result.metadata.get(key)) for result in results]) for key in keys]
    if rows:
        yield Table("Metadata", ["", *names], rows)
