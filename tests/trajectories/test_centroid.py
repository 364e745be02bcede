"""Beads of ring polymers and of what isn't one, and what their motion means."""

from __future__ import annotations

import numpy as np
import pytest
from support.motions import motion

from tumble.trajectories.centroid import beads_of, dynamics_notes


def test_ring_polymer() -> None:
    beads = np.random.default_rng(1).normal(size=(2, 4, 3, 3))
    ring = motion("OHH", beads)
    assert beads_of(ring.trajectory[1]) == pytest.approx(beads[1], abs=1e-12)
    (note,) = dynamics_notes(ring.trajectory.ts)
    assert "RPMD" in note


def test_classical_frame_is_its_own_bead() -> None:
    classical = motion("OHH", np.random.default_rng(1).normal(size=(2, 3, 3)))
    (bead,) = beads_of(classical.trajectory.ts)
    assert bead == pytest.approx(classical.atoms.positions)
    assert dynamics_notes(classical.trajectory.ts) == ()
