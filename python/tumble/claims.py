"""What a model file claims about its network, put to the test when it is written.

A wrong claim shows in no single energy: a cutoff that is too short makes forces jump, a depth that is too small makes
the halo of a parallel run too thin, and a broken symmetry goes unnoticed where it is said to be exact. A network sees
geometry through edge vectors alone, so each test changes or watches these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from ase import Atoms

from tumble import _core
from tumble.autograd import derivatives, forward, inputs
from tumble.errors import ExportError
from tumble.structures import to_graph
from tumble.symmetry import measure

# Errors in eV per atom and eV/Å that rounding explains, as in the core's check of the references.
_ROUNDING = {torch.float32: (1e-5, 5e-4), torch.float64: (1e-10, 1e-9)}
_ROTATIONS = 4
# Distances to the cutoff, as shares of it, between which a smooth derivative falls by much more than `_FALL`.
_FAR, _NEAR, _FALL = 1e-3, 1e-5, 0.1
_SPACING = 0.6  # of the atoms in a chain, in cutoffs: only next neighbours have an edge


def check_attributes(network: torch.nn.Module, cutoff: float) -> None:
    """Compare with what the network says of itself, where it does.

    Args:
        network: May have the attribute `cutoff`, Å.
        cutoff: Claim, Å.

    Raises:
        ExportError: If they differ.
    """
    own = getattr(network, "cutoff", None)
    if isinstance(own, int | float) and not math.isclose(own, cutoff, rel_tol=1e-9):
        raise ExportError(f"`cutoff`: expected that of the network, {own:g}, got {cutoff:g}")


def check_cutoff(network: torch.nn.Module, graph: _core.Graph, dtype: torch.dtype, cutoff: float) -> None:
    """Stretch single edges of a structure to the cutoff, where their gradients have to vanish.

    One pair of edges, there and back, is tried for each pair of species.

    Args:
        network: On the CPU in evaluation mode.
        graph: One structure with edges.
        dtype: Of the network.
        cutoff: Å.

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
    """See that the first atom of a chain, with edges between neighbours only, knows nothing beyond its depth.

    Args:
        network: On the CPU in evaluation mode.
        dtype: Of the network.
        species: Chemical symbols; the chain alternates between them.
        cutoff: Å.
        depth: Hops that an atomic energy may see.

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
    hops = torch.from_numpy(graph.edge_index).amax(dim=0)  # an edge leads as far as the further one of its atoms
    beyond = hops[sizes > 1e-9 * sizes.max()].max().item() if sizes.max() > 0 else 0
    if beyond > depth:
        raise ExportError(
            f"`depth`: expected a network whose atomic energies see at most {depth} hops, got one that sees "
            f"{beyond if beyond < length - 1 else f'{beyond} or more'}; give the number of its message-passing layers"
        )


def check_exactness(
    network: torch.nn.Module, graphs: Sequence[_core.Graph], dtype: torch.dtype, names: Sequence[str]
) -> None:
    """Measure the symmetry error of a network that is claimed to have none.

    Args:
        network: On the CPU in evaluation mode.
        graphs: One structure each.
        dtype: Of the network.
        names: Of the structures.

    Raises:
        ExportError: If it is larger than rounding explains.
    """
    found = measure(network, graphs, dtype, names=names, rotations=_ROTATIONS)
    scale = 1.0
    for graph in graphs:
        baseline = np.zeros(int(graph.species.max()) + 1)
        scale = max(scale, float(np.abs(derivatives(network, graph, dtype, baseline).forces).max()))
    energy, force = found["energy_error"] or 0.0, found["force_error"] or 0.0
    if energy > _ROUNDING[dtype][0] * scale or force > _ROUNDING[dtype][1] * scale:
        raise ExportError(
            f"`symmetry.kind`: expected `approximate`, got `exact` for a network with an error of {energy:.2g} eV/atom "
            f"and {force:.2g} eV/Å under {_ROTATIONS} random rotations; `tumble.symmetry.measure` gives the figures"
        )


def _gradient_at(network: torch.nn.Module, graph: _core.Graph, dtype: torch.dtype, edge: int, length: float) -> float:
    """Largest gradient, eV/Å, on an edge and its reverse when both have a length in Å."""
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
