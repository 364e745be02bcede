"""Times of partners, with evaluations that take a known time."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from ase.build import molecule

from tumble import _core
from tumble.demo import timing
from tumble.demo.partners import bare_partner, exact_partner


def test_ratios_are_those_within_rounds(model: Path, exact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine is ten or a hundred times slower in some rounds; each rotation and each model takes a known time."""
    bare = bare_partner(str(model))
    partners = [bare, bare.symmetrized("random"), bare.symmetrized("octahedral"), exact_partner(str(exact))]
    rotations: list[int] = []

    def seconds(potential: _core.Potential, graph: _core.Graph, frames: list[_core.Frames], repeats: int) -> float:
        assert torch.get_num_threads() == 1
        if repeats == 1:  # to warm up, and to find the number of repeats
            return 1e-3
        assert repeats == round(timing.SHORTEST / 1e-3)
        slowness = 10.0 ** (len(rotations) // len(partners) % 3)
        rotations.append(len(frames[0]) if frames else 0)
        return slowness * max(rotations[-1], 1) * (1.5 if potential.metadata.name == "pair" else 1.0)

    monkeypatch.setattr(timing, "_seconds", seconds)
    before = torch.get_num_threads()
    assert timing.relative_times(partners, molecule("H2O"), 1) == pytest.approx([1.0, 1.0, 24.0, 1.5])
    assert torch.get_num_threads() == before
    assert rotations[:4] == rotations[-4:] == [0, 1, 24, 0]
    assert timing.LEAST <= len(rotations) / 4 <= timing.MOST
