"""The section on the symmetry error of the model for several sets of rotations, from `tumble probe --json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from tumble.errors import TrajectoryError
from tumble.figure_style import BLUE, STYLE, VERMILION
from tumble.figures.panel import WIDTH
from tumble.observables.quantities import stored
from tumble.observables.quantities.number_text import number
from tumble.report.downloads import csv_download
from tumble.report.images import Image, figure_image
from tumble.report.tables import Row, Table

_MILLI = 1e3
_FLOOR = 1e-9  # eV/Å; smaller values are rounding, and zero can't be drawn on a logarithmic axis
_HEAD = (
    "Rotations",
    "Evaluations",
    "Exact to degree",
    "Energy / (meV/atom)",
    "Forces / (meV/Å)",
    "Frame torque / (meV/rad)",
)


@dataclass(frozen=True)
class Probed:
    """The results of a probe.

    Attributes:
        text: The model, the structures and the reference.
        image: Figure of the errors of sets of rotations.
        table: Table of the errors.
    """

    text: str
    image: Image
    table: Table


def probed_section(probe: Mapping[str, Any]) -> Probed:
    """Return the section on the results of a probe.

    Args:
        probe: The JSON that `tumble probe --json` wrote.

    Raises:
        TrajectoryError: If a value is missing or of another kind, or there are no sets.
    """
    try:
        sets = [_checked(each) for key in ("sets", "random") for each in stored.listed(probe, key)]
        model, frames = stored.text(probe, "model"), stored.text(probe, "frames")
        structures = f"{stored.known(probe, 'structures'):g}"
        reference = stored.text(stored.mapping(probe, "reference"), "name")
        if not sets:
            raise TrajectoryError("no sets of rotations")
    except TrajectoryError as error:
        raise TrajectoryError(f"`probe`: expected the output of `tumble probe --json`, got {error}") from error
    sets.sort(key=lambda each: each["evaluations"])
    table = [_numbers(each) for each in sets]
    text = f"Model {model} on {structures} structures of {frames}, against {reference}."
    rows = [Row(each["name"], [_text(value) for value in line[1:]]) for each, line in zip(sets, table, strict=True)]
    alt = f"Dots: error of the forces for each set of rotations. {'; '.join(map(_words, sets))}."
    return Probed(
        text=text,
        image=figure_image(_draw(sets), alt, "Error of the forces", "Bars: standard errors over structures."),
        table=Table(
            "Errors, root mean square over structures",
            _HEAD,
            rows,
            download=csv_download("rotation-sets", _HEAD, table),
        ),
    )


def _checked(each: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the errors of a set after checking that the values that the report uses exist and have the right type."""
    stored.text(each, "name")
    stored.flag(each, "inversion")
    for key in ("evaluations", "degree"):
        stored.known(each, key)
    for key in ("energy_per_atom", "forces"):
        stored.known(stored.mapping(each, key), "rms")
    if each.get("torque", ...) is not None:  # null where a calculator has none
        stored.known(stored.mapping(each, "torque"), "rms")
    stored.number(each["forces"], "rms_error")
    return each


def _numbers(each: Mapping[str, Any]) -> list[object]:
    quantities = [each[key] for key in ("energy_per_atom", "forces", "torque")]
    milli = [None if quantity is None else _MILLI * quantity["rms"] for quantity in quantities]
    return [each["name"], each["evaluations"], each["degree"], *milli]


def _text(value: object) -> str:
    if value is None:
        return "–"
    return number(value, 3) if isinstance(value, float) else str(value)


def _words(each: Mapping[str, Any]) -> str:
    return f"{each['name']} {number(_MILLI * each['forces']['rms'], 2)} meV/Å"


def _draw(sets: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw one line for each set, with the fewest evaluations at the top."""
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 1.0 + 0.22 * len(sets)), layout="constrained")
        axes = figure.subplots()
        for row, each in enumerate(sets):
            color, marker = (VERMILION, "s") if each["inversion"] else (BLUE, "o")
            value, error = each["forces"]["rms"], each["forces"]["rms_error"] or 0.0
            axes.errorbar(
                _MILLI * max(value, _FLOOR), row, xerr=_MILLI * min(error, 0.9 * value), color=color, marker=marker
            )
        axes.set_yticks(
            range(len(sets)), [f"{each['name']} ({each['evaluations']})" for each in sets], fontsize="small"
        )
        axes.set(
            xscale="log",
            ylim=(len(sets) - 0.5, -0.5),
            xlabel="forces, rms error / (meV/Å)",
            ylabel="rotations (evaluations)",
        )
        axes.xaxis.set_major_formatter("{x:g}")
    return figure
