"""Marks in converted models: `tumble irreps` sees the irreps that the package declares, and they turn as declared."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.peers import convert, run_script
from support.systems import systems

from tumble.irreps.batches import load_whole
from tumble.irreps.options import Options
from tumble.irreps.run import analyze_irreps

pytestmark = [pytest.mark.peers, pytest.mark.timeout(600)]

#: Script and its arguments, suffix, options of the conversion, and irreps of each layer, as the script chose them.
KINDS = {
    "mace": (
        ("make_mace.py",),
        ".model",
        ("--option", "head=high"),
        {
            "interaction 0": ["8x0e", "8x1o", "8x2e"],
            "product 0": ["8x0e", "8x1o"],
            "interaction 1": ["8x0e", "8x1o", "8x2e"],
            "product 1": ["8x0e"],
        },
    ),
    "nequip": (
        ("make_nequip.py", "nequip"),
        ".ckpt",
        (),
        {"interaction 0": ["8x0e", "8x1o", "8x2e"], "interaction 1": ["8x0e"]},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_layers_of_small_models(kind: str, tmp_path: Path) -> None:
    (script, *arguments), suffix, options, layers = KINDS[kind]
    source, path = tmp_path / f"source{suffix}", tmp_path / "model.pt"
    run_script(kind, script, *arguments, source)
    done = convert(kind, source, path, *options)
    assert done.returncode == 0, done.stderr
    check(path, layers, 1e-4)


def test_layers_of_sevennet(tmp_path: Path) -> None:
    path = tmp_path / "7net-0.pt"
    done = convert("sevennet", "7net-0", path, "--elements", "H", "O")
    assert done.returncode == 0, done.stderr
    hidden = {f"interaction {layer}": ["128x0e", "64x1e", "32x2e"] for layer in range(4)}
    check(path, hidden | {"interaction 4": ["128x0e"]}, 1e-4)


def check(path: Path, layers: dict[str, list[str]], tolerance: float) -> None:
    potential = load_whole(path, "cpu")
    result = analyze_irreps(potential, [systems()["molecule"], systems()["triclinic"]], Options(ablation=False))
    found = {layer: [f"{row.part.channels}x{row.part.irrep}" for row in result.of(layer)] for layer in result.layers}
    assert found == layers
    assert max(result.rotation_error.values()) < tolerance
