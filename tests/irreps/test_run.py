"""Toys whose use of each l is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from support.marked_toys import ScalarFeatures, exported, molecule, s_of

import tumble
from tumble import _core
from tumble.errors import ConfigurationError, FramesError, ModelFileError, StructureError
from tumble.irreps.options import Options
from tumble.irreps.page import format_irreps
from tumble.irreps.results import Irreps, PartResult
from tumble.irreps.run import analyze_irreps
from tumble.structures import to_graph

Make = Callable[..., _core.Potential]

ONE = [[1.0], [1.0]]  # a channel in which both species count the same


def dimer(r: float) -> Atoms:
    return Atoms("H2", positions=[[0.1, 0.2, 0.3], [0.1 + r / 3, 0.2 + 2 * r / 3, 0.3 + 2 * r / 3]])


def part(result: Irreps, irrep: str) -> PartResult:
    (found,) = (each for each in result.parts if each.part.irrep == irrep)
    return found


def test_shares_of_power_are_means_over_atoms_and_channels(marked: Make) -> None:
    """In a dimer |f_l,c| = s(r) |w_l,c|: the mean squares are 5/2, 9 and 1 of s^2, whatever the bond's direction."""
    potential = marked([[[1, 2], [0, 0]], [[3], [0]], [[1, 1, 1], [0, 0, 0]]], quadratic=(1.0, 1.0, 1.0))
    result = analyze_irreps(potential, [dimer(1.0), dimer(1.0)])
    square = s_of(1.0) ** 2
    for irrep, channels, power in (("0e", 2, 2.5), ("1o", 1, 9.0), ("2e", 3, 1.0)):
        found = part(result, irrep)
        assert found.part.channels == channels
        assert found.measures.power.value == pytest.approx(power * square, rel=1e-9)
        share = found.measures.power_share
        assert share is not None
        assert share.value == pytest.approx(power / 12.5, rel=1e-9)
        assert share.error == pytest.approx(0.0, abs=1e-12)


def test_power_is_a_mean_over_all_atoms_and_not_over_frames(marked: Make) -> None:
    """Ten far atoms without features and a dimer: two of twelve atoms have |f|^2 = s^2."""
    potential = marked([ONE, ONE, ONE], quadratic=(1.0, 0.0, 0.0))
    far = Atoms("H10", positions=[[10.0 * i, 0, 0] for i in range(10)])
    result = analyze_irreps(potential, [dimer(1.0), far], Options(ablation=False))
    assert part(result, "1o").measures.power.value == pytest.approx(s_of(1.0) ** 2 * 2 / 12, rel=1e-9)
    assert part(result, "1o").effects == {}


def test_shares_of_the_gradient(marked: Make) -> None:
    """E = a_l |f_l|^2 has |dE/df| |f| = 2 a_l |f_l|^2: in a dimer 2 : 3 * 9 for l = 0 and 1, and nothing for l = 2."""
    potential = marked([[[1], [0]], [[3], [0]], [[5], [0]]], quadratic=(2.0, 3.0, 0.0))
    result = analyze_irreps(potential, [dimer(1.1)])
    shares = [part(result, irrep).measures.gradient_share for irrep in ("0e", "1o", "2e")]
    assert [share.value for share in shares if share] == pytest.approx([2 / 29, 27 / 29, 0.0], rel=1e-9)
    assert [share.error for share in shares if share] == [None] * 3


@pytest.mark.parametrize("layout", ["mul_ir", "ir_mul"])
@pytest.mark.parametrize(
    ("weights", "ratio"),
    [
        ([[3**0.5, 0], [0, 1]], 2.0),  # C = 3 and 3 on the diagonal
        ([[3**0.5, 0], [0, 3]], 30**2 / (3**2 + 27**2)),
        ([[1, 1], [1, 1]], 1.0),  # all elements of C are equal
        ([[1, 2], [2, -1]], 20**2 / (13**2 + 2 * 4**2 + 7**2)),  # 13 and 7 on the diagonal, -4 off it
    ],
)
def test_participation_ratios(marked: Make, layout: str, weights: list[list[float]], ratio: float) -> None:
    """An O sees H and O at right angles, and each of these sees the first O: C ~ w_H w_H + 3 w_O w_O for l = 1."""
    corner = Atoms("OHO", positions=[[0, 0, 0], [1.5, 0, 0], [0, 1.5, 0]])  # the others are 2.1 Å apart
    potential = marked([ONE, weights, ONE], quadratic=(1.0, 1.0, 1.0), layout=layout)
    found = part(analyze_irreps(potential, [corner], Options(ablation=False)), "1o").measures
    assert found.participation_ratio == pytest.approx(ratio, rel=1e-9)


