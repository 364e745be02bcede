"""Figures: everything that they should show is there, in the same way each time."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.axis import Axis as PlotAxis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from support import made_up_results as made_up

from tumble.errors import ConfigurationError
from tumble.figure_style import BLUE, GRAY, VERMILION
from tumble.figures.plot import figure_bytes, plot_results, quantity_panels
from tumble.figures.traces import axis_label, look
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result


def result(*quantities: Quantity) -> Result:
    return Result("rdf", quantities)


def axes_of(figure: Figure) -> list[Axes]:
    """All axes, drawn."""
    figure.canvas.draw()
    return [axes for side in figure.subfigs for part in side.subfigs for axes in part.axes]


def legend_of(axes: Axes) -> list[str]:
    """Names in the legend of a panel."""
    return [text.get_text() for legend in axes.figure.legends for text in legend.get_texts()]


def boxes(found: Iterable[Text]) -> list[Bbox]:
    """Where text is, in pixels."""
    return [text.get_window_extent() for text in found if text.get_text() and text.get_visible()]


def tick_labels(axis: PlotAxis) -> list[Text]:
    """Of the ticks that are in view."""
    low, high = sorted(axis.get_view_interval())
    return [
        label for place, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False) if low <= place <= high
    ]


def texts(content: bytes) -> set[str]:
    """Text in an SVG: it is drawn as outlines, with the text itself in comments."""
    return set(re.findall("<!-- (.*?) -->", content.decode()))


def test_curves_have_bands_units_and_a_legend() -> None:
    both = [result(made_up.curve()), result(made_up.curve(bias=0.1))]
    (axes,) = axes_of(plot_results(both, labels=["bare", "averaged"]))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("r / Å", "g(r), O–O")
    assert legend_of(axes) == ["bare", "averaged"]
    for index, line in enumerate(axes.lines):
        np.testing.assert_array_equal(line.get_ydata(), both[index]["g_OO"].values)
        assert line.get_color() == (BLUE, VERMILION)[index]
        assert to_hex(axes.collections[index].get_facecolor()[0]) == line.get_color().lower()
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()
    band = axes.collections[0].get_paths()[0].vertices
    upper = both[0]["g_OO"].values + both[0]["g_OO"].errors
    assert set(np.round(upper, 9)) <= set(np.round(band[:, 1], 9))


def test_one_run_needs_no_legend() -> None:
    (axes,) = axes_of(plot_results([result(made_up.curve())]))
    assert legend_of(axes) == []


def test_what_symmetry_demands_is_dashed() -> None:
    (axes,) = axes_of(plot_results([result(made_up.coefficients())]))
    (dashed,) = [line for line in axes.lines if line.get_color() == GRAY]
    assert dashed.get_linestyle() == "--"
    assert set(np.asarray(dashed.get_ydata())) == {0.0}
    assert legend_of(axes) == ["by symmetry"]


def test_few_points_are_marked_with_bars_beside_each_other() -> None:
    both = [result(made_up.coefficients()), result(made_up.coefficients())]
    (axes,) = axes_of(plot_results(both))
    first, second = axes.containers
    assert np.all(first[0].get_xdata() < second[0].get_xdata())
    low, high = first[2][0].get_segments()[0][:, 1]
    assert (low, high) == pytest.approx((-0.01, 0.03))


def test_components_are_named() -> None:
    axis = Axis("component: x, y, z =", "1", np.array([1.0, 2.0, 3.0]))
    vector = Quantity("M", "⟨M⟩", "D", (axis,), np.zeros(3), np.ones(3))
    (axes,) = axes_of(plot_results([result(vector)]))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["x", "y", "z"]
    assert axes.get_xlabel() == "component"


def test_small_and_large_numbers_are_in_units_of_a_power_of_ten() -> None:
    for factor, label in ((1e-5, "g(r), O–O / 10⁻⁵"), (1e7, "g(r), O–O / 10⁷"), (100.0, "g(r), O–O")):
        scaled = made_up.curve()
        (axes,) = axes_of(plot_results([result(replace(scaled, values=factor * scaled.values))]))
        assert axes.get_ylabel() == label
        assert axes.yaxis.get_offset_text().get_text() == ""
        ticks = [float(text.get_text().replace("−", "-")) for text in axes.get_yticklabels()]
        power = 1 if factor == 100.0 else factor
        np.testing.assert_allclose(ticks, axes.get_yticks() / power, atol=1e-9)


def test_a_small_range_of_large_numbers_has_no_offset() -> None:
    level = replace(made_up.series(), values=5000 + 1e-3 * made_up.series().values)
    (axes,) = axes_of(plot_results([result(level)]))
    assert axes.yaxis.get_offset_text().get_text() == ""


def test_errors_do_not_dwarf_values() -> None:
    wide = made_up.curve()
    wide.errors[3] = 1e6
    (axes,) = axes_of(plot_results([result(wide)]))
    assert np.ptp(axes.get_ylim()) < 3 * np.ptp(wide.values)


def test_series_have_a_panel_for_each_run_with_the_same_range() -> None:
    figure = plot_results([result(made_up.series(size=1)), result(made_up.series(size=5))], labels=["a", "b"])
    panels = axes_of(figure)
    assert [axes.get_title(loc="left") for axes in panels] == ["a", "b"]
    assert panels[0].get_ylim() == panels[1].get_ylim()
    assert panels[1].get_xlabel() == "t / ps"
    assert {"|τ| / meV/rad", "t / ps"} <= texts(figure_bytes(figure, "svg"))


def test_long_series_are_thinned_out() -> None:
    short, long = (figure_bytes(plot_results([result(made_up.series(points))]), "svg") for points in (1000, 200_000))
    assert len(long) < 3 * len(short)
    (axes,) = axes_of(plot_results([result(made_up.series(200_000))]))
    values = made_up.series(200_000).values
    mean = np.asarray(axes.lines[0].get_ydata())
    assert mean[0] == pytest.approx(values[:400].mean())
    assert mean[-1] == pytest.approx(values[-400:].mean())
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == values.max()


def test_maps_share_their_colors() -> None:
    flat, bent = made_up.sphere(), made_up.sphere(bias=0.3)
    bent.values[2, 2] = np.nan
    figure = plot_results([result(flat), result(bent)], labels=["a", "b"])
    first, second, bar = axes_of(figure)
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["a", "b"]
    assert (first.get_ylabel(), second.get_xlabel()) == ("cos θ", "φ / °")
    for axes, quantity in ((first, flat), (second, bent)):
        (mesh,) = axes.collections
        np.testing.assert_array_equal(np.ma.filled(mesh.get_array(), np.nan), quantity.values)
        assert mesh.get_clim() == (np.nanmin(bent.values), np.nanmax(bent.values))
        assert mesh.get_cmap().name == "viridis"
    assert bar.get_ylabel() == "density\n(dashed: by symmetry)"
    assert list(second.get_xticks()) == [-90, 0, 90, 180, 270, 360, 450]


def test_numbers_stand_beside_their_dots() -> None:
    figure = plot_results([result(made_up.number(2.953, 0.021)), result(made_up.number(3, np.nan))], labels=["a", "b"])
    (axes,) = axes_of(figure)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert [text.get_text() for text in axes.texts] == ["2.953 ± 0.021", "3.000 ± –"]
    assert axes.figure.get_supxlabel() == "⟨|μ|⟩ / D"


def test_panels_fill_two_columns() -> None:
    everything = (made_up.curve(), made_up.sphere(), made_up.series(), made_up.coefficients(), made_up.number(3))
    figure = plot_results([result(*everything)])
    assert [len([part for part in side.subfigs if part.axes]) for side in figure.subfigs] == [3, 2]


def test_a_run_without_a_quantity_keeps_the_colors_of_others() -> None:
    (axes,) = axes_of(plot_results([result(), result(made_up.curve())]))
    assert axes.lines[0].get_color() == VERMILION


def test_twenty_runs_look_different() -> None:
    assert len({(look(index).color, str(look(index).dashes)) for index in range(20)}) == 20


def test_unknown_and_constant_values_are_drawn() -> None:
    unknown = made_up.curve()
    unknown.values[:] = unknown.errors[:] = np.nan
    flat = replace(made_up.curve(), name="flat", values=np.zeros(80), errors=np.full(80, np.nan))
    nowhere = replace(made_up.sphere(), values=np.full((10, 20), np.nan), expected=None)
    number = made_up.number(np.nan, np.nan)
    figure_bytes(plot_results([result(unknown, flat, nowhere, number)]), "svg")
    figure_bytes(plot_results([result(made_up.sphere())]), "svg")


def test_names_are_no_formulas() -> None:
    names = ["bare $x_1$", "_hidden", "icosahedral"]
    content = figure_bytes(plot_results([result(made_up.curve())] * 3, labels=names), "svg")
    assert set(names) <= texts(content)


def test_many_runs_with_long_names_fit() -> None:
    names = [f"{number}-{'very' * 20}-long" for number in range(6)]
    everything = (made_up.curve(), made_up.sphere(), made_up.series(), made_up.number(3, label="label " * 30))
    content = figure_bytes(plot_results([result(*everything)] * 6, labels=names), "svg")
    assert {"5-veryveryveryver…veryveryvery-long", "5-veryvery…yvery-long"} <= texts(content)


@pytest.mark.parametrize("name", ["bare", "path-integral-random", "liquid-averaged-over-48-rotations-2"])
def test_long_labels_and_names_are_within_the_figure(name: str) -> None:
    label = "frame torque, rms, over the root of the number of molecules"
    everything = (made_up.curve(), made_up.coefficients(), made_up.series(), made_up.sphere())
    longest = [replace(quantity, label=label, unit="meV/rad") for quantity in everything]
    numbers = [made_up.number(value, 1e-3 * value, label=label, unit="meV/rad") for value in (0.0375, 152.05, 1.23e-5)]
    for quantity in (*longest, *numbers):
        figure = plot_results([result(quantity)] * 3, labels=[name] * 3)
        FigureCanvasAgg(figure)
        panels = axes_of(figure)
        ticks = {text for axes in panels for axis in (axes.xaxis, axes.yaxis) for text in axis.get_ticklabels()}
        names = [text for axes in panels for text in tick_labels(axes.yaxis)]
        for box in boxes([*names, *(text for text in figure.findobj(Text) if text not in ticks)]):
            assert figure.bbox.padded(1).count_contains(box.corners()) == 4, quantity.name
        for axes in panels:
            along = boxes(tick_labels(axes.xaxis))
            assert all(one.x1 < other.x0 for one, other in pairwise(along)), quantity.name


def test_no_line_of_a_label_ends_within_the_unit() -> None:
    label = axis_label(made_up.number(1, label="energy per molecule in the lab frame", unit="meV per molecule"), 25)
    assert label == "energy per molecule in\nthe lab frame\n/ meV per molecule"


def test_panels_say_how_to_read_them() -> None:
    everything = (made_up.curve(), made_up.coefficients(), made_up.series(), made_up.series(5000), made_up.sphere())
    named = [replace(quantity, name=str(index)) for index, quantity in enumerate(everything)]
    readings = [panel.reading for panel in quantity_panels([result(*named, made_up.number(3))])]
    assert readings == [
        "Bands: 68 % intervals.",
        "Bars: 68 % intervals. Dashed: by symmetry.",
        "Lines: single frames.",
        "Lines: means over short intervals of time; bands: lowest to highest value in each.",
        "Median errors: ±0.030.",
        "Bars: 68 % intervals.",
    ]


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "SVG"])
def test_same_results_give_the_same_file(ending: str, tmp_path: Path) -> None:
    results = [result(made_up.curve(), made_up.sphere())]
    for name in ("one", "two"):
        plot_results(results, path=tmp_path / f"{name}.{ending}")
    content = (tmp_path / f"one.{ending}").read_bytes()
    assert content == (tmp_path / f"two.{ending}").read_bytes()
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
    assert content.startswith(starts[ending.lower()])
    if ending == "svg":
        ElementTree.fromstring(content)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_result_plots_itself(tmp_path: Path) -> None:
    figure = result(made_up.curve()).plot(tmp_path / "curve.png")
    assert isinstance(figure, Figure)
    assert (tmp_path / "curve.png").exists()


def test_matplotlib_is_left_as_it_was() -> None:
    def settings() -> dict[str, object]:
        # The backend is chosen when one asks for it.
        return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}

    before = settings()
    figure_bytes(plot_results([result(made_up.curve())]), "svg")
    assert settings() == before


def test_another_ending_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"`path`: .*\.svg, \.png or \.pdf, got `.*\.gif`"):
        plot_results([], path=tmp_path / "curve.gif")


def test_nothing_to_draw() -> None:
    for results in ([], [result()]):
        with pytest.raises(ConfigurationError, match=r"`results`: .*quantity.*got none"):
            plot_results(results)


def test_other_units_have_another_panel() -> None:
    panels = quantity_panels([result(made_up.curve()), result(made_up.curve(unit="nm")), result(made_up.curve())])
    assert [[trace.label for trace in panel.traces] for panel in panels] == [["run 1", "run 3"], ["run 2"]]


def test_results_that_do_not_belong_together() -> None:
    with pytest.raises(ConfigurationError, match="got those of msd, rdf"):
        plot_results([result(made_up.curve()), Result("msd", (made_up.curve(),))])
    with pytest.raises(ConfigurationError, match=r"`labels`: .*1.*got 2"):
        plot_results([result(made_up.curve())], labels=["a", "b"])
