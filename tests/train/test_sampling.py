"""Order, batches, rotations and weights."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tumble.errors import TrainingError
from tumble.train import config_from_mapping
from tumble.train.data import Frame, fit_baseline
from tumble.train.sampling import Sampler
from tumble.train.sets import load_sets

Settings = dict[str, Any]


def sampler(settings: Settings, folder: Path) -> Sampler:
    config = config_from_mapping(settings, folder)
    training = load_sets(config, ("O", "H"), 4.0, torch.float64).training
    return Sampler(config, training, fit_baseline(training["water"], 2))


@pytest.mark.parametrize(
    ("batch", "step", "energies", "vector"),
    [
        (1, 0, [-1.7760230998556565], [0.14421605670734078, -0.3682621571083122, -0.8490632230418403]),
        (1, 7, [1.3288143047750403], [0.5238076507348377, -0.43447735014770505, 0.8154306336592992]),
        (1, 8, [-1.0300968859696162], [1.0112273392159397, -0.1522674814245475, -0.020165935934721935]),
        (2, 4, [-1.0300968859696162, 2.5783751029427933], [-0.38829109149349067, 0.23120999301842, -0.91757547365024]),
    ],
)
def test_order_and_rotations_are_those_of_the_first_version(
    settings: Settings, tmp_path: Path, batch: int, step: int, energies: list[float], vector: list[float]
) -> None:
    """Numbers that commit 0ab7f46 gave, in the first and the second epoch: a training begun then goes on as it was."""
    settings["stages"][0]["batch"] = batch
    found = sampler(settings, tmp_path).batch(0, step)
    assert found.energies.tolist() == pytest.approx(energies, rel=1e-9)
    assert found.vectors[0].tolist() == pytest.approx(vector, rel=1e-9)


def test_epochs_follow_one_another_without_a_bound_on_edges(settings: Settings, tmp_path: Path) -> None:
    settings["stages"][0]["batch"] = 3
    batches = sampler(settings, tmp_path)
    seen = [frame.name for step in range(8) for frame in batches.frames(0, step)]  # three epochs of eight frames
    assert len(set(seen[:8])) == len(set(seen[8:16])) == len(set(seen[16:])) == 8
    assert seen[:8] != seen[8:16]


def sizes(settings: Settings, folder: Path) -> list[int]:
    """Edges of the frames that are trained on."""
    every = sampler(settings, folder)
    return [len(every.frames(0, step)[0].vectors) for step in range(8)]


def test_batches_have_at_most_so_many_edges(settings: Settings, tmp_path: Path) -> None:
    stage = settings["stages"][0]
    stage["batch"] = 1
    edges = sizes(settings, tmp_path)
    stage |= {"batch": 3, "batch_edges": max(edges) + min(edges)}
    batches = sampler(settings, tmp_path)
    seen: list[list[Frame]] = [batches.frames(0, step) for step in range(20)]
    counts = [sum(len(frame.vectors) for frame in batch) for batch in seen]
    assert max(counts) <= stage["batch_edges"]
    assert len({len(batch) for batch in seen}) > 1
    first, rest = [], seen
    while len(first) < 8:  # an epoch holds each frame once, and none is split between two
        first, rest = first + [frame.name for frame in rest[0]], rest[1:]
    assert len(first) == len(set(first)) == 8
    # Greedy: a batch of fewer than three has no room for the next frame, unless its epoch ends.
    ends = len(seen) - len(rest)
    for batch, following in itertools.pairwise(seen[:ends]):
        if len(batch) < 3:
            assert sum(len(f.vectors) for f in batch) + len(following[0].vectors) > stage["batch_edges"]


def test_bound_on_edges_needs_no_memory_of_earlier_steps(settings: Settings, tmp_path: Path) -> None:
    settings["stages"][0]["batch"] = 1
    bound = 2 * max(sizes(settings, tmp_path))
    settings["stages"][0] |= {"batch": 4, "batch_edges": bound}
    one_by_one = sampler(settings, tmp_path)
    forward = [one_by_one.batch(0, step) for step in range(30)]
    for step in (29, 3, 17, 0):
        for batch in (sampler(settings, tmp_path).batch(0, step), one_by_one.batch(0, step)):
            assert torch.equal(batch.vectors, forward[step].vectors)
    settings["seed"] = 4
    settings["split_seed"] = 3
    other = sampler(settings, tmp_path)
    assert [f.name for f in other.frames(0, 0)] != [f.name for f in one_by_one.frames(0, 0)]


def test_loose_bound_on_edges_cuts_epochs(settings: Settings, tmp_path: Path) -> None:
    settings["stages"][0] |= {"batch": 3, "batch_edges": 10**6}
    batches = sampler(settings, tmp_path)
    assert [len(batches.frames(0, step)) for step in range(6)] == [3, 3, 2, 3, 3, 2]


def test_frame_with_too_many_edges(settings: Settings, tmp_path: Path) -> None:
    settings["stages"][0]["batch"] = 1
    largest = max(sizes(settings, tmp_path))
    settings["stages"][0]["batch_edges"] = largest
    sampler(settings, tmp_path)
    settings["stages"][0]["batch_edges"] = largest - 1
    message = rf"\(first\): `batch_edges`: .* {largest} edges of `.*frames\.extxyz\.gz`, frame \d+"
    with pytest.raises(TrainingError, match=message):
        sampler(settings, tmp_path)
    settings["stages"][0]["batch_edges"] = largest
    settings["loss"] = {"variance": 1.0, "copies": 3}
    with pytest.raises(TrainingError, match=rf"\d+ edges .* 3 `copies`, got {largest};"):
        sampler(settings, tmp_path)


def test_copies_follow_one_another(settings: Settings, tmp_path: Path) -> None:
    settings["loss"] = {"variance": 1.0, "copies": 3}
    batch = sampler(settings, tmp_path).batch(0, 0)
    assert len(batch.energies) == 6  # two structures, three times each
    assert torch.equal(batch.energies[:3], batch.energies[:1].expand(3))
    back = batch.forces.view(6, 9, 3) @ batch.rotations
    torch.testing.assert_close(back[0], back[2])
    torch.testing.assert_close(back[3], back[4])
    assert not torch.allclose(back[0], back[3])
    assert len(np.unique(batch.rotations.flatten(1).numpy().round(6), axis=0)) == 6


def test_weights_are_relative(settings: Settings, tmp_path: Path) -> None:
    config = config_from_mapping(settings, tmp_path)
    frames = load_sets(config, ("O", "H"), 4.0, torch.float64).training["water"]
    light = [replace(frame, weight=1.0 if k < 4 else 4.0) for k, frame in enumerate(frames)]
    batches = Sampler(config, {"water": light}, fit_baseline(frames, 2))
    weights = torch.cat([batches.batch(0, step).weights for step in range(4)])
    assert sorted(weights.tolist()) == pytest.approx([0.4] * 4 + [1.6] * 4)
