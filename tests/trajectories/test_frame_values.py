"""Values of frames: where they come from, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from MDAnalysis.coordinates.timestep import Timestep

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.trajectories.frame_values import FrameValues


def frame(number: int) -> Timestep:
    ts = Timestep(2)
    ts.frame = number
    ts.data.update(q=np.array([1.0, 2.0]), mux=np.zeros(2), muy=np.ones(2), muz=np.full(2, 2.0))
    return ts


def test_each_kind_of_source() -> None:
    assert FrameValues("charges", "q").at(frame(0)) == pytest.approx([1.0, 2.0])
    assert FrameValues("dipoles", ("mux", "muy", "muz")).at(frame(0)) == pytest.approx(np.array([[0, 1, 2], [0, 1, 2]]))
    assert FrameValues("dipoles", lambda ts: [ts.frame]).at(frame(7)) == pytest.approx([7.0])
    assert FrameValues("dipoles", np.arange(6.0).reshape(3, 2)).at(frame(1)) == pytest.approx([2.0, 3.0])


def test_missing_frame() -> None:
    with pytest.raises(ConfigurationError, match=r"`dipoles`: .*got 3 for frame 3"):
        FrameValues("dipoles", np.zeros((3, 2))).at(frame(3))


def test_missing_entry() -> None:
    with pytest.raises(ConfigurationError, match=r"`charges`: .*`c`.*got q, mux, muy, muz"):
        FrameValues("charges", "c").at(frame(0))


def test_not_a_number() -> None:
    with pytest.raises(TrajectoryError, match=r"`charges`: .*got NaN or inf"):
        FrameValues("charges", lambda _: [np.nan]).at(frame(5))


def test_columns_and_values_of_extended_xyz() -> None:
    ts = frame(0)
    ts.data.update(arrays={"charges": np.array([0.5, -0.5])}, info={"dipole": np.array([1.0, 2.0, 3.0])})
    assert FrameValues("charges", "charges").at(ts) == pytest.approx([0.5, -0.5])
    assert FrameValues("dipoles", "dipole").at(ts) == pytest.approx([1.0, 2.0, 3.0])
