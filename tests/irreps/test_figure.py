from __future__ import annotations

from pathlib import Path

import pytest
from support.marked_toys import molecule

import tumble
from tumble.irreps.figure import color_of, plot
from tumble.irreps.options import Options
from tumble.irreps.run import analyze_irreps


@pytest.mark.parametrize("ablation", [True, False])
@pytest.mark.parametrize("frames", [1, 3])
def test_figures(model_path: Path, tmp_path: Path, frames: int, ablation: bool) -> None:
    structures = [molecule(seed) for seed in range(frames)]
    result = analyze_irreps(tumble.load(model_path), structures, Options(ablation=ablation), label="some.xyz")
    plot(result, tmp_path / "bars.svg")
    text = (tmp_path / "bars.svg").read_text()
    assert "tumble figure" in text
    plot(result, tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_text() == text


def test_the_parities_of_an_l_share_its_color() -> None:
    assert color_of("1e") == color_of("1o") != color_of("2e")
