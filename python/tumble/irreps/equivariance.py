"""A check that features turn as their marks declare.

For a rotation R of the edge vectors v, features of an irrep of degree l and parity p have to be f(R v) = D^l(R) f(v)
and f(-R v) = p D^l(R) f(v), with the Wigner matrices of real spherical harmonics in the order of e3nn. Otherwise
blocks, or the order in them, aren't as declared, and no number for an l would mean anything.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tumble import _core
from tumble.accuracy import rms
from tumble.errors import ModelFileError
from tumble.irreps.layers import Layers, Part
from tumble.irreps.marks import degree_of
from tumble.irreps.observers import Recorded, record
from tumble.probe.spectrum import wigner
from tumble.rotations import random_proper_rotations

Float = NDArray[np.float64]

#: Largest rms of the difference, relative to the rms of the part and to that of the whole layer.
TOLERANCES = {"float32": (1e-3, 1e-5), "float64": (1e-6, 1e-10)}


def check_equivariance(
    potential: _core.Potential, layers: Layers, graph: _core.Graph, seed: int
) -> tuple[dict[str, float], bool]:
    """Check the features of all layers with a random rotation, proper and improper.

    Parities of a model that is exact under proper rotations alone mean nothing, and aren't checked.

    Args:
        potential: The model.
        layers: Its layers.
        graph: A few structures.
        seed: Of the rotation.

    Returns:
        The largest relative rms of a difference in each layer, and whether parities were checked.

    Raises:
        ModelFileError: If features turn in another way; the message names the layer and the irrep.
        EvaluationError: If the model fails.
    """
    (rotation,) = random_proper_rotations(1, seed)
    tolerance = TOLERANCES[potential.metadata.dtype]
    _, plain = record(potential, layers, graph)
    proper = _differences(layers, plain, record(potential, layers, graph, rotation)[1], rotation, +1)
    for part, (difference, allowed) in _judged(layers, proper, plain, tolerance).items():
        if difference > allowed:
            raise ModelFileError(
                f"layer `{part.layer}`: expected features that turn as `{part.channels}x{part.irrep}` of e3nn, got a "
                f"difference of {difference:.2g} (rms, relative) after a rotation; look for wrong irreps or layout"
            )
    with_parity = potential.metadata.symmetry_kind != "rotations"
    if with_parity:
        improper = _differences(layers, plain, record(potential, layers, graph, -rotation)[1], rotation, -1)
        for part, (difference, allowed) in _judged(layers, improper, plain, tolerance).items():
            if difference > allowed:
                raise ModelFileError(
                    f"layer `{part.layer}`: expected features with the parity of `{part.irrep}`, got a difference of "
                    f"{difference:.2g} (rms, relative) after an inversion; look for a wrong parity"
                )
    worst = {
        name: max(_relative(proper[part], rms(plain[part].features)) for part in layers.of(name))
        for name in layers.names
    }
    return worst, with_parity


def _differences(
    layers: Layers, plain: Mapping[Part, Recorded], turned: Mapping[Part, Recorded], rotation: Float, determinant: int
) -> dict[Part, float]:
    """Return the rms of f(+-R v) - (+-1)^p D(R) f(v) for each part."""
    found = {}
    for part in layers.parts:
        (matrix,) = wigner(rotation[None], degree_of(part.irrep))  # e3nn's own has the digits of single precision
        sign = -1 if determinant < 0 and part.irrep.endswith("o") else 1
        expected = sign * np.einsum("mn,icn->icm", matrix, plain[part].features)
        found[part] = rms(turned[part].features - expected)
    return found


def _judged(
    layers: Layers, differences: Mapping[Part, float], plain: Mapping[Part, Recorded], tolerance: tuple[float, float]
) -> dict[Part, tuple[float, float]]:
    """Return the difference and the largest allowed one of each part, relative to the rms of its features."""
    judged = {}
    for part, difference in differences.items():
        own = rms(plain[part].features)
        whole = np.sqrt(np.mean([rms(plain[other].features) ** 2 for other in layers.of(part.layer)]))
        allowed = max(tolerance[0] * own, tolerance[1] * float(whole))
        judged[part] = _relative(difference, own), _relative(allowed, own)
    return judged


def _relative(value: float, scale: float) -> float:
    """Return the ratio, or the value itself for a scale of zero."""
    return value / scale if scale > 0.0 else value
