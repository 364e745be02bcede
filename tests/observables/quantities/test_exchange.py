"""Whether molecules differ in their own averages, on samples of which that is known."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.exchange import OwnAverages, exchanged
from tumble.statistics.blocking import choose_blocks
from tumble.statistics.cells import cells_of
from tumble.types import Array


def own_averages(samples: Array) -> OwnAverages:
    """Of samples [T,M,K]."""
    own = OwnAverages(len(samples))
    for place, values in enumerate(samples):
        own.add(place, values)
    return own


def autoregressive(seed: int, frames: int, molecules: int, time: float, common: float = 0.0) -> Array:
    """Gaussian samples [T,M,3] of unit variance, of the correlation exp(-t / time), and `common` between molecules."""
    generator = np.random.default_rng(seed)
    noise = np.sqrt(1 - common) * generator.normal(size=(frames, molecules, 3))
    noise = noise + np.sqrt(common) * generator.normal(size=(frames, 1, 3))
    memory = np.exp(-1 / time)
    samples = noise.copy()
    for frame in range(1, frames):
        samples[frame] = memory * samples[frame - 1] + np.sqrt(1 - memory**2) * noise[frame]
    return samples


@pytest.mark.parametrize(
    ("molecules", "time", "common"), [(2, 1.0, 0.0), (27, 4.0, 0.0), (27, 4.0, 0.5), (5, 8.0, -0.17), (100, 4.0, 0.9)]
)
def test_molecules_that_differ_by_chance(molecules: int, time: float, common: float) -> None:
    """Also where they are correlated: the mean then fluctuates more, or less, than that of independent ones."""
    found, resolved = 0, 0
    for seed in range(40):
        samples = autoregressive(seed, 800, molecules, time, max(common, 0.0))
        if common < 0:
            samples = samples + 0.9 * (samples - samples.mean(axis=1, keepdims=True))
        blocks = choose_blocks(cells_of(samples.mean(axis=1)))
        if blocks.resolved:
            resolved += 1
            found += own_averages(samples).differ(len(blocks))
    assert resolved > 30
    assert found <= 1


@pytest.mark.parametrize("molecules", [2, 27])
def test_molecules_that_keep_averages_of_their_own(molecules: int) -> None:
    frozen = np.random.default_rng(1).normal(size=(molecules, 3))
    samples = autoregressive(2, 800, molecules, 1.0)
    assert own_averages(samples + frozen).differ(24)
    assert own_averages(0 * samples + frozen).differ(24)
    assert not own_averages(0 * samples + frozen[0]).differ(24)
    # In one component alone, of which others don't speak.
    samples[..., 0] += frozen[:, 0]
    own = own_averages(samples)
    assert own.differ(24, slice(0, 1))
    assert not own.differ(24, slice(1, 3))


def test_size_of_what_is_found() -> None:
    """Of white noise with averages of variance v the ratio of variances is 1 + 400 v."""
    frozen = np.random.default_rng(3).normal(size=(200, 3))
    samples = np.random.default_rng(4).normal(size=(400, 200, 3))
    assert not own_averages(samples + np.sqrt(0.3 / 400) * frozen).differ(24)
    assert own_averages(samples + np.sqrt(3 / 400) * frozen).differ(24)


def test_processes_are_put_together() -> None:
    samples = autoregressive(5, 100, 3, 1.0)
    parts = [OwnAverages(100), OwnAverages(100), OwnAverages(100)]
    for place, values in enumerate(samples):
        parts[place // 70].add(place, values)
    joined, whole = OwnAverages.joined(parts), own_averages(samples)
    np.testing.assert_allclose(joined._sums, whole._sums)
    np.testing.assert_allclose(joined._counts, whole._counts)


def test_too_little_to_tell() -> None:
    frozen = np.random.default_rng(6).normal(size=(4, 3))
    assert not OwnAverages(10).differ(6)
    assert not own_averages(np.broadcast_to(frozen[:1], (50, 1, 3))).differ(6)
    assert not own_averages(frozen[None]).differ(2)
    assert own_averages(np.broadcast_to(frozen, (3, 4, 3))).differ(2)


def test_quantity_that_is_not_resolved_then() -> None:
    frozen = np.random.default_rng(7).normal(size=(9, 3))
    for samples, differ in ((autoregressive(8, 800, 9, 1.0), False), (autoregressive(8, 800, 9, 1.0) + frozen, True)):
        quantity = averaged("m", cells_of(samples.mean(axis=1)[:, 0]), label="m", unit="1")
        found, notes = exchanged(quantity, own_averages(samples), "the thing")
        assert quantity.resolved
        assert found.resolved != differ
        assert [note for note in notes if "their individual averages of the thing differ" in note] == list(notes)
        assert len(notes) == int(differ)
