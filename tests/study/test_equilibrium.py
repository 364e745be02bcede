"""Whether a run had come to equilibrium where its analysis begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.signal import lfilter

from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.settings import Settings
from tumble.runs import Run
from tumble.study.equilibrium import drift_at_start, drift_text

TIMES = 0.01 * np.arange(3000.0)  # ps


def opened(relaxation: float, settings: Settings | None = None, **log: Any) -> OpenedRun:
    """A run of 30 ps whose potential energy relaxes in this time (ps)."""
    noise = lfilter([1.0], [1.0, -0.8], np.random.default_rng(1).normal(size=len(TIMES)))
    potential = -30000 + 0.1 * noise + 5.0 * np.exp(-TIMES / relaxation)
    run = Run("a", "LAMMPS", Path(), time=TIMES, log={"potential": potential, **log})
    return OpenedRun(run, Settings() if settings is None else settings)


def test_drift_is_found_with_a_start() -> None:
    found = drift_at_start(opened(1.0))
    assert found is not None
    assert list(found["columns"]) == ["potential"]
    assert 3.0 < found["until_ps"] < 8.0  # 5 exp(-t) is as small as the noise of a hundred samples
    text = drift_text({"drift": found})
    assert text.startswith("wasn't in equilibrium at its start: the potential energy by ")
    assert text.endswith(f"give `--start {found['until_ps']:.12g}`")
    assert drift_at_start(opened(1.0, Settings(start=found["until_ps"]))) is None


@pytest.mark.parametrize("clock", [0.0, 1000.0, 123456.0])
@pytest.mark.parametrize("relaxation", [0.3, 1.0])
def test_the_start_is_inside_of_the_run_whatever_its_clock_shows(clock: float, relaxation: float) -> None:
    times = clock + TIMES
    noise = np.random.default_rng(3).normal(size=len(TIMES))
    potential = noise + 50 * np.exp(-TIMES / relaxation)
    found = drift_at_start(OpenedRun(Run("a", "LAMMPS", Path(), time=times, log={"potential": potential}), Settings()))
    assert found is not None
    # The noise of 3000 samples, 0.02, is reached after 8 relaxation times.
    assert clock + 2 * relaxation < found["until_ps"] < clock + 15 * relaxation
    text = drift_text({"drift": found})
    assert float(text.rpartition("--start ")[2].rstrip("`")) == found["until_ps"]


def test_a_step_without_noise() -> None:
    run = Run("a", "LAMMPS", Path(), time=TIMES, log={"volume": np.where(TIMES < 7.0, 1000.0, 1001.0)})
    found = drift_at_start(OpenedRun(run, Settings()))
    assert found is not None
    assert found["until_ps"] == pytest.approx(7.0, abs=0.06)  # averages are of 60 fs
    assert found["columns"]["volume"]["sigma"] == 1000.0


def test_the_latest_counts() -> None:
    noise = np.random.default_rng(2).normal(size=len(TIMES))
    found = drift_at_start(opened(0.3, temperature=300 + noise - 30 * np.exp(-TIMES / 2.0)))
    assert found is not None
    assert found["until_ps"] == found["columns"]["temperature"]["until_ps"] > found["columns"]["potential"]["until_ps"]


@pytest.mark.parametrize("spoiled", [np.nan, np.inf])
def test_what_is_not_finite_is_passed_over(spoiled: float) -> None:
    column = np.full(len(TIMES), spoiled)
    assert drift_at_start(opened(1e-9, temperature=column, volume=np.full(len(TIMES), 3.0))) is None
    column[::2] = 300.0
    assert drift_at_start(opened(1e-9, temperature=column)) is None


def test_nothing_drifts() -> None:
    assert drift_at_start(opened(1e-9)) is None
    assert drift_at_start(OpenedRun(Run("a", "unknown", Path()), Settings())) is None
    assert drift_text({}) == drift_text({"drift": None}) == ""
