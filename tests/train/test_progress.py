"""The live line: on a terminal only."""

from __future__ import annotations

import io

import pytest

from tumble.train.loss import RunningLoss
from tumble.train.progress import ProgressLine, rmse
from tumble.train.sections import LossConfig, StageConfig

STAGE = StageConfig("tuning", {"water": 1}, learning_rate=1e-3, steps=4)
LOSS = RunningLoss(LossConfig(), energy=4e-6, forces=0.0025)  # 2 meV/atom, 50 meV/Å


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def show(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.stderr", stream)
    line = ProgressLine()
    line.start(STAGE, 0.25)
    line.step(0.5, 3, LOSS)
    line.log("validated")
    line.step(0.75, 3, LOSS)
    line.close()
    return stream.getvalue()


def test_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = show(Terminal(), monkeypatch)
    for part in ("tuning", " 25 %", " 50 %", "RMSE 2 meV/atom, 50 meV/Å", "frames/s", " < ", "validated\n"):
        assert part in shown, part
    assert shown.endswith("\r")  # it is gone at the end


def test_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert show(io.StringIO(), monkeypatch) == "validated\n"


def test_errors_before_the_first_step() -> None:
    assert rmse(RunningLoss(LossConfig())) == (0.0, 0.0)
    assert rmse(LOSS) == pytest.approx((2.0, 50.0))
