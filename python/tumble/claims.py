"""Tests of the claims that a model file makes about its network, run when the file is written.

No single energy reveals a wrong claim: a cutoff that is too short makes forces jump, a depth that is too small makes
the halo of a parallel run too thin, and a broken symmetry goes unnoticed if the file claims an exact one. A network
sees geometry through edge vectors alone, so each test changes them or differentiates with respect to them.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import numpy as np
import torch
from ase import Atoms
from numpy.typing import NDArray

from tumble import _core
from tumble.autograd import derivatives, forward, inputs
from tumble.errors import ExportError
from tumble.structures import to_graph
from tumble.symmetry import measure

# Errors in eV per atom and eV/Å that rounding explains, as in the core's check of the references.
_ROUNDING = {torch.float32: (1e-5, 5e-4), torch.float64: (1e-10, 1e-9)}
_ROTATIONS = 6
# A network counts as exact up to this multiple of the measured rounding, since other rotations round differently, or up
# to this share of its gradients, since a network converted to double keeps the errors of single-precision constants.
_MARGIN, _CONSTANTS = 10.0, 1e-6
_DEFORMATION = 3e-6  # relative size of the deformations that measure rounding
# Distances to the cutoff, as shares of it, between which a smooth derivative falls by much more than `_FALL`.
_FAR, _NEAR, _FALL = 1e-3, 1e-5, 0.1
_SPACING = 0.6  # of atoms in a chain, in cutoffs: only nearest neighbors have an edge


def check_attributes(network: torch.nn.Module, cutoff: float) -> None:
    """Compare the claimed cutoff with that of the network itself, if it has the attribute `cutoff`.

    Args:
        network: Network.
        cutoff: Claimed cutoff, Å.

    Raises:
        ExportError: If they differ.
    """
    own = getattr(network, "cutoff", None)
    if isinstance(own, int | float) and not math.isclose(own, cutoff, rel_tol=1e-9):
        raise ExportError(f"`cutoff`: expected that of the network, {own:g}, got {cutoff:g}")


def check_cutoff(network: torch.nn.Module, graph: _core.Graph, dtype: torch.dtype, cutoff: float) -> None:
    """Check that gradients vanish on edges that are stretched to the cutoff.

    One edge and its reverse are stretched for each pair of species.

    Args:
        network: Network on the CPU in evaluation mode.
        graph: Graph of one structure, with edges.
        dtype: Type of the network.
        cutoff: Claimed cutoff, Å.

    Raises:
        ExportError: If the energy isn't smooth at the cutoff.
    """
    pairs = graph.species[graph.edge_index]
    for edge in np.unique(pairs, axis=1, return_index=True)[1]:
        far, near = (_gradient_at(network, graph, dtype, int(edge), cutoff * (1.0 - share)) for share in (_FAR, _NEAR))
        if near > max(_FALL * far, _ROUNDING[dtype][1]):
            raise ExportError(
                f"`cutoff`: expected a network whose forces vanish at {cutoff:g} Å, got {near:.2g} eV/Å on an edge of "
                f"{1.0 - _NEAR:g} times that length; give the network's own cutoff, and make it smooth there"
            )


def check_depth(
    network: torch.nn.Module, dtype: torch.dtype, species: Sequence[str], cutoff: float, depth: int
) -> None:
    """Check that an atomic energy depends on no edge beyond the claimed depth.

    The atom is the first of a chain, in which only nearest neighbors have edges.

    Args:
        network: Network on the CPU in evaluation mode.
        dtype: Type of the network.
        species: Chemical symbols; the chain alternates between them.
        cutoff: Å.
        depth: Claimed number of hops that an atomic energy sees.

    Raises:
        ExportError: If it sees more.
    """
    length = depth + 3
    bend = np.random.default_rng(0).uniform(-0.05, 0.05, (length, 3))
    chain = Atoms(
        [species[i % len(species)] for i in range(length)],
        positions=cutoff * (np.outer(np.arange(length), [_SPACING, 0.0, 0.0]) + bend),
    )
    graph = to_graph([chain], species, cutoff)
    arguments = inputs(graph, dtype)
    energy = forward(network, arguments)[0]
    if not energy.requires_grad:
        return
    (gradient,) = torch.autograd.grad(energy, arguments.edge_vectors, allow_unused=True)
    if gradient is None:
        return
    sizes = gradient.abs().amax(dim=1)
    hops = torch.from_numpy(graph.edge_index).amax(dim=0)  # hops to the farther atom of each edge
    beyond = hops[sizes > 1e-9 * sizes.max()].max().item() if sizes.max() > 0 else 0
    if beyond > depth:
        raise ExportError(
            f"`depth`: expected a network whose atomic energies see at most {depth} hops, got one that sees "
            f"{beyond if beyond < length - 1 else f'{beyond} or more'}; give the number of its message-passing layers"
        )


def check_exactness(
    network: torch.nn.Module, graphs: Sequence[_core.Graph], dtype: torch.dtype, names: Sequence[str]
) -> None:
    """Check that rounding explains the symmetry error of a network that is claimed to have none.

    The rounding is measured on the network itself. Everything is evaluated in double precision if the network can be
    converted to it.

    Args:
        network: Network on the CPU in evaluation mode.
        graphs: Graphs of one structure each.
        dtype: Type of the network.
        names: Names of the structures.

    Raises:
        ExportError: If the symmetry error is larger.
    """
    network, dtype = _in_double(network, graphs[0], dtype)
    found = measure(network, graphs, dtype, names=names, rotations=_ROTATIONS)
    rounding, size = _rounding(network, graphs, dtype), _size(network, graphs, dtype)
    errors = (found["energy_error"] or 0.0, found["force_error"] or 0.0)
    allowed = [max(_MARGIN * noise, _CONSTANTS * scale) for noise, scale in zip(rounding, size, strict=True)]
    if any(error > most for error, most in zip(errors, allowed, strict=True)):
        raise ExportError(
            f"`symmetry.kind`: expected `approximate`, got `exact` for a network with an error of {errors[0]:.2g} "
            f"eV/atom and {errors[1]:.2g} eV/Å under {_ROTATIONS} rotations, where rounding explains {allowed[0]:.2g} "
            f"and {allowed[1]:.2g}; leave `symmetry` out to have the error measured"
        )


def _in_double(network: torch.nn.Module, graph: _core.Graph, dtype: torch.dtype) -> tuple[torch.nn.Module, torch.dtype]:
    """Return the network in double precision, or unchanged if its precision is fixed."""
    if dtype == torch.float64 or isinstance(network, torch.jit.ScriptModule):  # a scripted network can't be copied
        return network, dtype
    double = copy.deepcopy(network).double()
    try:
        derivatives(double, graph, torch.float64, np.zeros(int(graph.species.max()) + 1))
    except ExportError:
        return network, dtype
    return double, torch.float64


def _size(network: torch.nn.Module, graphs: Sequence[_core.Graph], dtype: torch.dtype) -> tuple[float, float]:
    """Return the scales of rounding errors: rms over atoms of sum_e |v_e| |g_e|, eV, and of sum_e |g_e|, eV/Å.

    The sums are over the edges of the atom. Unlike forces, they can't vanish by the symmetry of a structure.
    """
    energies, forces = [], []
    for graph in graphs:
        sizes = np.linalg.norm(_edge_gradients(network, graph, dtype), axis=1)
        lengths, centers = np.linalg.norm(graph.vectors, axis=1), graph.edge_index[0]
        energies.append(np.bincount(centers, lengths * sizes, minlength=len(graph.species)))
        forces.append(np.bincount(centers, sizes, minlength=len(graph.species)))
    return _rms(np.concatenate(energies)), _rms(np.concatenate(forces))


def _rms(values: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _rounding(network: torch.nn.Module, graphs: Sequence[_core.Graph], dtype: torch.dtype) -> tuple[float, float]:
    """Return the rms rounding errors: of the energy, eV per atom, and of force components, eV/Å.

    They are measured by second differences, f(x + d) + f(x - d) - 2 f(x), for deformations d of a few parts in a
    million. Independent errors of the three terms add up to sqrt(1 + 1 + 4) = sqrt(6) times the error of one; the
    second difference of a smooth function itself is only 1e-11.
    """
    draw = np.random.default_rng(0)
    energies, forces = [], []
    for graph in graphs:
        baseline = np.zeros(int(graph.species.max()) + 1)
        for _ in range(_ROTATIONS):
            d = _DEFORMATION * draw.standard_normal((3, 3))
            plus, minus, here = (
                derivatives(network, graph, dtype, baseline, rotation=np.eye(3) + sign * d) for sign in (1, -1, 0)
            )
            energies.append((plus.energy + minus.energy - 2.0 * here.energy) / len(graph.species))
            forces.append(np.ravel(plus.forces + minus.forces - 2.0 * here.forces))
    return _rms(np.array(energies)) / math.sqrt(6.0), _rms(np.concatenate(forces)) / math.sqrt(6.0)


def _edge_gradients(network: torch.nn.Module, graph: _core.Graph, dtype: torch.dtype) -> NDArray[np.float64]:
    """Return dE/dv_e [E, 3], eV/Å."""
    with _core.DefaultTorchModes():
        arguments = inputs(graph, dtype)
        energy = forward(network, arguments).sum()
        if not energy.requires_grad or len(graph.vectors) == 0:
            return np.zeros_like(graph.vectors)
        (gradient,) = torch.autograd.grad(energy, arguments.edge_vectors, allow_unused=True)
    return np.zeros_like(graph.vectors) if gradient is None else np.asarray(gradient.double().numpy())


def _gradient_at(network: torch.nn.Module, graph: _core.Graph, dtype: torch.dtype, edge: int, length: float) -> float:
    """Return the largest gradient, eV/Å, on an edge and its reverse when both are stretched to a length in Å."""
    arguments = inputs(graph, dtype)
    pair = [edge, int(graph.reverse[edge])]
    with torch.no_grad():
        stretched = torch.tensor(graph.vectors[pair] * (length / np.linalg.norm(graph.vectors[edge])), dtype=dtype)
        arguments.edge_vectors[pair] = stretched
    energy = forward(network, arguments).sum()
    if not energy.requires_grad:
        return 0.0
    (gradient,) = torch.autograd.grad(energy, arguments.edge_vectors, allow_unused=True)
    return 0.0 if gradient is None else float(gradient[pair].norm(dim=1).max())
