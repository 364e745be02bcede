"""The table of the partners."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tumble.demo.partner_table import Compared, errors_of, partner_table, partner_text
from tumble.demo.partners import Partner
from tumble.observables.quantities.quantity import Quantity

BARE = Partner("bare", "bare", "water", Path("water.pt"), {"name": "water"})


def probe(*names: str) -> dict[str, Any]:
    """What `tumble probe` found, with other numbers for each set."""
    found = [
        {"name": name, "energy_per_atom": {"rms": 1e-3 * (i + 1)}, "torque": {"rms": 2e-3 * (i + 1)}}
        for i, name in enumerate(names)
    ]
    return {"sets": found[:-1], "random": found[-1:]}


def bias(*, resolved: bool) -> Quantity:
    return Quantity("bias_bisector", "bias", "kT", (), np.array(0.209), np.array(0.024), resolved=resolved)


def test_errors_are_those_of_the_rotations_of_the_partner() -> None:
    found = probe("none", "octahedral", "random:1")
    assert errors_of(BARE, found) == pytest.approx((1e-3, 2e-3))
    assert errors_of(BARE.symmetrized("octahedral"), found) == pytest.approx((2e-3, 4e-3))
    assert errors_of(BARE.symmetrized("random"), found) == pytest.approx((3e-3, 6e-3))


def test_cells_are_in_milli_units_and_say_what_is_unknown() -> None:
    compared = [
        Compared(BARE, 1.9e-3, 8.6e-3, (1.0, 1.0), bias(resolved=True), 137.2),
        Compared(BARE.symmetrized("octahedral"), 3.4e-5, 4.7e-4, (3.61, 23.4), None, 1.16),
        Compared(BARE.symmetrized("random"), 1.8e-3, 9.2e-3, (1.02, 0.98), bias(resolved=False), None),
    ]
    table = partner_table(compared)
    assert [row.header for row in table.rows] == [
        "water, bare",
        "water, symmetrized (octahedral)",
        "water, symmetrized (random)",
    ]
    assert [list(row.cells) for row in table.rows] == [
        ["1.9", "8.6", "1.0", "1.0", "0.209 ± 0.024", "140"],
        ["0.034", "0.47", "3.6", "23", "–", "1.2"],
        ["1.8", "9.2", "1.0", "0.98", "–", "–"],
    ]
    assert {len(table.head)} == {1 + len(row.cells) for row in table.rows}
    text = partner_text(compared).splitlines()
    assert len(text) == 2 + len(compared)
    assert len(set(map(len, text))) == 1  # columns are aligned
    for line, row in zip(text[2:], table.rows, strict=True):
        assert line.split("  ")[1] == row.header
        assert [cell.strip() for cell in line.split("  ")[2:] if cell.strip()] == list(row.cells)
