"""Molecules that stay whole, stretch, dissociate, or exchange a proton."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.wholeness import watch_molecules
from support.two_waters import PROTON, START, moved, universe


def test_whole_molecules() -> None:
    result = watch_molecules(universe(START, moved(1.1), moved(0.9)))
    assert (result.molecules, result.frames, result.first_break) == (2, 3, None)
    assert result.longest == pytest.approx(1.1)
    assert result.nearest == pytest.approx(np.sqrt(1.6**2 + 0.8**2))
    assert result.limit == 1.35


def test_drift_through_the_box_breaks_nothing() -> None:
    shifts = (0.0, 2.5, 17.0, -40.0)
    result = watch_molecules(universe(*(START + shift for shift in shifts)))
    assert result.first_break is None
    assert result.longest == pytest.approx(0.98, abs=1e-5)


def test_dissociation_is_found() -> None:
    result = watch_molecules(universe(START, moved(1.2), moved(1.4), moved(1.5)))
    assert result.first_break is not None
    assert (result.first_break.frame, result.first_break.oxygen) == (2, 0)
    assert result.first_break.own == pytest.approx(1.4)
    assert result.longest == pytest.approx(1.5)


def test_proton_that_is_nearer_to_another_oxygen_is_found_below_the_limit() -> None:
    near = START.copy()
    near[3:] += np.array([-0.75, 0.0, 0.8])  # the other oxygen is now 1.95 Å away
    assert watch_molecules(universe(START, near)).first_break is None
    exchanged = near.copy()
    exchanged[PROTON] = START[0] + np.array([1.05, 0.0, 0.0])
    result = watch_molecules(universe(START, exchanged))
    assert result.first_break is not None
    assert (result.first_break.frame, result.first_break.oxygen) == (1, 3)
    assert result.first_break.own < 1.35
    assert result.first_break.other == pytest.approx(0.9)


def test_continued_trajectory_keeps_its_molecules() -> None:
    later = universe(moved(1.4), START)
    result = watch_molecules(later, start=universe(START))
    assert result.first_break is not None
    assert (result.first_break.frame, result.frames) == (0, 2)


def test_nan_counts_as_broken() -> None:
    spoiled = START.copy()
    spoiled[5] = np.nan
    result = watch_molecules(universe(START, spoiled))
    assert result.first_break is not None
    assert result.first_break.oxygen == 3
