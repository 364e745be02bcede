"""Rounding of a network: the largest differences of energies and forces that it explains, measured on the network.

What is compared with it are evaluations that would agree in exact arithmetic, such as those of a turned structure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from tumble import _core
from tumble.accuracy import rms
from tumble.autograd import derivatives, edge_gradient, forward, inputs
from tumble.errors import ExportError
from tumble.metadata import SymmetryErrors
from tumble.torchscript import independent

# Rounding explains up to this multiple of what is measured, since other evaluations round differently, or up to this
# share of the network's gradients, since a network converted to double keeps the errors of single-precision constants.
_MARGIN, _CONSTANTS = 10.0, 1e-6
_CLEARLY = 100.0  # times the first estimate of the limit for forces: further ones can't change the verdict
_DEFORMATIONS = 6
_DEFORMATION = 3e-6  # relative size of the deformations that measure rounding


def explained(
    network: torch.nn.Module, graphs: Sequence[_core.Graph], dtype: torch.dtype, found: Sequence[SymmetryErrors]
) -> SymmetryErrors:
    """Return the largest rms errors that rounding explains.

    They are measured as far as the errors that were found need it: the limits may be too small if these are within
    them anyway, and rough if these are far beyond.

    Args:
        network: Network on the CPU in evaluation mode.
        graphs: Graphs of one structure each.
        dtype: Type of the network.
        found: Errors of the network on these graphs that are to be compared with the limits.

    Raises:
        ExportError: If the network fails.
    """
    energy, force = (_CONSTANTS * size for size in _scale(network, graphs, dtype))
    limits = SymmetryErrors(energy_error=energy, force_error=force)
    beyond = [each["force_error"] for each in found if not within(each, limits)]
    if not beyond:
        return limits
    for energy_noise, force_noise in _noise(network, graphs, dtype):
        limits = SymmetryErrors(
            energy_error=max(_MARGIN * energy_noise, energy), force_error=max(_MARGIN * force_noise, force)
        )
        if min(beyond) > _CLEARLY * limits["force_error"]:
            break
    return limits


def within(errors: SymmetryErrors, limits: SymmetryErrors) -> bool:
    """Return whether errors of energies and forces are both within limits."""
    return errors["energy_error"] <= limits["energy_error"] and errors["force_error"] <= limits["force_error"]


def in_double(network: torch.nn.Module, graph: _core.Graph, dtype: torch.dtype) -> tuple[torch.nn.Module, torch.dtype]:
    """Return a copy of the network in double precision and its type, or both unchanged if its precision is fixed.

    Args:
        network: Network on the CPU in evaluation mode, which isn't changed.
        graph: Graph of one structure, on which the copy is tried.
        dtype: Type of the network.
    """
    if dtype == torch.float64:
        return network, dtype
    double = independent(network).double()
    try:
        derivatives(double, graph, torch.float64, np.zeros(int(graph.species.max()) + 1))
    except ExportError:
        return network, dtype
    return double, torch.float64


def _scale(network: torch.nn.Module, graphs: Sequence[_core.Graph], dtype: torch.dtype) -> tuple[float, float]:
    """Return the scales of rounding errors: rms over atoms of sum_e |v_e| |g_e|, eV, and of sum_e |g_e|, eV/Å.

    The sums are over the edges of the atom. Unlike forces, they can't vanish by the symmetry of a structure.
    """
    energies, forces = [], []
    for graph in graphs:
        sizes = np.linalg.norm(_edge_gradients(network, graph, dtype), axis=1)
        lengths, centers = np.linalg.norm(graph.vectors, axis=1), graph.edge_index[0]
        energies.append(np.bincount(centers, lengths * sizes, minlength=len(graph.species)))
        forces.append(np.bincount(centers, sizes, minlength=len(graph.species)))
    return rms(np.concatenate(energies)), rms(np.concatenate(forces))


def _noise(
    network: torch.nn.Module, graphs: Sequence[_core.Graph], dtype: torch.dtype
) -> Iterator[tuple[float, float]]:
    """Yield the rms rounding errors, each time of one more deformation: eV per atom, and eV/Å of force components.

    They are measured by second differences, f(x + d) + f(x - d) - 2 f(x), for deformations d of a few parts in a
    million. Independent errors of the three terms add up to sqrt(1 + 1 + 4) = sqrt(6) times the error of one; the
    second difference of a smooth function itself is only 1e-11.
    """
    draw = np.random.default_rng(0)
    energies, forces = [], []
    baselines = [np.zeros(int(graph.species.max()) + 1) for graph in graphs]
    unchanged = [derivatives(network, graph, dtype, zero) for graph, zero in zip(graphs, baselines, strict=True)]
    for _ in range(_DEFORMATIONS):
        for graph, baseline, here in zip(graphs, baselines, unchanged, strict=True):
            d = _DEFORMATION * draw.standard_normal((3, 3))
            plus, minus = (derivatives(network, graph, dtype, baseline, rotation=np.eye(3) + s * d) for s in (1, -1))
            energies.append((plus.energy + minus.energy - 2.0 * here.energy) / len(graph.species))
            forces.append(np.ravel(plus.forces + minus.forces - 2.0 * here.forces))
        yield rms(np.array(energies)) / math.sqrt(6.0), rms(np.concatenate(forces)) / math.sqrt(6.0)


def _edge_gradients(network: torch.nn.Module, graph: _core.Graph, dtype: torch.dtype) -> NDArray[np.float64]:
    """Return dE/dv_e [E, 3], eV/Å."""
    if len(graph.vectors) == 0:
        return np.zeros_like(graph.vectors)
    with _core.DefaultTorchModes():
        arguments = inputs(graph, dtype)
        gradient = edge_gradient(forward(network, arguments).sum(), arguments.edge_vectors)
    return np.zeros_like(graph.vectors) if gradient is None else np.asarray(gradient.double().numpy())
