"""Times of partners, with evaluations that take a known time."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from ase import Atoms

from tumble import _core
from tumble.demo import timing
from tumble.demo.partners import bare_partner, exact_partner


def test_ratios_are_those_within_rounds(model: Path, exact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine is ten or a hundred times slower in some rounds; each rotation and each model takes a known time."""
    bare = bare_partner(str(model))
    partners = [bare, bare.symmetrized("random"), bare.symmetrized("octahedral"), exact_partner(str(exact))]
    rotations: list[int] = []

    def seconds(potential: _core.Potential, graph: _core.Graph, frames: list[_core.Frames]) -> float:
        assert torch.get_num_threads() == 1
        slowness = 10.0 ** (len(rotations) // len(partners) % 3)
        rotations.append(len(frames[0]) if frames else 0)
        return 1e-6 * slowness * max(rotations[-1], 1) * (1.5 if potential.metadata.name == "pair" else 1.0)

    monkeypatch.setattr(timing, "_seconds", seconds)
    before = torch.get_num_threads()
    assert timing.relative_times(partners, Atoms("O")) == pytest.approx([1.0, 1.0, 24.0, 1.5])
    assert torch.get_num_threads() == before
    assert rotations == timing.MOST * [0, 1, 24, 0]


def test_slow_partners_take_few_rounds(model: Path, exact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[float] = []

    def seconds(*_: object) -> float:
        calls.append(timing.ENOUGH)
        return timing.ENOUGH

    monkeypatch.setattr(timing, "_seconds", seconds)
    timing.relative_times([bare_partner(str(model)), exact_partner(str(exact))], Atoms("O"))
    assert len(calls) == 2 * timing.LEAST
