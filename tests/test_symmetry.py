"""The symmetry errors of models whose errors are known in closed form, and the kinds that follow from them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from ase import Atoms
from support.systems import systems
from support.toys import EdgeHarmonic, Handed, MorsePair, TwoHop
from torch import Tensor

from tumble.autograd import derivatives
from tumble.errors import ConfigurationError
from tumble.structures import to_graph
from tumble.symmetry import chiral_cluster, judge, measure
from tumble.torchscript import torchscript_warnings_silenced

SPECIES = ["O", "H"]


def graphs(*frames: Atoms):
    return [to_graph([atoms], SPECIES, 4.0) for atoms in frames]


@pytest.mark.parametrize(("degree", "order"), [(1, 0), (2, 1), (4, -3)])
def test_dimer(degree, order):
    """E = w s(r) Y_lm(u) for O-H, with <Y^2> = 1 and <|grad Y|^2> = l (l + 1) / r^2 over the sphere.

    The weight w = -0.4 + 0.7 (-1)^l has the terms of both edges.
    """
    r, cutoff = 1.3, 4.0
    x = 1 - (r / cutoff) ** 2
    s, slope = x**4, -8 * x**3 * r / cutoff**2
    result = measure(
        EdgeHarmonic(degree, order).double(),
        graphs(Atoms("OH", [[0, 0, 0], [r, 0, 0]])),
        torch.float64,
        names=["dimer"],
        rotations=500,
    )
    weight = 0.3 if degree % 2 == 0 else 1.1
    energy = weight * s / 2
    force = weight * np.sqrt((slope**2 + degree * (degree + 1) * s**2 / r**2) / 3)
    assert result["energy_error"] == pytest.approx(energy, rel=0.08)  # 500 samples
    assert result["force_error"] == pytest.approx(force, rel=0.08)
    # The harmonics of even degree are even under inversion. Odd ones cancel in the mean of a structure and its inverse.
    parts = (result["under_rotations"], result["under_inversion"])
    expected = [(energy, force), (0.0, 0.0) if degree % 2 == 0 else (energy, force)]
    for part, values in zip(parts, expected, strict=True):
        assert (part["energy_error"], part["force_error"]) == pytest.approx(values, rel=0.08, abs=1e-13)
    assert result["kind"] == "approximate"
    assert result["how"] == (
        "rms deviation from the mean over 500 random rotations and their improper partners, seed 0, in float64, "
        "of 1 structure: dimer (2 atoms)"
    )


def odd_part(graph):
    """E_odd in eV and its forces in eV/Å, by one inversion: half of the difference."""
    model, baseline = Handed().double(), np.zeros(2)
    here, there = (derivatives(model, graph, torch.float64, baseline, rotation=s * np.eye(3)) for s in (1, -1))
    return 0.5 * (here.energy - there.energy), 0.5 * (here.forces - there.forces)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_parity(dtype):
    """E(R x) is that of x for all proper rotations: errors are the odd parts, which one inversion gives."""
    both = graphs(systems()["liquid"], systems()["isolated"])
    result = measure(Handed().to(dtype), both, dtype, names=["liquid", "isolated"], rotations=3)
    (energies, forces), noise = zip(*map(odd_part, both), strict=True), 1e-13 if dtype == torch.float64 else 1e-5
    energy = np.sqrt(np.mean((np.array(energies) / [96, 4]) ** 2))
    force = np.sqrt(np.mean(np.concatenate([each.ravel() for each in forces]) ** 2))
    assert energy > 1e-4
    assert force > 1e-2
    for part in (result, result["under_inversion"]):
        assert part["energy_error"] == pytest.approx(energy, abs=noise)
        assert part["force_error"] == pytest.approx(force, abs=100 * noise)
    assert result["under_rotations"]["energy_error"] < noise
    assert result["under_rotations"]["force_error"] < 100 * noise
    assert result["kind"] == "rotations"


def test_mirror_planes_hide_a_broken_parity():
    """A molecule of water is its own mirror image, turned: only the chiral cluster shows the pseudoscalar."""
    water, chiral = graphs(systems()["molecule"]), chiral_cluster(SPECIES, 4.0)
    model = Handed().double()
    alone = measure(model, water, torch.float64, names=["water"])
    assert alone["kind"] == "exact"
    with_cluster = measure(model, water, torch.float64, names=["water"], chiral=chiral)
    assert with_cluster == alone | {"kind": "rotations"}
    assert abs(odd_part(chiral)[0]) > 1e-3


def scripted(model):
    with torchscript_warnings_silenced():
        return torch.jit.script(model.eval())


class FixedPrecision(Handed):
    """Computes in single precision, whatever it is converted to."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        return {"energy": super().forward(edge_vectors.float(), edge_index, reverse, species)["energy"]}


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (MorsePair(), "exact"),
        (scripted(MorsePair()), "exact"),
        (Handed(), "rotations"),
        (scripted(Handed()), "rotations"),
        (FixedPrecision(), "rotations"),
        (FixedPrecision(strength=0.0), "exact"),
        (Handed(strength=1e-2), "rotations"),
        (EdgeHarmonic(2, 1), "approximate"),
        (EdgeHarmonic(3, 1), "approximate"),
        (EdgeHarmonic(3, 1, strength=1e-4), "approximate"),
        (TwoHop(), "approximate"),
    ],
)
def test_kinds(model, kind):
    """In single precision the noise of forces is 1e-6 eV/Å and more, about what the small toys break."""
    chiral, structures = chiral_cluster(SPECIES, 4.0), graphs(systems()["liquid"])
    found = measure(model, structures, torch.float32, names=["liquid"], chiral=chiral)
    assert found["kind"] == kind
    assert [each.kind for each in judge(model, structures, torch.float32, chiral)] == [kind, kind]
    if kind == "exact":
        assert 0.0 < found["force_error"] < 1e-4  # the noise in the network's own precision


def test_invariant_model_has_none():
    names, frames = list(systems()), systems().values()
    result = measure(MorsePair().double(), graphs(*frames), torch.float64, names=names, rotations=3)
    assert result["energy_error"] < 1e-13
    assert result["force_error"] < 1e-12
    assert result["kind"] == "exact"
    assert "of 7 structures: molecule (3 atoms), isolated (4 atoms), liquid (96 atoms)" in result["how"]


def test_wrong_arguments():
    with pytest.raises(ConfigurationError, match=r"`rotations`: .* 2, got 1"):
        measure(MorsePair(), graphs(Atoms("O")), torch.float32, names=["atom"], rotations=1)
    with pytest.raises(ConfigurationError, match=r"`graphs`: .*structure, got none"):
        measure(MorsePair(), [], torch.float32, names=[])
