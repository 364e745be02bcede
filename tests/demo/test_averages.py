"""Averages over the part of a run that counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tumble.demo import averages
from tumble.demo.runs import Run

SERIES = np.array([900.0, 900.0, 1.0, 3.0, 5.0, 5.0, 6.0, 8.0])  # the first quarter doesn't count
COUNTED = SERIES[2:]


def test_first_quarter_is_left_out(make_run: Callable[..., Run]) -> None:
    run = replace(make_run(4), temperature=SERIES, torque=SERIES, kinetic=SERIES)
    assert averages.temperature(run).mean == pytest.approx(COUNTED.mean())
    assert averages.kinetic_energy(run) == averages.temperature(run)
    assert averages.torque_rms(run).mean == pytest.approx(np.sqrt(np.mean(COUNTED**2)))
    # Blocks of 1, 2, 1 and 2 samples.
    assert averages.temperature(run).error == pytest.approx(np.std([1, 4, 5, 7], ddof=1) / 2)


def test_classical_nuclei_have_no_estimator(make_run: Callable[..., Run]) -> None:
    assert averages.kinetic_energy(make_run(1)) is None


def test_few_samples_make_fewer_blocks(make_run: Callable[..., Run]) -> None:
    run = replace(make_run(), temperature=np.array([299.0, 300.0, 304.0]))
    assert averages.temperature(run).mean == pytest.approx(301)
    assert averages.temperature(run).error == pytest.approx(np.std([299, 300, 304], ddof=1) / np.sqrt(3))
