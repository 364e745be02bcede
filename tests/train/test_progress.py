"""The live line: on a terminal only."""

from __future__ import annotations

import io

import pytest

from tumble.train.loss import RunningLoss
from tumble.train.progress import ProgressLine
from tumble.train.sections import LossConfig, StageConfig

STAGE = StageConfig("tuning", {"water": 1}, learning_rate=1e-3, steps=4)
LOSS = RunningLoss(LossConfig(), {"energy": 4e-6, "forces": 0.0025})  # 2 meV/atom, 50 meV/Å


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def show(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, loss: RunningLoss = LOSS) -> str:
    monkeypatch.setattr("sys.stderr", stream)
    line = ProgressLine()
    line.start(STAGE, 0.25)
    line.step(0.5, 3, loss)
    line.log("validated")
    line.step(0.75, 3, loss)
    line.close()
    return stream.getvalue()


def test_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = show(Terminal(), monkeypatch)
    for part in ("tuning", " 25 %", " 50 %", "RMSE 2 meV/atom, 50 meV/Å", "frames/s", " < ", "validated\n"):
        assert part in shown, part
    assert shown.endswith("\r")  # it is gone at the end


def test_what_is_not_trained_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    loss = RunningLoss(LossConfig(forces=0.0, dipole=1.0), {"energy": 4e-6, "dipole": 0.01})  # 0.1 e Å
    assert "RMSE 2 meV/atom, 480 mD, " in show(Terminal(), monkeypatch, loss)


def test_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert show(io.StringIO(), monkeypatch) == "validated\n"
