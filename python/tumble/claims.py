"""Tests of the claims that a model file makes about its network, run when the file is written.

No single energy reveals a wrong claim: a cutoff that is too short makes forces jump, a depth that is too small makes
the halo of a parallel run too thin, and a broken symmetry goes unnoticed if the file claims an exact one. A network
sees geometry through edge vectors alone, so each test changes them or differentiates with respect to them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from ase import Atoms

from tumble import _core
from tumble.autograd import edge_gradient, forward, inputs
from tumble.errors import ExportError
from tumble.metadata import SymmetryErrors, SymmetryKind
from tumble.structures import to_graph
from tumble.symmetry import judge

# Errors in eV per atom and eV/Å that rounding explains, as in the core's check of the references.
_ROUNDING = {torch.float32: (1e-5, 5e-4), torch.float64: (1e-10, 1e-9)}
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
    """Check that an atomic energy depends on no edge beyond the claimed depth, nor on edges of centers at its end.

    The atom is the first of a chain, in which only nearest neighbors have edges.

    Args:
        network: Network on the CPU in evaluation mode.
        dtype: Type of the network.
        species: Chemical symbols; the chain alternates between them.
        cutoff: Å.
        depth: Claimed number of hops that an atomic energy sees.

    Raises:
        ExportError: If it does. The second also happens if messages are summed over the edges of a neighbor.
    """
    length = depth + 3
    bend = np.random.default_rng(0).uniform(-0.05, 0.05, (length, 3))
    chain = Atoms(
        [species[i % len(species)] for i in range(length)],
        positions=cutoff * (np.outer(np.arange(length), [_SPACING, 0.0, 0.0]) + bend),
    )
    graph = to_graph([chain], species, cutoff)
    arguments = inputs(graph, dtype)
    gradient = edge_gradient(forward(network, arguments)[0], arguments.edge_vectors)
    if gradient is None:
        return
    sizes = gradient.abs().amax(dim=1)
    if not sizes.any():
        return
    ends = torch.from_numpy(graph.edge_index)[:, sizes > 1e-9 * sizes.max()]  # in hops from the first atom
    beyond = ends.max().item()
    if beyond > depth:
        raise ExportError(
            f"`depth`: expected a network whose atomic energies see at most {depth} hops, got one that sees "
            f"{beyond if beyond < length - 1 else f'{beyond} or more'}; give the number of its message-passing layers"
        )
    center = ends[0].max().item()
    if center >= depth:
        raise ExportError(
            f"`depth`: expected a network whose atomic energies see edges of centers less than {depth} hops away, got "
            f"one that sees those of a center {center} hops away; `edge_index[0]` is the center: sum messages there, "
            "not at the neighbor, or give one more layer"
        )


def check_symmetry(
    network: torch.nn.Module,
    graphs: Sequence[_core.Graph],
    dtype: torch.dtype,
    kind: SymmetryKind,
    chiral: _core.Graph | None = None,
) -> None:
    """Check that rounding explains the symmetry errors of a network that is claimed to have none.

    Args:
        network: Network on the CPU in evaluation mode.
        graphs: Graphs of one structure each.
        dtype: Type of the network.
        kind: Claimed invariance.
        chiral: Graph of a structure without mirror planes; see `tumble.symmetry.measure`.

    Raises:
        ExportError: If a symmetry error is larger.
    """
    if kind == "approximate":
        return
    for found in judge(network, graphs, dtype, chiral):
        if found.kind != "exact" and found.kind != kind:
            rotations, inversion = found.errors.rotations, found.errors.inversion
            raise ExportError(
                f"`symmetry.kind`: expected `{found.kind}`, got `{kind}` for a network with an error of "
                f"{_in_words(rotations)} under proper rotations and {_in_words(inversion)} under inversion, where "
                f"rounding explains {_in_words(found.rounding)}; leave `symmetry` out to have the error measured"
            )


def _in_words(errors: SymmetryErrors) -> str:
    return f"{errors['energy_error']:.2g} eV/atom and {errors['force_error']:.2g} eV/Å"


def _gradient_at(network: torch.nn.Module, graph: _core.Graph, dtype: torch.dtype, edge: int, length: float) -> float:
    """Return the largest gradient, eV/Å, on an edge and its reverse when both are stretched to a length in Å."""
    arguments = inputs(graph, dtype)
    pair = [edge, int(graph.reverse[edge])]
    with torch.no_grad():
        stretched = torch.tensor(graph.vectors[pair] * (length / np.linalg.norm(graph.vectors[edge])), dtype=dtype)
        arguments.edge_vectors[pair] = stretched
    gradient = edge_gradient(forward(network, arguments).sum(), arguments.edge_vectors)
    return 0.0 if gradient is None else float(gradient[pair].norm(dim=1).max())
