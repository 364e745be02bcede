from __future__ import annotations

import numpy as np
import pytest

from tumble.irreps.ablation import EffectTally, Reference, permutation, references
from tumble.irreps.bootstrap import Bootstrap
from tumble.irreps.quantities import EnergyPerAtom, ForceComponents


def test_every_atom_gets_the_features_of_another_one_of_its_species_and_structure() -> None:
    draw = np.random.default_rng(0)
    species, first = draw.integers(0, 3, 60), np.array([0, 25, 26, 60])
    for seed in range(20):
        source = permutation(species, first, [(seed, place) for place in range(3)])
        assert np.array_equal(species[source], species)
        structure = np.searchsorted(first, np.arange(60), side="right")
        assert np.array_equal(structure[source], structure)
        alone = np.array(
            [np.sum((species == s) & (structure == k)) == 1 for s, k in zip(species, structure, strict=True)]
        )
        assert np.array_equal(source == np.arange(60), alone)
        assert np.array_equal(np.sort(source), np.arange(60))


def test_the_permutation_of_a_structure_does_not_depend_on_its_batch() -> None:
    species = np.array([0, 1, 0, 0, 1, 1, 0, 0])
    whole = permutation(species, np.array([0, 4, 8]), [(5, 0), (5, 1)])
    second = permutation(species[4:], np.array([0, 4]), [(5, 1)])
    assert np.array_equal(whole[4:] - 4, second)


def test_the_mean_error_of_energies_is_no_error() -> None:
    """Errors of 3 + 1 and 3 - 1: the constant 3 goes, and a mean absolute error of 1 remains."""
    found, error = references(EnergyPerAtom(), [np.array([4.0]), np.array([2.0])], [np.array([0.0]), np.array([0.0])])
    assert error == 1.0
    assert [each.label.tolist() for each in found if each.label is not None] == [[3.0], [3.0]]
    found, error = references(ForceComponents(), [np.array([4.0, 2.0])], [np.array([0.0, 0.0])])
    assert error == 3.0
    assert references(ForceComponents(), [np.array([4.0])], [None])[1] is None


def test_frames_of_several_sizes_are_weighted_by_their_numbers() -> None:
    """Changes of 1 and 4 in components of frames with 3 and 6: (3 * 1 + 6 * 4) / 9; one of them has labels."""
    tally = EffectTally()
    tally.add(np.full(3, 1.0), Reference(np.zeros(3), np.full(3, 0.5)), affected=True)
    tally.add(np.full(6, -4.0), Reference(np.zeros(6), None), affected=True)
    tally.add(np.zeros(6), Reference(np.zeros(6), None), affected=False)
    effect = tally.effect(Bootstrap(3, 0))
    assert effect is not None
    assert effect.change.value == 3.0
    assert effect.loss is not None
    assert (effect.loss.value, effect.loss.error) == (0.0, None)  # |1 - 0.5| - |0 - 0.5|
    nothing = EffectTally()
    nothing.add(np.zeros(3), Reference(np.zeros(3), None), affected=False)
    assert nothing.effect(Bootstrap(1, 0)) is None


def test_the_error_of_a_mean() -> None:
    """Of independent numbers with unit variance, over 400 frames: 1/20."""
    values = np.random.default_rng(1).standard_normal(400)
    tally = EffectTally()
    for value in values:
        tally.add(np.array([3.0 + value]), Reference(np.zeros(1), None), affected=True)
    effect = tally.effect(Bootstrap(400, 0))
    assert effect is not None
    assert effect.change.error == pytest.approx(values.std() / 20.0, rel=0.1)
