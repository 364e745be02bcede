"""The learning curve: what is drawn from the metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tumble.train.learning_curve import draw, learning_curve
from tumble.train.targets import DIPOLE, FORCES


def row(stage: str, step: int, **errors: float) -> dict[str, Any]:
    return {"stage": stage, "step": step, "train_force_rmse": 100.0 / step, **errors}


ROWS = [
    row("pre", 10, dft_force_mae=50.0, dft_energy_mae=1.0, bpnn_force_mae=30.0),
    row("pre", 20, dft_force_mae=40.0, dft_energy_mae=1.0, bpnn_force_mae=20.0),
    row("fine", 30, dft_force_mae=20.0, dft_energy_mae=1.0, bpnn_force_mae=25.0),
]


def test_lines_axes_and_stages() -> None:
    (axes,) = learning_curve(ROWS, FORCES).axes
    lines = {str(line.get_label()): line.get_xydata().tolist() for line in axes.get_lines()}
    assert lines["dft, held out, MAE"] == [[10, 50], [20, 40], [30, 20]]
    assert lines["bpnn, held out, MAE"] == [[10, 30], [20, 20], [30, 25]]
    assert lines["training, running RMSE"] == [[10, 10], [20, 5], [30, 100 / 30]]
    assert sum(label.startswith("_") for label in lines) == 1  # the end of the first stage
    assert [text.get_text() for text in axes.texts] == ["pre", "fine"]
    assert [text.get_position()[0] for text in axes.texts] == [10, 25]
    assert axes.get_yscale() == "log"
    assert axes.get_ylabel() == "error of force components / (meV/Å)"
    assert axes.get_xlabel() == "optimizer steps"


def test_another_target() -> None:
    rows = [{"stage": "only", "step": 5, "train_dipole_rmse": 700.0, "qm9_energy_mae": 1.0, "qm9_dipole_mae": 500.0}]
    (axes,) = learning_curve(rows, DIPOLE).axes
    lines = {str(line.get_label()): line.get_xydata().tolist() for line in axes.get_lines()}
    assert lines == {"training, running RMSE": [[5, 700]], "qm9, held out, MAE": [[5, 500]]}
    assert axes.get_ylabel() == "error of dipoles / (mD)"


def test_file(tmp_path: Path) -> None:
    draw(ROWS[:1], FORCES, tmp_path / "one.png")
    draw([row("only", 5)], FORCES, tmp_path / "nothing_held_out.png")
    for name in ("one.png", "nothing_held_out.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
