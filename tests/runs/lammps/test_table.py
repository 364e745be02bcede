"""Thermo output with what may stand in it; the rows are those that were written."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.runs.lammps.table import Table, begins_table, read_table

BANNER = "Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes"
ONE = ["   Step          Temp      ", "         0   300           ", "        10   310.5         "]


def read(lines: list[str], start: int = 0) -> Table:
    return read_table(lines, start, lambda line: line.startswith("printed"), lambda line: line.startswith("run"))


@pytest.mark.parametrize(
    ("lines", "place", "commanded", "expected"),
    [
        ([BANNER, *ONE], 1, False, True),
        ([BANNER, ONE[0]], 1, False, True),  # killed before its first row
        ([BANNER, "WARNING: something"], 1, False, False),
        (ONE, 0, True, True),  # `run N pre no`
        (ONE, 0, False, False),
        (["Step 1: production", "more"], 0, True, False),
        ([BANNER, " v_a  Step", "  1  0"], 1, False, True),
        (["---", "keywords: ['Step', 'Temp', ]"], 1, False, True),
        ([BANNER, "------------ Step              0 ----- CPU =            0 (sec) -------------"], 1, False, True),
    ],
)
def test_where_tables_begin(lines: list[str], place: int, commanded: bool, expected: bool) -> None:
    assert begins_table(lines, place, commanded) is expected


def test_what_stands_between_rows() -> None:
    lines = [
        *ONE[:2],
        "WARNING: Temperature is high",
        "printed 5 5",
        ONE[2],
        "        20   x",
        "        30",
        "run 5",
        ONE[2],
    ]
    table = read(lines)
    assert table.columns["Step"].tolist() == [0, 10]
    assert (table.stop, table.damaged) == (7, (5, 6))


def test_end_of_a_run() -> None:
    assert read([*ONE, "Loop time of 1 on 1 procs", "        20   1"]).stop == 3


@pytest.mark.parametrize("step", ["1000000000", "2", "99999999999999999999"])
def test_step_that_was_damaged(step: str) -> None:
    lines = [*ONE, "        20   1 ", f"        {step}   1 ", "        40   1 "]
    assert read(lines).columns["Step"].tolist() == [0, 10, 20, 40]


def test_values_that_are_no_numbers() -> None:
    columns = read([*ONE, "        20   nan ", "        30   inf"]).columns
    np.testing.assert_equal(columns["Temp"], [300, 310.5, np.nan, np.inf])


def test_yaml_and_multi_with_damage() -> None:
    yaml = [
        "keywords: ['Step', 'v_t[1]', ]",
        "data:",
        "  - [0, 1.5, ]",
        "  - [10, 1.6",
        "  - [20, x, ]",
        "  - [30, 2.5, ]",
        "...",
    ]
    table = read(yaml)
    assert {name: values.tolist() for name, values in table.columns.items()} == {"Step": [0, 30], "v_t[1]": [1.5, 2.5]}
    assert table.damaged == (4,)
    heading = "------------ Step {} ----- CPU = 0 (sec) -------------"
    multi = [heading.format(0), "TotEng   = -9.0 Temp     = 300.5 ", heading.format("1x"), "TotEng = 1 Temp = 2"]
    multi += [heading.format(20), "TotEng = -8.9 Temp = nope", heading.format(30), "TotEng = -8.8 Temp = 301"]
    assert {name: values.tolist() for name, values in read(multi).columns.items()} == {
        "Step": [0, 30],
        "TotEng": [-9.0, -8.8],
        "Temp": [300.5, 301],
    }