def test_the_mean_of_scalars_does_not_take_part(marked: Make) -> None:
    """All atoms of equal dimers have the same scalars: nothing varies. Two lengths give one direction of variation."""
    potential = marked([[[1, 2], [1, 2]], ONE, ONE], quadratic=(1.0, 0.0, 0.0))
    same = analyze_irreps(potential, [dimer(1.0), dimer(1.0)], Options(ablation=False))
    assert part(same, "0e").measures.participation_ratio is None
    varied = analyze_irreps(potential, [dimer(1.0), dimer(1.2)], Options(ablation=False))
    assert part(varied, "0e").measures.participation_ratio == pytest.approx(1.0, rel=1e-6)


def test_an_energy_of_scalars_alone_needs_nothing_else(marked: Make) -> None:
    potential = marked([[[1], [2]], ONE, ONE], quadratic=(1.0, 0.0, 0.0))
    frames = [molecule(seed, 5 - seed % 2) for seed in range(4)]
    result = analyze_irreps(potential, frames)
    for irrep in ("1o", "2e"):
        assert part(result, irrep).measures.gradient_share.value == 0.0  # type: ignore[union-attr]
        for effects in part(result, irrep).effects.values():
            assert [effect.change.value for effect in effects.values() if effect] == [0.0, 0.0]
    assert part(result, "0e").measures.gradient_share.value == 1.0  # type: ignore[union-attr]
    zeroed = part(result, "0e").effects["zeroed"]
    whole = potential.evaluate(_graph(potential, frames))
    energies = np.abs(whole.energies) / [len(atoms) for atoms in frames]
    assert zeroed["energy"].change.value == pytest.approx(energies.mean(), rel=1e-12)  # type: ignore[union-attr]
    assert zeroed["forces"].change.value == pytest.approx(np.abs(whole.forces).mean(), rel=1e-12)  # type: ignore[union-attr]
    assert zeroed["energy"].loss is None  # type: ignore[union-attr]


def test_the_part_of_the_energy_from_vectors_is_lost_with_them(marked: Make) -> None:
    """E = |f_0|^2 + |f_1|^2 / 2 with labels E + c N: without f_1, the error is the second term, and c is no error."""
    both = marked([[[1], [2]], ONE, ONE], quadratic=(1.0, 0.5, 0.0))
    vectors = marked([[[1], [2]], ONE, ONE], quadratic=(0.0, 0.5, 0.0))
    frames = [molecule(seed) for seed in range(6)]
    expected, own = (each.evaluate(_graph(each, frames)) for each in (vectors, both))
    for i, atoms in enumerate(frames):
        energy = float(own.energies[i]) + 7.0 * len(atoms)
        atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=own.forces[5 * i : 5 * i + 5])
    result = analyze_irreps(both, frames)
    assert result.errors == pytest.approx({"energy": 0.0, "forces": 0.0}, abs=1e-12)
    assert result.labeled == {"energy": 6, "forces": 6}
    zeroed = part(result, "1o").effects["zeroed"]
    losses = expected.energies / 5
    assert zeroed["energy"].loss.value == pytest.approx(losses.mean(), rel=1e-9)  # type: ignore[union-attr]
    assert zeroed["forces"].loss.value == pytest.approx(np.abs(expected.forces).mean(), rel=1e-9)  # type: ignore[union-attr]
    # The standard error of a mean of six numbers; the bootstrap has no Bessel correction, and 500 samples.
    error = losses.std() / np.sqrt(6)
    assert zeroed["energy"].loss.error == pytest.approx(error, rel=0.15)  # type: ignore[union-attr]


