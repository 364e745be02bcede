"""Quantities as lines of text: a number with its error, a curve or map with its size and typical error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tumble.observables.quantities.axis_text import components_of
from tumble.observables.quantities.number_text import number, with_error
from tumble.observables.quantities.quantity import Axis, Quantity


def summaries(quantities: Sequence[Quantity]) -> list[str]:
    """Return a line for each quantity, such as `n_OO  5.07 ± 0.11`, in aligned columns."""
    return aligned([[quantity.name, *_cells(quantity)] for quantity in quantities])


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines in which the columns are aligned."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cells(quantity: Quantity) -> list[str]:
    unit = "" if quantity.unit == "1" else f" {quantity.unit}"
    if not quantity.axes:
        value = with_error(float(quantity.values), float(quantity.errors))
        bound = not quantity.resolved and bool(np.isfinite(quantity.errors))
        return [f"{value}{unit}", "(error is a lower bound)" if bound else ""]
    shape = " × ".join(f"{len(axis.values)} {_kind(axis)}" for axis in quantity.axes)
    # Empty bins have no error and don't count.
    known = quantity.errors[quantity.errors > 0]
    typical = f"±{number(float(np.median(known)), 2)}{unit}" if known.size > 0 else "a series"
    return [f"{shape}, {typical}", "" if quantity.resolved else "(errors are lower bounds)"]


def _kind(axis: Axis) -> str:
    """Return the name of the values of an axis, such as `r` or `components`."""
    return "components" if components_of(axis) else axis.label
