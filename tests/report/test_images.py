"""Figures in the page."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from support import made_up_results as made_up
from support.html_page import data_of

from tumble.figures.plot import quantity_panels
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.quantities.result import Result
from tumble.report.images import Image, figure_image, numbers_image, panel_image


def image_of(*quantities: Quantity) -> Image:
    results = [Result("rdf", (quantity,)) for quantity in quantities]
    (panel,) = quantity_panels(results, labels=["bare", "averaged"][: len(results)])
    return panel_image(panel, "rdf")


def test_a_curve_in_words() -> None:
    image = image_of(made_up.curve(), made_up.curve(bias=0.1))
    assert image.alt.startswith(
        "Curves of g(r), O–O against r from 0.05 Å to 8 Å. bare: lowest 1.244e−07 at r = 0.05 Å, highest"
    )
    assert "averaged: lowest" in image.alt
    assert (image.title, image.caption) == ("g(r), O–O", "Bands: 68 % intervals.")
    assert image.download is not None
    assert image.download.name == "rdf-g_OO.csv"


def test_a_map_in_words() -> None:
    image = image_of(made_up.sphere(bias=0.3))
    assert image.alt.startswith("Maps of density against cos θ from −0.9 to 0.9 and φ from 9° to 351°. bare: ")
    assert "highest 1.267 at cos θ = 0.9, φ = 9°" in image.alt


def test_unknown_values_in_words() -> None:
    unknown = made_up.curve()
    unknown.values[:] = np.nan
    assert image_of(unknown).alt.endswith("bare: unknown.")


def test_numbers_in_words() -> None:
    panels = quantity_panels([Result("dipole", (made_up.number(2.953, 0.021),))], labels=["bare"])
    image = numbers_image(panels, "Dipoles")
    assert image.alt == "Dots with error bars. ⟨|μ|⟩ of bare: 2.953 ± 0.021."
    assert image.download is None


def test_large_figures_are_bitmaps() -> None:
    figure = Figure(figsize=(4, 3))
    figure.subplots().plot(np.arange(20), "o")
    small = figure_image(figure, "", "", "")
    figure.axes[0].scatter(*np.random.default_rng(1).normal(size=(2, 5000)))
    large = figure_image(figure, "", "", "")
    assert data_of(small.uri).startswith(b"<?xml")
    assert data_of(large.uri).startswith(b"\x89PNG")
    assert (small.width, small.height) == (384, 288)
