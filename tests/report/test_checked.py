"""The audit on the page, from what `tumble check --json` writes."""

from __future__ import annotations

from typing import Any

import pytest
from support.html_page import data_of

from tumble.errors import TrajectoryError
from tumble.report.checked import checked_section


def test_numbers_and_what_was_left_out(check: dict[str, Any]) -> None:
    section = checked_section(check)
    assert section.text == "water on 2 structures of liquid.extxyz. Symmetry: rotations are broken."
    assert [(row.header, *row.cells) for row in section.table.rows] == [
        ("torque", "5.00", "1.60", "meV/rad", "0.0100", "not exact"),
        ("rounding-energy", "0.0100", "0", "meV/atom", "0.0100", "noise"),
    ]
    assert section.left_out == ["Batch: not applicable, a calculator.", "Two copies: failed, structure 0: no."]
    assert section.meanings[0] == ("Frame torque", "What a torque means.")
    assert section.table.download is not None
    assert data_of(section.table.download.uri).decode().splitlines()[1].startswith("torque,5.0,")


@pytest.mark.parametrize("missing", ["subject", "frames", "structures", "symmetry", "checks"])
def test_something_else(check: dict[str, Any], missing: str) -> None:
    rest = {key: value for key, value in check.items() if key != missing}
    with pytest.raises(TrajectoryError, match=rf"`tumble check --json`.*without `{missing}`"):
        checked_section(rest)


@pytest.mark.parametrize(
    "changes",
    [{"checks": 5}, {"checks": []}, {"checks": [5]}, {"checks": [{"measures": []}]}, {"structures": None}],
)
def test_values_of_other_kinds(check: dict[str, Any], changes: dict[str, Any]) -> None:
    with pytest.raises(TrajectoryError, match=r"`tumble check --json`"):
        checked_section(check | changes)
