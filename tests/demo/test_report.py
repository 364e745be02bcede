"""The page: self-contained, complete, readable without seeing."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from tumble.analysis import RadialDistribution
from tumble.demo import figures
from tumble.demo.provenance import ModelIdentity, versions
from tumble.demo.report import Results, write_report
from tumble.demo.runs import Run

VOID = {"meta", "img"}


class Page(HTMLParser):
    """Collects what matters, and checks that tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag == "img":
            self.images.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def curve(beads: int) -> RadialDistribution:
    edges = np.linspace(0, 6.2, 63)
    values = 1 + np.sin(edges[1:])
    return RadialDistribution(("O", "O"), edges, values, 0.1 * values, frames=40, beads=beads, blocks=4)


@pytest.fixture(scope="module")
def results(make_run: Callable[..., Run]) -> Results:
    return Results(
        model=ModelIdentity("water", Path("/models/water.pt"), "0123abcd" * 8, 4.5, "float32", "O(3) approximate"),
        versions=versions(),
        threads=2,
        temperature=300.0,
        molecule=[make_run(1, 1), make_run(16, 1)],
        liquid=[make_run(1, 64), make_run(4, 64)],
        classical=curve(1),
        path_integral=curve(4),
        inputs={"lammps/water.in": "pair_style tumble # <b> & more\n", "ipi/water.xml": "<simulation/>"},
    )


@pytest.fixture(scope="module")
def html(results: Results, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(results, path, datetime(2024, 2, 29, 12, 30))
    return path.read_text(encoding="utf-8")


def svg(uri: str | None) -> str:
    assert uri is not None
    kind, content = uri.split(",")
    assert kind == "data:image/svg+xml;base64"
    return base64.b64decode(content).decode()


def test_nothing_is_loaded_from_elsewhere(html: str) -> None:
    page = Page(html)
    assert page.tags.isdisjoint({"script", "link", "iframe", "object", "embed", "base"})
    for tag, name, value in page.attributes:
        if name in {"src", "href", "srcset", "data", "poster", "action"}:
            assert (tag, name) == ("img", "src")
            assert value is not None
            assert value.startswith("data:")
        assert not name.startswith("on")
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_images_are_whole_and_described(html: str) -> None:
    images = Page(html).images
    assert len(images) == 7
    for image in images:
        ElementTree.fromstring(svg(image["src"]))
        assert len(image["alt"] or "") > 20


def test_axes_have_units(html: str) -> None:
    # matplotlib draws text as outlines, and leaves the text itself in comments.
    labels = [set(re.findall("<!-- (.*?) -->", svg(image["src"]))) for image in Page(html).images]
    assert {"distance r / Å", "g(r), oxygen–oxygen (no unit)"} <= labels[0]
    expected = ["|τ| / meV per radian", "temperature / K", "change / meV per molecule"]
    for number, label in enumerate(expected):
        for panel in labels[1 + 2 * number : 3 + 2 * number]:
            assert {label, "time / ps"} <= panel


def test_says_what_was_run(html: str, results: Results) -> None:
    text = Page(html).text
    for needed in (
        "These runs are short.",
        "water, cutoff 4.5 Å, float32",
        "/models/water.pt",
        "0123abcd" * 8,
        "torch ",
        "lammps ",
        "ipi ",
        "29 February 2024, 12:30",
        "NVT <thermostat & more>",
        "pair_style tumble # <b> & more",
        "16 beads",
        "62.5",  # ms per step
        "Classical nuclei have 9/2 kT = 116 meV",
        "kT is 25.9 meV",
        "leave out the first 25 % of each run; ± is one standard error from 4 blocks",
        "The beads of an atom start on top of each other",
    ):
        assert needed in text


def test_reads_on_a_phone_and_on_paper(html: str) -> None:
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html
    assert "@media print" in html
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "color-scheme: light" in html


def test_same_results_give_the_same_page(html: str, results: Results, tmp_path: Path) -> None:
    write_report(results, tmp_path / "again.html", datetime(2024, 2, 29, 12, 30))
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == html


def test_plots_leave_matplotlib_as_it_was(make_run: Callable[..., Run]) -> None:
    def settings() -> dict[str, object]:
        # The backend is chosen when one asks for it.
        return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}

    before = settings()
    figures.over_time([make_run()], lambda run: (run.time, run.temperature), "temperature / K", level=300)
    assert settings() == before


def test_long_runs_are_thinned_out(make_run: Callable[..., Run]) -> None:
    uris = [
        figures.over_time([make_run(samples=samples)], lambda run: (run.time, run.temperature), "K")
        for samples in (1000, 100_000)
    ]
    assert len(uris[1]) < 1.5 * len(uris[0])
