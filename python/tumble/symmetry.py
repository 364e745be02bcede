"""Deviation of a network from O(3) invariance, measured with random rotations.

For structure s and rotation k let E_sk and F_sk be energy and forces, turned back to the lab frame, and let a bar
denote the mean over the rotations. The errors are

    energy_error = sqrt(mean_sk ((E_sk - Ebar_s) / N_s)^2)    force_error = sqrt(mean_skn,a (F_sk - Fbar_s)^2)

with Bessel's factor n / (n - 1) for n rotations, so that their squares estimate the variance over all
rotations without bias. Rotations are uniform over O(3): each is proper or improper with equal chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from tumble import _core
from tumble.autograd import derivatives
from tumble.errors import ConfigurationError
from tumble.metadata import Symmetry
from tumble.rotations import random_rotations


def measure(
    model: torch.nn.Module,
    graphs: Sequence[_core.Graph],
    dtype: torch.dtype,
    *,
    names: Sequence[str],
    rotations: int = 16,
    seed: int = 0,
) -> Symmetry:
    """Measure the symmetry error.

    Args:
        model: Network on the CPU in evaluation mode.
        graphs: Graphs of one structure each.
        dtype: Type of the network.
        names: Names of the structures, to describe how the error was measured.
        rotations: Number of rotations of each structure.
        seed: Seed of the rotations.

    Raises:
        ConfigurationError: If there are fewer than two rotations or no structures, or the seed is negative.
        ExportError: If the network fails.
    """
    if rotations < 2:
        raise ConfigurationError(f"`rotations`: expected at least 2, got {rotations}")
    if seed < 0:
        raise ConfigurationError(f"`seed`: expected an integer from 0, got {seed}")
    if not graphs:
        raise ConfigurationError("`graphs`: expected at least one structure, got none")
    matrices = random_rotations(rotations, seed)
    bessel = rotations / (rotations - 1)
    energy_squares: list[float] = []
    force_squares: list[NDArray[np.float64]] = []
    for graph in graphs:
        # The baseline doesn't depend on the rotation; leaving it out preserves digits.
        baseline = np.zeros(int(graph.species.max()) + 1)
        turned = [derivatives(model, graph, dtype, baseline, rotation=matrix) for matrix in matrices]
        energies = np.array([result.energy for result in turned]) / len(graph.species)
        forces = np.array([result.forces for result in turned])
        energy_squares.append(bessel * float(np.var(energies)))
        force_squares.append(bessel * np.var(forces, axis=0).ravel())
    return Symmetry(
        group="O(3)",
        kind="approximate",
        energy_error=float(np.sqrt(np.mean(energy_squares))),
        force_error=float(np.sqrt(np.mean(np.concatenate(force_squares)))),
        how=f"rms deviation from the mean over {rotations} random rotations, proper and improper, seed {seed}, "
        f"in {str(dtype).removeprefix('torch.')}, of {_described(graphs, names)}",
    )


def _described(graphs: Sequence[_core.Graph], names: Sequence[str]) -> str:
    listed = (f"{name} ({len(graph.species)} atoms)" for name, graph in zip(names, graphs, strict=True))
    return f"{len(graphs)} structure{'' if len(graphs) == 1 else 's'}: {', '.join(listed)}"
