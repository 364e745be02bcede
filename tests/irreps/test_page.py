from __future__ import annotations

from pathlib import Path

import pytest
from ase.calculators.singlepoint import SinglePointCalculator
from support.marked_toys import molecule

import tumble
from tumble.irreps.options import Options
from tumble.irreps.page import _rounded, format_irreps
from tumble.irreps.run import analyze_irreps


def test_a_page_fits_a_terminal(model_path: Path) -> None:
    frames = [molecule(seed, 3 + seed % 3) for seed in range(4)]
    lines = format_irreps(analyze_irreps(tumble.load(model_path), frames, label="four.xyz")).splitlines()
    assert lines[0] == "toy: 4 structures of 3 to 5 atoms, four.xyz"
    assert max(map(len, lines)) <= 80
    assert lines.count("only") == 2
    assert sum(line.startswith("  1o  ") for line in lines) == 2
    assert any("mean absolute change (no labels)" in line for line in lines)


def test_labels_and_missing_numbers(model_path: Path) -> None:
    """A single frame has no error bars; with a label, the table has the increase of the error."""
    atoms = molecule(0, 2)
    atoms.calc = SinglePointCalculator(atoms, energy=1.0)
    page = format_irreps(analyze_irreps(tumble.load(model_path), [atoms], label="one.xyz"))
    assert "energy: MAE 0 meV/atom on 1 structure with labels, mean error off" in page
    assert "energy: increase of the MAE" in page
    assert "forces: mean absolute change (no labels)" in page
    (row,) = (line.split() for line in page.splitlines() if line.startswith("  2e") and "%" not in line)
    assert row == ["2e", "0", "0", "-", "-"]  # O and H have no partner of their species


def test_without_ablation_there_is_one_table(model_path: Path) -> None:
    page = format_irreps(analyze_irreps(tumble.load(model_path), [molecule(0)], Options(ablation=False)))
    assert "zeroed" not in page


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (123.4, 5.6, "123.4 ± 5.6"),
        (-0.01074, 0.04, "-0.011 ± 0.040"),
        (-4e-4, 6e-4, "0.000 ± 0.001"),
        (-1e-6, 3e-6, "0"),
        (2.0, 0.0, "2"),
    ],
)
def test_numbers_have_two_digits_of_their_error(value: float, error: float, text: str) -> None:
    assert _rounded(value, error) == text