def test_a_permutation_swaps_two_atoms_of_a_species(marked: Make) -> None:
    """E = sum_i f_i h_i: with f of the two H swapped, E changes by -(f_1 - f_2)(h_1 - h_2); O has no partner."""
    potential = marked([[[1], [2]], ONE, ONE], linear=1.0)
    water = Atoms("OHH", positions=[[0, 0, 0], [0.9, 0, 0], [0, 1.2, 0]])
    a, b, c = s_of(0.9), s_of(1.2), s_of(1.5)
    f, h = np.array([2 * a + c, 2 * b + c]), np.array([a**2 + c**2, b**2 + c**2])
    expected = abs((f[0] - f[1]) * (h[0] - h[1])) / 3
    result = analyze_irreps(potential, [water, Atoms("OH", positions=[[0, 0, 0], [1, 0, 0]])])
    permuted = part(result, "0e").effects["permuted"]
    # The second structure has no two atoms of one species and doesn't count.
    assert permuted["energy"].change.value == pytest.approx(expected, rel=1e-9)  # type: ignore[union-attr]
    assert permuted["energy"].change.error is None  # type: ignore[union-attr]
    alone = analyze_irreps(potential, [Atoms("OH", positions=[[0, 0, 0], [1, 0, 0]])])
    assert part(alone, "0e").effects["permuted"] == {"energy": None, "forces": None}


def test_batches_and_order_change_nothing(model_path: Path) -> None:
    potential = tumble.load(model_path)
    frames = [molecule(seed, 3 + seed % 3) for seed in range(5)]
    whole = analyze_irreps(potential, frames).to_dict()
    single = analyze_irreps(potential, frames, Options(memory=1e-6)).to_dict()
    for one, other in zip(whole["parts"], single["parts"], strict=True):
        assert _numbers(one) == pytest.approx(_numbers(other), rel=1e-9, abs=1e-12)
    again = analyze_irreps(potential, frames).to_dict()
    assert whole["parts"] == again["parts"]
    other_seed = analyze_irreps(potential, frames, Options(seed=1)).to_dict()
    assert whole["parts"][0]["zeroed"]["energy"]["change"]["value"] == pytest.approx(
        other_seed["parts"][0]["zeroed"]["energy"]["change"]["value"]
    )
    assert whole["parts"][0]["permuted"] != other_seed["parts"][0]["permuted"]


def test_rotations_of_the_frames_change_nothing(model_path: Path) -> None:
    potential = tumble.load(model_path)
    frames = [molecule(seed) for seed in range(3)]
    turned = [atoms.copy() for atoms in frames]
    for atoms in turned:
        atoms.rotate(67.0, (1, 2, 3))
    one, other = (analyze_irreps(potential, each).to_dict()["parts"] for each in (frames, turned))
    for before, after in zip(one, other, strict=True):
        # Forces turn, and a mean of absolute components depends on the axes.
        assert _numbers(before, "forces") == pytest.approx(_numbers(after, "forces"), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"claimed_layout": "ir_mul"}, "only.*3x1o"),
        ({"layout": "ir_mul", "claimed_layout": "mul_ir"}, "only.*3x1o"),
        ({"irreps": ("0e", "0e", "2e")}, "only.*10x0e"),
        ({"irreps": ("0e", "1e", "2e")}, "only.*parity.*1e"),
    ],
)
def test_wrong_irreps_are_refused_with_the_layer(marked: Make, settings: dict[str, object], words: str) -> None:
    potential = marked([ONE, [[1, 2, 0], [0, 1, 3]], ONE], quadratic=(1.0, 1.0, 1.0), **settings)
    with pytest.raises(ModelFileError, match=words):
        analyze_irreps(potential, [molecule(1)])


def test_isolated_atoms_in_front_hide_nothing(marked: Make) -> None:
    potential = marked([ONE, [[1, 2, 0], [0, 1, 3]], ONE], quadratic=(1.0, 1.0, 1.0), claimed_layout="ir_mul")
    with pytest.raises(ModelFileError, match=r"only.*3x1o"):
        analyze_irreps(potential, [*4 * [Atoms("H")], molecule(1)])


