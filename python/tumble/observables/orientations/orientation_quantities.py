"""Quantities derived from the density and the coefficients of an orientation; see `orientation`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tumble.observables.orientations.isotropy import Isotropy
from tumble.observables.orientations.sphere_map import free_energy
from tumble.observables.quantities.quantity import Axis, Quantity

_LABELS = {"bisector": "bisector", "OH": "O–H", "normal": "normal"}
_CENTROID = "_centroid"


def label_of(name: str) -> str:
    """Return the label of an axis in figures."""
    axis = name.removesuffix(_CENTROID)
    return f"{_LABELS.get(axis, axis)}{', centroid' if name.endswith(_CENTROID) else ''}"


def axis_of(quantity: Quantity) -> str:
    """Return the name of the axis that a quantity belongs to, such as `OH_centroid` of `a_OH_centroid`."""
    return quantity.name.partition("_")[2]


def free_energy_of(name: str, density: Quantity) -> Quantity:
    """Return the free energy of each direction, without samples (`blocks`): the coefficients are compared instead."""
    values, errors = free_energy(density.values, density.errors)
    return replace(
        density,
        name=f"free_energy_{name}",
        label=f"−ln g, {label_of(name)}",
        unit="kT",
        values=values,
        errors=errors,
        blocks=None,
        expected=None if density.expected is None else np.zeros_like(values),
    )


def power_of(name: str, coefficients: Quantity, found: Isotropy) -> Quantity:
    """Return the power of each degree.

    It has no samples (`blocks`): near zero their distribution would be far from Gaussian, so runs are compared by the
    coefficients.
    """
    return replace(
        coefficients,
        name=f"power_{name}",
        label=f"variance of g, {label_of(name)}",
        axes=(Axis("l", "1", found.degrees.astype(np.float64)),),
        values=found.powers,
        errors=found.power_errors,
        blocks=None,
        expected=None if coefficients.expected is None else np.zeros(len(found.degrees)),
    )


def bias_of(name: str, coefficients: Quantity, found: Isotropy) -> Quantity:
    """Return the root mean square of the free energy over the sphere, without samples like `power_of`."""
    return replace(
        coefficients,
        name=f"bias_{name}",
        label=f"rms of −ln g, {label_of(name)}",
        unit="kT",
        axes=(),
        values=np.array(found.bias),
        errors=np.array(found.bias_error),
        blocks=None,
        expected=np.array(0.0),
    )
