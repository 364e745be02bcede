"""The section on the audit of the model, from `tumble check --json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tumble.counted import counted
from tumble.errors import TrajectoryError
from tumble.observables.quantities import stored
from tumble.observables.quantities.number_text import UNKNOWN, number
from tumble.report.downloads import csv_download
from tumble.report.tables import Row, Table

_HEAD = ("Number", "rms over structures", "±", "Unit", "Rounding", "Verdict")


@dataclass(frozen=True)
class Checked:
    """The results of an audit.

    Attributes:
        text: The potential, the structures and the exact symmetry.
        table: Table of the numbers.
        left_out: Checks that don't apply or failed, with the reasons.
        meanings: Title and meaning of each check.
    """

    text: str
    table: Table
    left_out: Sequence[str]
    meanings: Sequence[tuple[str, str]]


def checked_section(check: Mapping[str, Any]) -> Checked:
    """Return the section on the results of an audit.

    Args:
        check: The JSON that `tumble check --json` wrote.

    Raises:
        TrajectoryError: If a value is missing or of another kind, or there are no numbers.
    """
    try:
        subject, frames = stored.text(check, "subject"), stored.text(check, "frames")
        structures, symmetry = stored.known(check, "structures"), stored.text(check, "symmetry")
        checks = stored.listed(check, "checks")
        table = [_cells(measure) for each in checks for measure in stored.listed(each, "measures")]
        left_out = [text for each in checks for text in _left_out(each)]
        meanings = [(stored.text(each, "title"), stored.text(each, "meaning")) for each in checks]
        if not table:
            raise TrajectoryError("no numbers")
    except TrajectoryError as error:
        raise TrajectoryError(f"`check`: expected the output of `tumble check --json`, got {error}") from error
    rows = [Row(str(line[0]), [_text(value) for value in line[1:]]) for line in table]
    caption = "Numbers that are zero for a potential that keeps the law, and the noise that they are judged by"
    return Checked(
        text=f"{subject} on {counted(structures, 'structure')} of {frames}. Symmetry: {symmetry}.",
        table=Table(caption, _HEAD, rows, download=csv_download("audit", _HEAD, table)),
        left_out=left_out,
        meanings=meanings,
    )


def _cells(measure: Mapping[str, Any]) -> list[object]:
    value, rounding = stored.known(measure, "value"), stored.known(measure, "rounding")
    error = stored.number(measure, "error")
    exact, noise = stored.flag(measure, "exact"), stored.flag(measure, "noise")
    verdict = "noise" if noise else "exact to rounding" if exact else "not exact"
    unknown = UNKNOWN if error is None else float(error)
    return [stored.text(measure, "name"), value, unknown, stored.text(measure, "unit"), rounding, verdict]


def _left_out(check: Mapping[str, Any]) -> list[str]:
    found = []
    for key, words in (("not_applicable", "not applicable"), ("failed", "failed")):
        if key not in check:
            raise TrajectoryError(f"a mapping without `{key}`")
        if check[key] is not None:
            found.append(f"{stored.text(check, 'title')}: {words}, {stored.text(check, key)}.")
    return found


def _text(value: object) -> str:
    return number(value, 3) if isinstance(value, float) else str(value)
