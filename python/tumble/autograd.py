"""Energies and derivatives of a network in plain Python, independent of the core.

An export computes its reference values here, so that loading the file compares two implementations.
Conventions and signs are those of the core (csrc/tumble/evaluation/evaluation.h):

    E = sum_n energy_n + baseline    g_e = dE/dv_e    f_i += g_e, f_j -= g_e    W_ab = -sum_e v_e,a g_e,b

Everything except the network is computed in double precision on the CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tumble import _core
from tumble.errors import ExportError

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Derivatives:
    """Results for one structure.

    Attributes:
        energy: eV.
        forces: eV/Å, [N, 3].
        virial: W_ab in eV, [3, 3].
    """

    energy: float
    forces: Float
    virial: Float


@dataclass(frozen=True)
class Inputs:
    """Arguments of `forward`; the edge vectors require gradients."""

    edge_vectors: torch.Tensor
    edge_index: torch.Tensor
    reverse: torch.Tensor
    species: torch.Tensor


def inputs(graph: _core.Graph, dtype: torch.dtype, rotation: Float | None = None) -> Inputs:
    """Return the tensors of a graph.

    Args:
        graph: One or more structures.
        dtype: Type of the edge vectors.
        rotation: Orthogonal matrix R [3, 3]; the network sees R v. It is applied in double precision.
    """
    vectors = graph.vectors if rotation is None else graph.vectors @ rotation.T
    return Inputs(
        torch.tensor(vectors, dtype=dtype).requires_grad_(),
        torch.tensor(graph.edge_index),
        torch.tensor(graph.reverse),
        torch.tensor(graph.species),
    )


def forward(model: torch.nn.Module, arguments: Inputs, outputs: Sequence[str] = ("energy",)) -> torch.Tensor:
    """Return the atomic energies of a network [N], eV, without the baseline, and check all outputs.

    Raises:
        ExportError: If the network fails, or its outputs differ from the declaration or aren't finite.
    """
    try:
        results = model(arguments.edge_vectors, arguments.edge_index, arguments.reverse, arguments.species)
    except Exception as error:  # whatever a user's network raises
        raise ExportError(
            "`model`: expected `forward(edge_vectors, edge_index, reverse, species)` to run on "
            f"{_size(arguments)}, got {_reason(error)}"
        ) from error
    if not isinstance(results, dict):
        raise ExportError(f"`model`: expected a dict of tensors, got {type(results).__name__}")
    for name in outputs:
        _check_output(name, results, arguments)
    energy: torch.Tensor = results["energy"]
    return energy


def derivatives(
    model: torch.nn.Module,
    graph: _core.Graph,
    dtype: torch.dtype,
    baseline: Float,
    *,
    outputs: Sequence[str] = ("energy",),
    rotation: Float | None = None,
) -> Derivatives:
    """Return the energy, forces and virial of one structure.

    Args:
        model: Network on the CPU in evaluation mode.
        graph: Exactly one structure.
        dtype: Type of the network.
        baseline: eV per species.
        outputs: Names of the declared outputs.
        rotation: Orthogonal matrix R [3, 3]; the network sees R v, and the results are rotated back.

    Raises:
        ExportError: If the network fails, or outputs or gradients are missing, have a wrong shape or aren't finite.
    """
    gradient = np.zeros_like(graph.vectors)
    with _core.DefaultTorchModes():
        arguments = inputs(graph, dtype, rotation)
        energy = forward(model, arguments, outputs).double().sum()
        if len(gradient) > 0:
            gradient = _gradient(energy, arguments.edge_vectors)
    if not np.isfinite(gradient).all():
        raise ExportError("`model`: expected finite gradients on the edge vectors, got NaN or infinity")
    if rotation is not None:
        gradient = gradient @ rotation  # E(R v): dE/dv = R^T g

    forces = np.zeros((len(graph.species), 3))
    np.add.at(forces, graph.edge_index[0], gradient)
    np.subtract.at(forces, graph.edge_index[1], gradient)
    total = energy.item() + float(baseline[graph.species].sum())
    return Derivatives(total, forces, -graph.vectors.T @ gradient)


def edge_gradient(energy: torch.Tensor, edge_vectors: torch.Tensor) -> torch.Tensor | None:
    """Return dE/dv, eV/Å, [E, 3]; None if the energy isn't connected to the edge vectors.

    Args:
        energy: One number, eV.
        edge_vectors: Those of `inputs`, Å, [E, 3].
    """
    if not energy.requires_grad:
        return None
    (gradient,) = torch.autograd.grad(energy, edge_vectors, allow_unused=True)
    return gradient


def _gradient(energy: torch.Tensor, edge_vectors: torch.Tensor) -> Float:
    """Return dE/dv, eV/Å, [E, 3]; refuse a network without this gradient, as the core does."""
    gradient = edge_gradient(energy, edge_vectors)
    if gradient is None:
        raise ExportError(
            "`model`: expected an `energy` that is a differentiable function of `edge_vectors`, got one that isn't "
            "connected to them, so all forces would be zero; look for `detach`, `no_grad` or constants in `forward`"
        )
    return np.asarray(gradient.double().numpy())


def _check_output(name: str, results: dict[str, Any], arguments: Inputs) -> None:
    n_atoms = arguments.species.shape[0]
    if name not in results:
        raise ExportError(f"`model`: expected an output `{name}`, got {', '.join(map(str, results)) or 'none'}")
    value = results[name]
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        raise ExportError(f"`model`: expected a floating-point tensor `{name}`, got {_describe(value)}")
    shape, width = tuple(value.shape), 1 if name == "energy" else _core.width_of_output(name)
    known = {0: (n_atoms, *shape[1:]), 1: (n_atoms,)}.get(width, (n_atoms, width))
    if shape != known:
        expected = f"[{n_atoms}, ...]" if width == 0 else list(known)
        raise ExportError(f"`model`: expected `{name}` of shape {expected}, got {list(shape)}")
    if not torch.isfinite(value).all():
        raise ExportError(f"`model`: expected finite `{name}`, got NaN or infinity on {_size(arguments)}")


def _reason(error: Exception) -> str:
    """Return the type and text of an exception, without the traceback that TorchScript puts into the text."""
    text = str(error).strip()
    if "TorchScript interpreter" in text:
        return text.splitlines()[-1].removeprefix("builtins.")
    return f"{type(error).__name__}: {text}"


def _describe(value: object) -> str:
    return str(value.dtype) if isinstance(value, torch.Tensor) else type(value).__name__


def _size(arguments: Inputs) -> str:
    return f"{arguments.species.shape[0]} atoms and {arguments.edge_vectors.shape[0]} edges"
