"""Tables of the runs and their provenance."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tumble.observables.quantities.number_text import UNKNOWN
from tumble.report.tables import Row, Table
from tumble.study.analysis_file import Analysis

# Labels in the table of runs, and the keys in the provenance of a run.
_RUN = {
    "Rotations": ("symmetrize",),
    "Model": ("model", "name"),
    "Invariance": ("model", "symmetry"),
    "Engine": ("engine",),
    "Ensemble": ("ensemble",),
    "Temperature / K": ("temperature_K",),
    "Beads": ("beads",),
    "Nuclei": ("nuclei",),
    "Length / ps": ("length_ps",),
    "Steps": ("steps",),
    "Time step / fs": ("timestep_fs",),
}
_ELSEWHERE = {"inputs", "skipped", "refused", "failed", "drift"}


@dataclass(frozen=True)
class Provenance:
    """Provenance of one run, or the part that all runs share.

    Attributes:
        name: Name of the run.
        entries: Names and values.
        inputs: Text of the input files, by name.
    """

    name: str
    entries: Mapping[str, str]
    inputs: Mapping[str, str]


def runs_table(analyses: Sequence[Analysis], reference: str | None) -> Table:
    """Return a table with one column for each run; lines without known values are omitted."""
    table = [Row(label, [text_of(analysis.fact(*path)) for analysis in analyses]) for label, path in _RUN.items()]
    names = [f"{one.name} (reference)" if one.name == reference else one.name for one in analyses]
    known = [row for row in table if any(cell != UNKNOWN for cell in row.cells)]
    return Table("What was run", ["", *names], known)


def skipped(analyses: Sequence[Analysis]) -> list[str]:
    """Return the missing observables with the reasons, in sentences."""
    return [
        f"{analysis.name}: no {observable}, since {reason}"
        for analysis in analyses
        for observable, reason in _reasons(analysis)
    ]


def _reasons(analysis: Analysis) -> Iterator[tuple[str, str]]:
    for key in ("skipped", "refused"):
        yield from (analysis.provenance.get(key) or {}).items()
    for observable, failure in analysis.failed.items():
        yield observable, failure["error"]


def provenance_of(analyses: Sequence[Analysis]) -> list[Provenance]:
    """Return the provenance of the runs; if there are several, first the part that all share."""
    entries = [_entries(analysis) for analysis in analyses]
    inputs = [dict(analysis.provenance.get("inputs") or {}) for analysis in analyses]
    shared: dict[str, str] = {}
    if len(analyses) > 1:
        shared = {key: text for key, text in entries[0].items() if all(each.get(key) == text for each in entries)}
    own = [{key: text for key, text in each.items() if key not in shared} for each in entries]
    runs = [Provenance(one.name, *parts) for one, *parts in zip(analyses, own, inputs, strict=True)]
    return [Provenance("All runs", shared, {}), *runs] if shared else runs


def _entries(analysis: Analysis) -> dict[str, str]:
    entries: dict[str, str] = {}
    for key, value in analysis.provenance.items():
        if key == "versions" and isinstance(value, Mapping):
            entries[key] = ", ".join(f"{name} {number}" for name, number in value.items())
        elif key == "files" and value:
            entries[key] = ", ".join(f"{name} ({file['size']} bytes)" for name, file in value.items())
        elif isinstance(value, Mapping) and key not in _ELSEWHERE:
            entries |= {key_text(f"{key} {part}"): text_of(each) for part, each in value.items()}
        elif key not in _ELSEWHERE:
            entries[key_text(key)] = text_of(value)
    return {label: text for label, text in entries.items() if text not in (UNKNOWN, "")}


def key_text(key: str) -> str:
    """Return a key of JSON as a label: `temperature_K` becomes `temperature / K`."""
    for unit in ("K", "ps", "fs", "eV", "A", "D"):
        if key.endswith(f"_{unit}"):
            return f"{key.removesuffix(f'_{unit}').replace('_', ' ')} / {unit.replace('A', 'Å')}"
    return key.replace("_", " ")


def text_of(value: Any) -> str:
    """Return a value of JSON as text."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else UNKNOWN
    if isinstance(value, list | tuple) and not any(isinstance(each, list | tuple | Mapping) for each in value):
        return ", ".join(map(text_of, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
