"""Processes that compute, one question each."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tumble.errors import EvaluationError
from tumble.observables.base.processes import Processes, count_frame


def counted(frames: int) -> int:
    for _ in range(frames):
        count_frame()
    return os.getpid()


def inverse(number: int) -> float:
    return 1 / number


def until(path: str) -> bool:
    """Counts a frame, and waits until a file is there."""
    count_frame()
    while not os.path.exists(path):
        time.sleep(0.01)
    return True


def ended(_: object) -> None:
    os._exit(1)


def test_answers_errors_and_deaths() -> None:
    with Processes(2) as processes:
        first, second = processes.apply(counted, [3, 4])
        assert os.getpid() not in (first, second)
        assert processes.apply(counted, [1, 1]) == [first, second]  # they serve on
        assert processes.apply(inverse, [1, 2, 4, 5, 8]) == [1, 0.5, 0.25, 0.2, 0.125]
        with pytest.raises(ZeroDivisionError) as caught:
            processes.apply(inverse, [1, 0])
        assert "in inverse" in str(caught.value.__cause__)
        with pytest.raises(EvaluationError, match="process died"):
            processes.apply(ended, [0, 1])
        assert processes.apply(inverse, [2]) == [0.5]  # by new ones


def test_counts_while_they_compute(tmp_path: Path) -> None:
    path = tmp_path / "go"
    told: list[int] = []

    def tell(frames: int) -> None:
        told.append(frames)
        if frames == 2:
            path.touch()

    with Processes(2) as processes:
        assert processes.begin(until, [str(path)] * 2)(tell) == [True, True]
        assert told == sorted(told)
        assert told[-1] == 2
        assert len(processes.begin(counted, [2])()) == 1
    count_frame()  # does nothing in this process
