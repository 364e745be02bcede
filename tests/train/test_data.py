"""Frames: reading and baseline."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import ase.io
import numpy as np
import pytest
import torch
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from support.labeled import labeled_frames

from tumble.errors import FramesError
from tumble.train import TrainingError
from tumble.train.data import Frame, fit_baseline, load_frames
from tumble.train.sections import DataConfig
from tumble.train.targets import ENERGY, FORCES


def load(path: Path, frames: list[Atoms], group: str | None = "pair") -> list[Frame]:
    ase.io.write(path / "frames.extxyz", frames, format="extxyz")
    return load_frames(DataConfig(path / "frames.extxyz", group), ("O", "H"), 4.0, torch.float64, (ENERGY, FORCES))


def test_labels_and_edges(tmp_path: Path) -> None:
    source = labeled_frames(2)
    frame = load(tmp_path, source)[1]
    assert frame.energy == pytest.approx(source[1].get_potential_energy(), abs=1e-6)
    np.testing.assert_allclose(frame.forces, source[1].get_forces(), atol=1e-7)
    assert frame.group == "g0"
    assert frame.name == f"`{tmp_path / 'frames.extxyz'}`, frame 1"
    assert frame.species.tolist() == [0, 1, 1] * 3
    assert frame.vectors.norm(dim=1).max() < 4.0
    torch.testing.assert_close(frame.vectors[frame.reverse.long()], -frame.vectors)


def test_unwrapped_positions_make_no_difference(tmp_path: Path) -> None:
    source = labeled_frames(1)
    before = load(tmp_path, source)[0]
    source[0].positions[3] += 7 * source[0].cell[0] - 12 * source[0].cell[2]
    source[0].calc.atoms = source[0].copy()
    after = load(tmp_path, source)[0]
    assert torch.equal(before.edge_index[0], after.edge_index[0])
    a, b = before.vectors.numpy(), after.vectors.numpy()
    np.testing.assert_allclose(a[np.lexsort(a.round(5).T)], b[np.lexsort(b.round(5).T)], atol=1e-6)


def with_labels(atoms: Atoms, **results: object) -> Atoms:
    atoms = atoms.copy()
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda a: with_labels(a, energy=1.0), r"frame 1: .*got no forces"),
        (lambda a: with_labels(a, forces=np.zeros((9, 3))), r"frame 1: .*got no energy"),
    ],
)
def test_unusable_labels(tmp_path: Path, spoil: Callable[[Atoms], Atoms], message: str) -> None:
    frames = labeled_frames(2)
    frames[1] = spoil(frames[1])
    with pytest.raises(TrainingError, match=message):
        load(tmp_path, frames)


@pytest.mark.parametrize(
    ("energy", "forces", "name"), [(1.0, np.full((9, 3), np.nan), "forces"), (np.inf, np.zeros((9, 3)), "energy")]
)
def test_labels_that_are_not_finite(tmp_path: Path, energy: float, forces: np.ndarray, name: str) -> None:
    frames = labeled_frames(2)
    frames[1] = with_labels(frames[1], energy=energy, forces=forces)
    with pytest.raises(FramesError, match=rf"frame 1: .*{name}, got a NaN"):
        load(tmp_path, frames)


def test_unknown_element_and_missing_group(tmp_path: Path) -> None:
    frames = labeled_frames(1)
    with pytest.raises(TrainingError, match=r"frame 0: .* `walker`.*got \['pair'\]"):
        load(tmp_path, frames, "walker")
    frames[0].symbols[0] = "S"
    with pytest.raises(TrainingError, match=r"frame 0: .*O, H, got S"):
        load(tmp_path, frames)


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.extxyz").write_text("")
    with pytest.raises(FramesError, match=r"`frames`: .*empty\.extxyz"):
        load_frames(DataConfig(tmp_path / "empty.extxyz"), ("O", "H"), 4.0, torch.float64, (ENERGY,))


def frame_of(species: list[int], energy: float) -> Frame:
    none = torch.zeros(0, dtype=torch.int32)
    return Frame(
        torch.zeros(0, 3),
        torch.zeros(2, 0).int(),
        none,
        torch.tensor(species),
        energy,
        torch.zeros(len(species), 3),
        "g",
    )


def test_baseline_recovers_a_composition() -> None:
    energies = np.array([-432.1, -13.7])
    frames = [frame_of([0] * a + [1] * b, a * energies[0] + b * energies[1]) for a, b in [(1, 2), (3, 1), (2, 2)]]
    np.testing.assert_allclose(fit_baseline(frames, 2), energies, rtol=1e-12)


def test_baseline_of_one_composition_only() -> None:
    frames = [frame_of([0, 1, 1] * 64, energy) for energy in (-30020.0, -30022.0)]
    baseline = fit_baseline(frames, 2)
    assert (64 * baseline[0] + 128 * baseline[1]).item() == pytest.approx(-30021.0, rel=1e-14)


def test_baseline_without_energies() -> None:
    frames = [dataclasses.replace(frame_of([0, 1], 0.0), energy=None), frame_of([0], -3.0)]
    assert fit_baseline(frames[:1], 2).tolist() == [0.0, 0.0]
    assert fit_baseline(frames, 2).tolist() == pytest.approx([-3.0, 0.0])
