"""The page as a whole: self-contained, complete, readable without seeing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from support import made_up_results as made_up
from support.html_page import HtmlPage, data_of

from tumble.errors import ConfigurationError
from tumble.report import write_report
from tumble.report.tables import Row, Table
from tumble.study.analysis_file import Analysis
from tumble.study.compare import compare


def test_nothing_is_loaded_from_elsewhere(html: str) -> None:
    page = HtmlPage(html)
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "link", "iframe", "object", "embed", "base", "form"})
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in {"src", "href", "srcset", "data", "poster", "action"}:
                assert (tag, name) in {("img", "src"), ("a", "href")}
                assert value is not None
                assert value.startswith(("data:", "#"))
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_links_lead_somewhere(html: str) -> None:
    page = HtmlPage(html)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    targets = [link["href"] for link in page.all("a") if "download" not in link]
    assert targets == [f"#{name}" for name in ids]
    assert ids == ["verdicts", "runs", "rdf", "orientation", "dipole", "symmetry", "rotations", "audit", "provenance"]


def test_verdicts_come_first_and_headings_are_in_order(html: str) -> None:
    headings = HtmlPage(html).headings
    assert headings[:3] == [(1, "Does the broken symmetry show?"), (2, "Verdicts"), (3, "Diagnostics")]
    assert [level for level, _ in headings].count(1) == 1
    assert all(after - before <= 1 for (before, _), (after, _) in pairwise(headings))


def test_everything_is_escaped(html: str) -> None:
    assert "<b>" not in html
    assert "&lt;b&gt;tetra &amp; &#34;hedral&#34;&lt;/b&gt;" in html
    text = HtmlPage(html).text
    for needed in (
        '<b>tetra & "hedral"</b> against exact symmetry',
        "These runs are <short> & show nothing.",
        'pair_style tumble # <b> & "more"',
        "ε <0>",
    ):
        assert needed in text


def test_every_figure_is_there_and_described(html: str) -> None:
    images = HtmlPage(html).all("img")
    assert len(images) == 6  # g(r), map, coefficients, series, torque of the runs, sets of rotations
    for image in images:
        assert data_of(image["src"]).startswith((b"<?xml", b"\x89PNG"))
        assert len(image["alt"] or "") > 40
        assert int(image["width"] or 0) > 300


def test_tables_are_accessible(html: str) -> None:
    page = HtmlPage(html)
    tables = page.all("table")
    assert (
        len(tables) == len(page.all("caption")) == len([one for one in page.all("div") if one.get("class") == "scroll"])
    )
    assert {header.get("scope") for header in page.all("th")} == {"col", "row"}


def test_reads_on_a_phone_and_on_paper(html: str) -> None:
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html
    assert "@media print" in html
    assert "color-scheme: light" in html


def test_all_data_can_be_downloaded(html: str) -> None:
    assert sorted(HtmlPage(html).downloads) == [
        "audit.csv",
        "dipole-numbers.csv",
        "orientation-a_lm.csv",
        "orientation-density.csv",
        "rdf-g_OO.csv",
        "rotation-sets.csv",
        "symmetry-numbers.csv",
        "symmetry-torque_t.csv",
        "verdicts.csv",
    ]


def test_same_input_gives_the_same_page(
    html: str, analyses: list[Analysis], probe: Any, check: Any, tmp_path: Path
) -> None:
    notes = ["These runs are <short> & show nothing."]
    comparison = compare(analyses, "icosahedral")
    write_report(tmp_path / "again.html", analyses, comparison, notes=notes, probe=probe, check=check)
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == html


def test_overview_comes_first(analyses: list[Analysis], tmp_path: Path) -> None:
    path = tmp_path / "overview.html"
    overview = Table("Two <kinds>", ("Kind", "Error"), [Row("bare", ["1.9"]), Row("exact", ["0"])], ["In meV."])
    write_report(path, analyses, compare(analyses, "icosahedral"), overview=overview)
    page = HtmlPage(path.read_text(encoding="utf-8"))
    assert page.headings[1:3] == [(2, "Overview"), (2, "Verdicts")]
    targets = [link["href"] for link in page.all("a") if "download" not in link]
    assert targets[:2] == ["#overview", "#verdicts"]
    assert "Two <kinds>" in page.text
    assert "In meV." in page.text


def test_one_run_without_a_comparison(tmp_path: Path) -> None:
    path = tmp_path / "one.html"
    write_report(path, [made_up.analysis("bare")], title="A & B", now=datetime(2024, 2, 29, 12, 30))
    page = HtmlPage(path.read_text(encoding="utf-8"))
    assert page.headings[:2] == [(1, "A & B"), (2, "Runs")]
    assert "on 29 February 2024, 12:30" in page.text
    assert "erdict" not in page.text
    assert len(page.all("img")) == 4


def test_results_as_read_from_a_file(analyses: list[Analysis], tmp_path: Path) -> None:
    from tumble.study.analysis_file import load_analysis

    analyses[0].save(tmp_path / "analysis.json")
    write_report(tmp_path / "one.html", [analyses[0]])
    write_report(tmp_path / "two.html", [load_analysis(tmp_path)])
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_an_analysis_without_anything(tmp_path: Path) -> None:
    empty = Analysis("nothing", ())
    write_report(tmp_path / "empty.html", [empty], compare([empty]))
    page = HtmlPage((tmp_path / "empty.html").read_text(encoding="utf-8"))
    assert "Nothing could be compared." in page.text


def test_bad_input(analyses: list[Analysis], tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    with pytest.raises(ConfigurationError, match=r"`analyses`: .*run, got none"):
        write_report(path, [])
    with pytest.raises(ConfigurationError, match=r"`analyses`: .*got bare, bare"):
        write_report(path, [analyses[0], replace(analyses[2], name="bare")])
    with pytest.raises(ConfigurationError, match=r"`comparison`: .*bare, got .*icosahedral"):
        write_report(path, [analyses[0]], compare([analyses[0], analyses[2]]))
    assert not path.exists()


def test_a_page_of_runs_that_differ_otherwise(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    runs = [made_up.analysis("a", seed=3, bias=0.3, ensemble="NVE"), made_up.analysis("b", seed=4)]
    write_report(page, runs, compare(runs, "b"))
    text = page.read_text(encoding="utf-8")
    assert "<h1>How do the runs differ?</h1>" in text
    assert "a differs from b not only in its rotations, but also in the ensemble (NVE, not NVT)." in text
    against = [cell for cell in HtmlPage(text).cells if cell.startswith("difference: ")]
    assert len(against) > 0
    write_report(page, runs, compare(runs))
    assert "<h1>Does the broken symmetry show?</h1>" in page.read_text(encoding="utf-8")
