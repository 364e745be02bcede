"""Boxes of trajectories."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.observables.dynamics.box_history import BoxHistory

CUBE = np.array([10, 10, 10, 90, 90, 90], dtype=np.float32)


def seen(*boxes: np.ndarray | None) -> BoxHistory:
    history = BoxHistory()
    for box in boxes:
        history.add(box)
    return history


def test_cubes() -> None:
    history = seen(CUBE, CUBE)
    assert history.cubic
    assert history.isotropic
    assert not history.changes
    breathing = seen(CUBE, np.array([12, 12, 12, 90, 90, 90]))
    assert breathing.cubic
    assert breathing.changes
    assert breathing.mean == pytest.approx([11, 11, 11])


@pytest.mark.parametrize("box", [[10, 10, 10.1, 90, 90, 90], [10, 10, 10, 90, 90, 89]])
def test_other_boxes(box: list[float]) -> None:
    history = seen(np.array(box))
    assert not history.cubic
    assert not history.isotropic


def test_no_box() -> None:
    history = seen(None, None)
    assert history.mean == []
    assert not history.cubic
    assert history.isotropic
