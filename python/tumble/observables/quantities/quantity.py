"""A quantity: a number, curve or map with its errors, units and independent samples, and its form in JSON.

`values` has one dimension for each axis. In addition to the mean and its error, a quantity carries independent samples
of itself (`blocks`). From these, two runs are compared with all correlations between the points of a curve taken into
account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.observables.quantities import stored
from tumble.types import Array


@dataclass(frozen=True)
class Axis:
    """The independent variable of a curve or map.

    Attributes:
        label: Label in figures, such as `r`.
        unit: Unit such as `Å`; `1` for a pure number.
        values: Values in increasing order, [K].
    """

    label: str
    unit: str
    values: Array


@dataclass(frozen=True, repr=False)
class Quantity:
    """A number, a curve or a map.

    Attributes:
        name: Name, unique in the result, such as `g_OO`.
        label: Label in figures, such as `g(r), O–O`.
        unit: Unit of the values; `1` for a pure number.
        axes: Empty for a number, one axis for a curve, two for a map.
        values: Array with one dimension for each axis.
        errors: Half-widths of 68 % intervals, of the shape of `values`; NaN where unknown.
        blocks: Independent samples, [B,...], whose mean is `values` to first order; None if there are none.
        resolved: Whether blocks are longer than the correlation time; if not, `errors` are lower bounds.
        correlation_time: Integrated autocorrelation time, ps (or frames, if the time between frames is unknown); NaN if
            unknown.
        block_time: Length of a block, in the same unit.
        expected: Value that every exactly invariant model gives for this system, if symmetry alone determines it; of
            the shape of `values`.
        diagnostic: Whether this is a property of the model or the run, which symmetrizing changes by design, rather
            than an observable.
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
            raise ConfigurationError(
                f"`{self.name}`: expected values and errors of shape {shape}, got {self.values.shape} and "
                f"{self.errors.shape}"
            )

    def __repr__(self) -> str:
        """Return the name and a summary, since arrays would fill pages of a notebook."""
        # At the call: these texts are of quantities.
        from tumble.observables.quantities.summary_text import summaries

        return summaries([self])[0]

    @property
    def all_units(self) -> tuple[str, ...]:
        """Units of the values and of each axis."""
        return (self.unit, *(axis.unit for axis in self.axes))


def quantity_to_dict(quantity: Quantity) -> dict[str, Any]:
    """Return all of a quantity for JSON, with null for NaN and infinities."""
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


def quantity_from_dict(data: Mapping[str, Any]) -> Quantity:
    """Return the quantity that `quantity_to_dict` gave.

    Raises:
        TrajectoryError: If a value is missing or of another kind.
    """
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
        blocks=_stored_blocks(data, shape),
        resolved=stored.flag(data, "resolved"),
        correlation_time=float(stored.array(data, "correlation_time", ())),
        block_time=float(stored.array(data, "block_time", ())),
        expected=None if data.get("expected") is None else stored.array(data, "expected", shape),
        diagnostic=stored.flag(data, "diagnostic"),
    )


def _stored_blocks(data: Mapping[str, Any], shape: tuple[int, ...]) -> Array | None:
    if data.get("blocks") is None:
        return None
    blocks = stored.array(data, "blocks", (-1, *shape))
    if len(blocks) == 0:
        raise TrajectoryError("`blocks` without a block")
    return blocks


def _numbers(values: Array) -> Any:
    """Return nested lists with None for NaN and infinities, which JSON lacks."""
    objects = np.asarray(values, dtype=np.float64).astype(object)
    objects[~np.isfinite(values)] = None
    return objects.tolist()
