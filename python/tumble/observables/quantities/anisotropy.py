"""The anisotropy of symmetric tensors, such as those of kinetic energy and gyration.

    a = T / (tr T / 3) - 1

It vanishes if no direction of space is preferred. Its five independent components are

    sqrt(2) a_xy,  sqrt(2) a_yz,  (2 a_zz - a_xx - a_yy) / sqrt(6),  sqrt(2) a_xz,  (a_xx - a_yy) / sqrt(2)

for m = -2 ... 2, in the order of the spherical harmonics of l = 2. The sum of their squares equals that of all nine
elements of a, in any coordinate frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tumble.observables.quantities.estimates import derived
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.statistics.cells import Cells
from tumble.types import Array

#: Elements of a symmetric tensor, in the order of i-PI: xx, yy, zz, xy, xz, yz.
ELEMENTS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))

_AXIS = Axis("m", "1", np.arange(-2.0, 3.0))


def anisotropy(tensor: Array) -> Array:
    """Return the five components [...,5] of the tensors [...,6], whose elements are in the order of `ELEMENTS`."""
    tensor = np.asarray(tensor)
    return np.asarray(traceless(tensor) * (3 / tensor[..., :3].sum(axis=-1))[..., None])


def traceless(tensor: Array) -> Array:
    """Return the five components [...,5] of tensors [...,6] without division by a third of their trace."""
    tensor = np.asarray(tensor)
    xx, yy, zz, xy, xz, yz = (tensor[..., element] for element in range(len(ELEMENTS)))
    root = np.sqrt(2)
    found = np.empty((*tensor.shape[:-1], 5))
    for m, component in enumerate((root * xy, root * yz, (2 * zz - xx - yy) / np.sqrt(6), root * xz, (xx - yy) / root)):
        found[..., m] = component
    return found


def elements_of(tensors: Array) -> Array:
    """Return the five components [...,5] of symmetric tensors [...,3,3], without division by the trace."""
    rows, columns = zip(*ELEMENTS, strict=True)
    return traceless(tensors[..., rows, columns])


def anisotropy_of_mean(
    name: str, cells: Cells, *, label: str, frame_time: float, blocks: int | None, expected: float | None
) -> Quantity:
    """Return the anisotropy of the mean of a tensor.

    Args:
        name: See `Quantity`.
        cells: Sums of the tensor, [C,6].
        label: See `Quantity`.
        frame_time: Time between two frames, ps.
        blocks: Number of blocks; chosen automatically if None.
        expected: See `Quantity`.
    """
    return derived(
        name,
        cells,
        anisotropy,
        label=label,
        unit="1",
        axes=(_AXIS,),
        frame_time=frame_time,
        blocks=blocks,
        expected=expected,
    )


def allows_isotropy(dimensions: Any) -> bool:
    """Return whether the box (edges in Å and angles in degrees) is cubic or None, which allows isotropy."""
    if dimensions is None:
        return True
    return bool(np.allclose(dimensions, [dimensions[0]] * 3 + [90.0] * 3, rtol=1e-5))