def test_features_that_vanish_in_a_crystal(model_path: Path) -> None:
    """By cubic symmetry, l = 1 and 2 are rounding: they turn as anything, don't vary, and change nothing."""
    crystals = [Atoms("H", cell=3 * [length], pbc=True) for length in (1.4, 1.5)]
    result = analyze_irreps(tumble.load(model_path), crystals)
    assert result.rotation_error["only"] < 1e-9
    assert [row.measures.participation_ratio for row in result.parts] == [pytest.approx(1.0), None, None]
    for row in result.parts[1:]:
        assert row.effects["zeroed"]["energy"].change.value == pytest.approx(0.0, abs=1e-14)  # type: ignore[union-attr]


def test_channels_called_an_irrep_are_refused(marked: Make) -> None:
    """Five scalars have an invariant norm, as l = 2 has, but don't turn."""
    potential = marked(
        [[[1, 2, 3, 4, 5], [5, 4, 3, 2, 1]], ONE, ONE], quadratic=(1.0, 0.0, 0.0), irreps=("2e", "1o", "2e")
    )
    with pytest.raises(ModelFileError, match=r"only.*2x2e"):
        analyze_irreps(potential, [molecule(1)])


def test_a_model_without_marks_is_refused(model_file: Callable[[str], Path]) -> None:
    potential = tumble.load(model_file("pair"))
    with pytest.raises(ModelFileError, match=r"without marks.*torch\.ops\.tumble\.features"):
        analyze_irreps(potential, [Atoms("H2", positions=[[0, 0, 0], [0, 0, 1]])])


def test_wrong_frames(model_path: Path) -> None:
    potential = tumble.load(model_path)
    with pytest.raises(FramesError, match="none"):
        analyze_irreps(potential, [])
    with pytest.raises(StructureError, match=r"structure 1: .*H, O, got He"):
        analyze_irreps(potential, [molecule(0), Atoms("He")])
    with pytest.raises(ConfigurationError, match=r"seed.*-1"):
        analyze_irreps(potential, [molecule(0)], Options(seed=-1))


def test_scalars_alone_have_all_shares(tmp_path: Path) -> None:
    """An l-set with 0 alone, and an isolated atom among the frames: nothing to compare with, and no error."""
    potential = tumble.load(exported(ScalarFeatures(), tmp_path / "toy.pt", [molecule(0)]))
    result = analyze_irreps(potential, [molecule(1), Atoms("O")])
    assert [(each.part.layer, each.part.irrep) for each in result.parts] == [("given", "0e"), ("seen", "0e")]
    given, seen = (each.measures for each in result.parts)
    assert [each.power_share.value for each in (given, seen) if each.power_share] == [1.0, 1.0]
    # What an atom is doesn't depend on positions, so an evaluation has no derivative there.
    assert given.gradient_share is None
    assert seen.gradient_share.value == 1.0  # type: ignore[union-attr]


def test_atoms_without_features_have_no_shares(model_path: Path) -> None:
    """Isolated atoms, alone and next to a molecule, of which some samples of the bootstrap have none."""
    potential = tumble.load(model_path)
    alone = analyze_irreps(potential, [Atoms("H"), Atoms("O")])
    assert [row.measures.power_share for row in alone.parts] == [None] * 3
    assert [row.measures.gradient_share for row in alone.parts] == [None] * 3
    assert [row.measures.participation_ratio for row in alone.parts] == [None] * 3
    mixed = analyze_irreps(potential, [Atoms("H"), Atoms("O"), molecule(0)])
    shares = [row.measures.power_share for row in mixed.parts]
    assert sum(share.value for share in shares if share) == pytest.approx(1.0)
    assert all(share is not None and share.error is not None for share in shares)
    for result in (alone, mixed):
        assert "nan" not in format_irreps(result)


def _graph(potential: _core.Potential, frames: list[Atoms]) -> _core.Graph:
    return to_graph(frames, potential.metadata.species, potential.metadata.cutoff)


def _numbers(found: object, *without: str) -> list[float]:
    if isinstance(found, dict):
        return [number for key, each in found.items() if key not in without for number in _numbers(each, *without)]
    return [float(found)] if isinstance(found, int | float) else []
