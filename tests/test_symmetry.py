"""The symmetry error of a model whose error is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from ase import Atoms
from support.systems import systems
from support.toys import EdgeHarmonic, MorsePair

from tumble.errors import ConfigurationError
from tumble.structures import to_graph
from tumble.symmetry import measure

SPECIES = ["O", "H"]


def graphs(*frames: Atoms):
    return [to_graph([atoms], SPECIES, 4.0) for atoms in frames]


@pytest.mark.parametrize(("degree", "order"), [(2, 1), (4, -3)])
def test_dimer(degree, order):
    """E = 0.3 s(r) Y_lm(u) for O-H, with <Y^2> = 1 and <|grad Y|^2> = l (l + 1) / r^2 over the sphere."""
    r, cutoff = 1.3, 4.0
    x = 1 - (r / cutoff) ** 2
    s, slope = x**4, -8 * x**3 * r / cutoff**2
    result = measure(
        EdgeHarmonic(degree, order).double(),
        graphs(Atoms("OH", [[0, 0, 0], [r, 0, 0]])),
        torch.float64,
        names=["dimer"],
        rotations=1000,
    )
    energy = 0.3 * s / 2
    force = 0.3 * np.sqrt((slope**2 + degree * (degree + 1) * s**2 / r**2) / 3)
    assert result["energy_error"] == pytest.approx(energy, rel=0.06)  # 1000 samples
    assert result["force_error"] == pytest.approx(force, rel=0.06)
    assert result["kind"] == "approximate"
    assert result["how"] == (
        "rms deviation from the mean over 1000 random rotations, proper and improper, seed 0, in float64, "
        "of 1 structure: dimer (2 atoms)"
    )


def test_invariant_model_has_none():
    names, frames = list(systems()), systems().values()
    result = measure(MorsePair().double(), graphs(*frames), torch.float64, names=names, rotations=3)
    assert result["energy_error"] < 1e-13
    assert result["force_error"] < 1e-12
    assert "of 7 structures: molecule (3 atoms), isolated (4 atoms), liquid (96 atoms)" in result["how"]


def test_wrong_arguments():
    with pytest.raises(ConfigurationError, match=r"`rotations`: .* 2, got 1"):
        measure(MorsePair(), graphs(Atoms("O")), torch.float32, names=["atom"], rotations=1)
    with pytest.raises(ConfigurationError, match=r"`graphs`: .*structure, got none"):
        measure(MorsePair(), [], torch.float32, names=[])
