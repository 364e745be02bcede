"""Toys against formulas written out here, SciPy and Wigner's theorem."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from ase import Atoms
from scipy.spatial.transform import Rotation
from scipy.special import sph_harm_y
from torch import Tensor

from support.systems import systems
from support.toys import EdgeHarmonic, MorsePair, TwoHop
from tumble.structures import to_graph
from tumble.torchscript import script

SPECIES = ("O", "H")


def graph(atoms: Atoms) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    g = to_graph([atoms], SPECIES, 4.0)
    return tuple(torch.from_numpy(part) for part in (g.vectors, g.edge_index, g.reverse, g.species))


def total(model: torch.nn.Module, vectors: Tensor, *rest: Tensor) -> Tensor:
    return model(vectors, *rest)["energy"].sum()


def real_harmonic(degree: int, order: int, unit: np.ndarray) -> np.ndarray:
    """SciPy's, made real, with e3nn's axes (polar axis y) and mean square 1 on the sphere."""
    polar, azimuth = np.arccos(unit[:, 1]), np.arctan2(unit[:, 0], unit[:, 2])
    value = sph_harm_y(degree, abs(order), polar, azimuth) * np.sqrt(4 * np.pi)
    sign = (-1.0) ** order
    if order == 0:
        return value.real
    return np.sqrt(2) * sign * (value.real if order > 0 else value.imag)


@pytest.mark.parametrize(("degree", "order"), [(0, 0), (1, -1), (1, 1), (2, 1), (3, -2), (4, 4)])
def test_harmonic_of_one_edge(degree: int, order: int) -> None:
    vector = np.array([[0.4, -0.7, 1.1]])
    r = np.linalg.norm(vector)
    atoms = Atoms("OH", [[0, 0, 0], vector[0]], pbc=False)
    expected = [
        weight * (1 - (r / 4) ** 2) ** 4 * real_harmonic(degree, order, direction)[0]
        for weight, direction in ((1.0 * -0.4, vector / r), (0.7 * 1.0, -vector / r))
    ]
    found = EdgeHarmonic(degree, order)(*graph(atoms))["energy"]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_harmonic_is_a_torque_and_averages_to_zero(degree: int) -> None:
    """The octahedral group is exact to degree 3, as the degrees here are."""
    model = EdgeHarmonic(degree, 1)
    vectors, *rest = graph(systems()["triclinic"])
    vectors.requires_grad_(True)
    energy = total(model, vectors, *rest)
    (gradient,) = torch.autograd.grad(energy, vectors)
    torque = torch.linalg.cross(vectors, gradient).sum(0)
    h = 1e-6
    for axis in range(3):
        turn = torch.from_numpy(Rotation.from_rotvec(h * np.eye(3)[axis]).as_matrix())
        numerical = (total(model, vectors @ turn.T, *rest) - total(model, vectors @ turn, *rest)) / (2 * h)
        torch.testing.assert_close(torque[axis], numerical, rtol=1e-6, atol=1e-6)
    assert torque.norm() > 1e-2

    turns = torch.from_numpy(Rotation.create_group("O").as_matrix())
    average = torch.stack([total(model, vectors @ turn.T, *rest) for turn in turns]).mean()
    assert abs(average) < 1e-12 * len(vectors)


def test_two_hop_by_hand() -> None:
    """Two atoms: both message and readout written out."""
    vector = np.array([0.5, 1.0, -0.8])
    r, direction = np.linalg.norm(vector), np.array([0.3, -0.5, 0.2])
    s = (1 - (r / 4) ** 2) ** 4
    h_oh = s * (1 + direction @ vector / r) * 0.6
    h_ho = s * (1 - direction @ vector / r) * 1.0
    model = TwoHop()
    arguments = graph(Atoms("OH", [[0, 0, 0], vector], pbc=False))
    expected = [s * np.tanh(h_ho * h_ho), s * np.tanh(h_oh * h_oh)]
    np.testing.assert_allclose(model(*arguments)["energy"], expected, rtol=1e-13)
    cut = model(arguments[0], arguments[1], torch.full_like(arguments[2], -1), arguments[3])["energy"]
    assert cut.tolist() == [0.0, 0.0]


def test_two_hop_sees_two_cutoffs() -> None:
    line = Atoms("OHOHO", [[3.0 * k, 0, 0] for k in range(5)], pbc=False)
    moved = line.copy()
    moved.positions[4, 1] += 0.4
    changed = (TwoHop()(*graph(line))["energy"] - TwoHop()(*graph(moved))["energy"]).abs() > 1e-12
    assert changed.tolist() == [False, False, True, True, True]


def test_morse_of_a_pair() -> None:
    r = 1.2
    vectors, *rest = graph(Atoms("OH", [[0, 0, 0], [0, r, 0]], pbc=False))
    vectors.requires_grad_(True)
    energy = total(MorsePair(), vectors, *rest)
    decay = np.exp(-2.2 * (r - 0.97))
    well, slope = 4.8 * ((1 - decay) ** 2 - 1), 4.8 * 2 * (1 - decay) * 2.2 * decay
    s, s_slope = (1 - (r / 4) ** 2) ** 4, -8 * (r / 16) * (1 - (r / 4) ** 2) ** 3
    assert energy.item() == pytest.approx(well * s, rel=1e-13)
    (gradient,) = torch.autograd.grad(energy, vectors)
    assert (gradient[0, 1] - gradient[1, 1]).item() == pytest.approx(slope * s + well * s_slope, rel=1e-12)


def test_morse_is_invariant() -> None:
    model = MorsePair()
    vectors, *rest = graph(systems()["liquid"])
    turn = -torch.from_numpy(Rotation.random(random_state=0).as_matrix())
    torch.testing.assert_close(
        model(vectors @ turn.T, *rest)["energy"], model(vectors, *rest)["energy"], rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize("model", [EdgeHarmonic(2, 1), TwoHop(), MorsePair()], ids=["harmonic", "two_hop", "pair"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scripted_in_both_precisions(model: torch.nn.Module, dtype: torch.dtype) -> None:
    scripted = script(model.eval())
    for atoms in (systems()["liquid"], Atoms("O", pbc=False)):
        vectors, *rest = graph(atoms)
        found = scripted(vectors.to(dtype), *rest)["energy"]
        assert found.dtype == dtype
        torch.testing.assert_close(found, model(vectors.to(dtype), *rest)["energy"])


def test_impossible_harmonic() -> None:
    with pytest.raises(ValueError, match="l = 1, m = 2"):
        EdgeHarmonic(1, 2)
