"""CSV: what is in it is what was computed."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
from support import made_up_results as made_up
from support.html_page import data_of

from tumble.report.downloads import Download, csv_download, numbers_csv, quantity_csv


def rows(download: Download) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data_of(download.uri).decode())))


def test_curves_of_runs_with_different_axes() -> None:
    first, second = made_up.curve(80), made_up.curve(50, bias=0.2)
    head, *lines = rows(quantity_csv(["a", "b"], [first, second], "rdf-g_OO"))
    assert head == ["run", "r / Å", "g(r), O–O", "error of g(r), O–O"]
    assert [line[0] for line in lines] == ["a"] * 80 + ["b"] * 50
    found = np.array([line[1:] for line in lines], dtype=np.float64)
    for column, name in ((1, "values"), (2, "errors")):
        expected = np.concatenate([getattr(first, name), getattr(second, name)])
        np.testing.assert_allclose(found[:, column], expected, rtol=1e-8)
    np.testing.assert_allclose(found[:80, 0], first.axes[0].values, rtol=1e-8)


def test_maps_and_what_symmetry_demands() -> None:
    quantity = made_up.sphere(bias=0.2)
    quantity.values[0, 1] = np.nan
    head, *lines = rows(quantity_csv(["a"], [quantity], "density"))
    assert head == ["run", "cos θ", "φ / °", "density", "error of density", "by symmetry"]
    assert len(lines) == quantity.values.size
    assert lines[1] == ["a", "-0.9", "27", "", "0.03", "1"]
    values = np.array([line[3] or "nan" for line in lines], dtype=np.float64)
    np.testing.assert_allclose(values, quantity.values.ravel(), rtol=1e-8)


def test_numbers() -> None:
    numbers = [made_up.number(2.953, np.nan), replace(made_up.number(3, 0.5), name="x", expected=np.array(2.5))]
    assert rows(numbers_csv(["a", "b"], [numbers, numbers[:1]], "dipole")) == [
        ["run", "name", "quantity", "unit", "value", "error", "by symmetry"],
        ["a", "mu", "⟨|μ|⟩", "D", "2.953", "", ""],
        ["a", "x", "⟨|μ|⟩", "D", "3", "0.5", "2.5"],
        ["b", "mu", "⟨|μ|⟩", "D", "2.953", "", ""],
    ]


def test_names_and_sizes_of_files() -> None:
    download = csv_download("a b/c:d_", ["x, y"], [['say "hi"\n']])
    assert (download.name, download.size) == ("a_b_c_d_.csv", "1 kB")
    assert download.uri.startswith("data:text/csv;charset=utf-8;base64,")
    assert rows(download) == [["x, y"], ['say "hi"\n']]


def test_no_text_is_a_formula() -> None:
    names = ["=1+1", "+1", "-run", "@x", "\t=1", " =1", "-1.5e-03", "a=b", '=HYPERLINK("x")']
    download = csv_download("x", ["=x"], [[name, -1.5] for name in names])
    assert rows(download) == [
        ["'=x"],
        *[[text, "-1.5"] for text in ("'=1+1", "+1", "'-run", "'@x", "'\t=1", "' =1", "-1.5e-03", "a=b")],
        ['\'=HYPERLINK("x")', "-1.5"],
    ]


def test_large_tables_are_compressed() -> None:
    table = [[str(number)] for number in range(90_000)]
    download = csv_download("big", ["x"], table)
    assert download.name == "big.csv.gz"
    assert rows(download) == [["x"], *table]
