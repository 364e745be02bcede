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

#: Largest rms of a difference, relative to the scale of a part: the rms of its features, or a fraction of that of the
#: whole layer if this is larger. Features that vanish by the symmetry of a crystal are rounding alone.
TOLERANCES = {"float32": 1e-3, "float64": 1e-6}
_FRACTIONS = {"float32": 1e-2, "float64": 1e-4}


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
    dtype = potential.metadata.dtype
    _, plain = record(potential, layers, graph)
    scales = _scales(layers, plain, _FRACTIONS[dtype])

    def differences(determinant: int) -> dict[Part, float]:
        _, turned = record(potential, layers, graph, determinant * rotation)
        return {
            part: _difference(part, plain[part], turned[part], rotation, determinant) / scales[part]
            for part in layers.parts
        }

    proper = differences(+1)
    for part, difference in proper.items():
        if difference > TOLERANCES[dtype]:
            raise ModelFileError(
                f"layer `{part.layer}`: expected features that turn as `{part.channels}x{part.irrep}` of e3nn, got a "
                f"difference of {difference:.2g} (rms, relative) after a rotation; look for wrong irreps or layout"
            )
    with_parity = potential.metadata.symmetry_kind != "rotations"
    for part, difference in differences(-1).items() if with_parity else ():
        if difference > TOLERANCES[dtype]:
            raise ModelFileError(
                f"layer `{part.layer}`: expected features with the parity of `{part.irrep}`, got a difference of "
                f"{difference:.2g} (rms, relative) after an inversion; look for a wrong parity"
            )
    return {name: max(proper[part] for part in layers.of(name)) for name in layers.names}, with_parity


def _scales(layers: Layers, plain: Mapping[Part, Recorded], fraction: float) -> dict[Part, float]:
    """Return what the differences of each part are relative to; 1 in a layer without features."""
    own = {part: rms(plain[part].features) for part in layers.parts}
    scales = {}
    for part in layers.parts:
        whole = np.sqrt(np.mean([own[other] ** 2 for other in layers.of(part.layer)]))
        scales[part] = max(own[part], fraction * float(whole)) or 1.0
    return scales


def _difference(part: Part, plain: Recorded, turned: Recorded, rotation: Float, determinant: int) -> float:
    """Return the rms of f(+-R v) - (+-1)^p D(R) f(v)."""
    (matrix,) = wigner(rotation[None], degree_of(part.irrep))  # e3nn's own has the digits of single precision
    sign = -1 if determinant < 0 and part.irrep.endswith("o") else 1
    return rms(turned.features - sign * np.einsum("mn,icn->icm", matrix, plain.features))
