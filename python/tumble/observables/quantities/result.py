"""What an observable gives: named quantities with errors, units and metadata, the same form for all.

A quantity is a number, a curve or a map: `values` has one dimension for each of its axes. Beside the mean and its error
it carries independent samples of itself (`blocks`), from which two runs can be compared with all correlations between
points of a curve taken into account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tumble.errors import TrajectoryError
from tumble.files import write_atomically
from tumble.json_text import json_text
from tumble.observables.quantities import stored
from tumble.statistics.blocking import (
    Blocks,
    bootstrap,
    choose_blocks,
    jackknife_values,
)
from tumble.statistics.cells import Cells
from tumble.types import Array


@dataclass(frozen=True)
class Axis:
    """What a curve or map is a function of.

    Attributes:
        label: As in a figure, such as `r`.
        unit: Such as `Å`; `1` for a pure number.
        values: Increasing, [K].
    """

    label: str
    unit: str
    values: Array


@dataclass(frozen=True)
class Quantity:
    """A number, a curve or a map.

    Attributes:
        name: Unique in the result, such as `g_OO`.
        label: As in a figure, such as `g(r), O–O`.
        unit: Of the values; `1` for a pure number.
        axes: None for a number, one for a curve, two for a map.
        values: One dimension for each axis.
        errors: Half-widths of intervals of 68 %, of the shape of `values`; NaN where nothing is known.
        blocks: Independent samples, [B,...], the mean of which is `values` to first order; None if there are none.
        resolved: Whether blocks are longer than the correlation time; if not, `errors` are lower bounds.
        correlation_time: Integrated autocorrelation time, ps (or frames, if the time between frames isn't known); NaN
            if it isn't known.
        block_time: Length of a block, in the same unit.
        expected: What an exactly invariant model gives for this system whatever else is true of it, if that is known,
            of the shape of `values`.
        diagnostic: Whether this is a property of the model or the run, that a symmetrized model changes by design, and
            not an observable.
    """

    name: str
    label: str
    unit: str
    axes: tuple[Axis, ...]
    values: Array
    errors: Array
    blocks: Array | None = None
    resolved: bool = True
    correlation_time: float = float("nan")
    block_time: float = float("nan")
    expected: Array | None = None
    diagnostic: bool = False

    def __post_init__(self) -> None:
        """Check the shapes."""
        shape = tuple(len(axis.values) for axis in self.axes)
        if self.values.shape != shape or self.errors.shape != shape:
            raise TrajectoryError(
                f"`{self.name}`: expected values and errors of shape {shape}, got {self.values.shape} and "
                f"{self.errors.shape}"
            )


@dataclass(frozen=True)
class Result:
    """What one observable gives for one run.

    Attributes:
        observable: Name, such as `rdf`.
        quantities: In the order in which they should be shown.
        metadata: How it was made: numbers of frames, beads, molecules, ranges, files; for JSON.
        notes: What a reader must know to trust it, in sentences.
    """

    observable: str
    quantities: tuple[Quantity, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that names are unique."""
        names = [quantity.name for quantity in self.quantities]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise TrajectoryError(f"`quantities`: expected different names, got twice {', '.join(twice)}")

    def __getitem__(self, name: str) -> Quantity:
        """Return the quantity of this name.

        Raises:
            KeyError: If there is none.
        """
        for quantity in self.quantities:
            if quantity.name == name:
                return quantity
        raise KeyError(f"`{self.observable}` has no `{name}`, but {', '.join(each.name for each in self.quantities)}")

    def to_dict(self) -> dict[str, Any]:
        """Return everything, for JSON; NaN becomes null."""
        return {
            "observable": self.observable,
            "metadata": dict(self.metadata),
            "notes": list(self.notes),
            "quantities": [_quantity_to_dict(quantity) for quantity in self.quantities],
        }

    def to_json(self, path: str | Path | None = None) -> str:
        """Return everything as JSON, with units.

        Args:
            path: Where to write it as well.

        Raises:
            OSError: If it can't be written; what was there is then left.
        """
        text = json_text({"format": "tumble-result-1"} | self.to_dict())
        if path is not None:
            write_atomically(Path(path), text.encode())
        return text.rstrip("\n")

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Result:
        """Return the inverse of `to_dict`.

        Raises:
            TrajectoryError: If something else is in there.
        """
        try:
            quantities = tuple(_quantity_from_dict(each) for each in stored.listed(data, "quantities"))
            observable, metadata = stored.text(data, "observable"), stored.mapping(data, "metadata")
            return Result(observable, quantities, metadata, stored.texts(data, "notes"))
        except TrajectoryError as error:
            raise TrajectoryError(f"`data`: expected a result of an analysis, got {error}") from error

    def plot(self, path: str | Path | None = None) -> Any:
        """Return a figure with one panel for each quantity.

        Args:
            path: Where to write it: .png, .svg or .pdf.

        Returns:
            The `matplotlib.figure.Figure`.

        Raises:
            TrajectoryError: If there is nothing to draw.
        """
        # The one import that points up, when it is called: users expect a result to plot itself.
        from tumble.figures.plot import plot_results

        return plot_results([self], path=path)


def averaged(
    name: str,
    cells: Cells,
    *,
    label: str,
    unit: str,
    axes: tuple[Axis, ...] = (),
    frame_time: float = 1.0,
    blocks: int | None = None,
    expected: Any = None,
    diagnostic: bool = False,
    scale: Any = 1.0,
) -> Quantity:
    """Return a quantity that is a mean over frames.

    Args:
        name: See `Quantity`, as for `label`, `unit`, `axes`, `expected` and `diagnostic`.
        cells: Sums of its samples.
        label: See `Quantity`.
        unit: See `Quantity`.
        axes: See `Quantity`.
        frame_time: Time between two frames, ps.
        blocks: Number of blocks; chosen if not given.
        expected: See `Quantity`.
        diagnostic: See `Quantity`.
        scale: The quantity is the mean times this, a number or an array that fits.

    Raises:
        TrajectoryError: If there are too few frames.
    """
    found = choose_blocks(cells, blocks)
    return Quantity(
        name=name,
        label=label,
        unit=unit,
        axes=axes,
        values=np.asarray(found.mean * scale),
        errors=np.asarray(found.error * np.abs(scale)),
        blocks=found.samples * scale,
        **times_of(found, frame_time),
        expected=expected_of(expected, found.mean.shape),
        diagnostic=diagnostic,
    )


def derived(
    name: str,
    cells: Cells,
    function: Callable[[Array], Any],
    *,
    label: str,
    unit: str,
    axes: tuple[Axis, ...] = (),
    frame_time: float = 1.0,
    blocks: int | None = None,
    expected: Any = None,
    diagnostic: bool = False,
    repetitions: int = 400,
) -> Quantity:
    """Return a quantity that is a function of means over frames; its error is from bootstrap over blocks.

    Args:
        name: As for `averaged`, as all others but these:
        cells: Sums of the samples that `function` takes the means of.
        function: Takes the means, of the shape of a sample, and gives the values.
        label: See `averaged`.
        unit: See `averaged`.
        axes: See `averaged`.
        frame_time: See `averaged`.
        blocks: See `averaged`.
        expected: See `averaged`.
        diagnostic: See `averaged`.
        repetitions: Number of draws.

    Raises:
        TrajectoryError: If there are too few frames.
    """
    found = choose_blocks(cells, blocks)

    def evaluate(mean: Array) -> Array:
        return np.asarray(function(mean), dtype=np.float64)

    values, errors = bootstrap(found, evaluate, repetitions=repetitions)
    return Quantity(
        name=name,
        label=label,
        unit=unit,
        axes=axes,
        values=values,
        errors=errors,
        blocks=jackknife_values(found, evaluate),
        **times_of(found, frame_time),
        expected=expected_of(expected, values.shape),
        diagnostic=diagnostic,
    )


def expected_of(expected: Any, shape: tuple[int, ...]) -> Array | None:
    """What is expected of a quantity of this shape, from a number or an array that fits."""
    return None if expected is None else np.broadcast_to(np.float64(expected), shape)


def times_of(blocks: Blocks, frame_time: float) -> dict[str, Any]:
    """What a quantity says of the blocks that it is made from, with `frame_time` (ps) between two frames."""
    return {
        "resolved": blocks.resolved,
        "correlation_time": blocks.correlation_time * frame_time,
        "block_time": blocks.length * frame_time,
    }


def _quantity_to_dict(quantity: Quantity) -> dict[str, Any]:
    return {
        "name": quantity.name,
        "label": quantity.label,
        "unit": quantity.unit,
        "axes": [{"label": axis.label, "unit": axis.unit, "values": axis.values.tolist()} for axis in quantity.axes],
        "values": _numbers(quantity.values),
        "errors": _numbers(quantity.errors),
        "blocks": None if quantity.blocks is None else _numbers(quantity.blocks),
        "resolved": quantity.resolved,
        "correlation_time": _numbers(np.asarray(quantity.correlation_time)),
        "block_time": _numbers(np.asarray(quantity.block_time)),
        "expected": None if quantity.expected is None else _numbers(quantity.expected),
        "diagnostic": quantity.diagnostic,
    }


def _quantity_from_dict(data: Mapping[str, Any]) -> Quantity:
    axes = tuple(
        Axis(stored.text(axis, "label"), stored.text(axis, "unit"), stored.array(axis, "values", (-1,)))
        for axis in stored.listed(data, "axes")
    )
    shape = tuple(len(axis.values) for axis in axes)
    return Quantity(
        name=stored.text(data, "name"),
        label=stored.text(data, "label"),
        unit=stored.text(data, "unit"),
        axes=axes,
        values=stored.array(data, "values", shape),
        errors=stored.array(data, "errors", shape),
        blocks=None if data.get("blocks") is None else stored.array(data, "blocks", (-1, *shape)),
        resolved=stored.flag(data, "resolved"),
        correlation_time=float(stored.array(data, "correlation_time", ())),
        block_time=float(stored.array(data, "block_time", ())),
        expected=None if data.get("expected") is None else stored.array(data, "expected", shape),
        diagnostic=stored.flag(data, "diagnostic"),
    )


def _numbers(values: Array) -> Any:
    """Return nested lists, NaN and infinities as None, which JSON has."""
    objects = np.asarray(values, dtype=np.float64).astype(object)
    objects[~np.isfinite(values)] = None
    return objects.tolist()
