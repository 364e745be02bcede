"""Whether a system is isolated, and molecules that a cell has cut."""

from __future__ import annotations

import numpy as np
import pytest
from MDAnalysis.lib.mdamath import triclinic_box
from scipy.spatial.distance import pdist
from support.motions import motion

from tumble.errors import NotApplicableError
from tumble.observables.frames.isolation import Isolation

SHAPE = np.array([[0.0, 0, 0], [0.8, 0.6, 0], [-0.8, 0.6, 0.3]])
TRICLINIC = np.array([[16.0, 0, 0], [5.0, 17.0, 0], [-4.0, 3.0, 18.0]])


def test_no_cell_is_isolated() -> None:
    isolation = Isolation(motion("OHH", SHAPE[None]))
    assert isolation.known
    assert isolation.notes == ()
    assert isolation.beads(SHAPE[None], None, 0) is not None


def test_molecule_is_whole_wherever_the_cell_cuts_it() -> None:
    box = triclinic_box(*TRICLINIC)
    generator = np.random.default_rng(1)
    for _ in range(50):
        moved = SHAPE + generator.uniform(-40, 40, size=3)
        fractions = moved @ np.linalg.inv(TRICLINIC)
        wrapped = (fractions % 1.0) @ TRICLINIC
        isolation = Isolation(motion("OHH", wrapped[None], dimensions=box))
        assert isolation.known
        whole = isolation.beads(wrapped[None], box, 0)[0]
        assert pdist(whole) == pytest.approx(pdist(SHAPE), abs=1e-4)


def test_beads_move_with_their_atom() -> None:
    box = np.array([20.0, 20, 20, 90, 90, 90])
    beads = np.stack([SHAPE + np.array([x, 1.0, 1.0]) for x in (19.9, 20.1)])
    shifted = beads.copy()
    shifted[:, 1] -= [20, 0, 0]  # one atom is in the next image, with both of its beads
    isolation = Isolation(motion("OHH", shifted[None], dimensions=box))
    whole = isolation.beads(shifted, box, 0)
    for bead in whole:
        assert pdist(bead) == pytest.approx(pdist(SHAPE), abs=1e-4)
    assert whole[1] - whole[0] == pytest.approx(np.tile([0.2, 0, 0], (3, 1)))


def test_gap_is_that_between_images() -> None:
    box = np.array([12.0, 30, 30, 90, 90, 90])
    isolation = Isolation(motion("OHH", SHAPE[None], dimensions=box))
    assert isolation.gap == pytest.approx(12 - 1.6, abs=1e-5)
    assert isolation.known
    narrow = Isolation(motion("OHH", SHAPE[None], dimensions=box * [0.8, 1, 1, 1, 1, 1]))
    assert not narrow.known
    with pytest.raises(NotApplicableError, match=r"isolated system.* 8\.0 Å"):
        narrow.require("angular momentum")


def test_what_the_caller_knows_counts() -> None:
    box = np.array([5.0, 5, 5, 90, 90, 90])
    universe = motion("OHH", SHAPE[None] + 4.9, dimensions=box)
    isolation = Isolation(universe, isolated=True)
    assert isolation.known
    assert isolation.beads(SHAPE[None] + 4.9, box, 0)[0] == pytest.approx(SHAPE + 4.9)
    assert not Isolation(motion("OHH", SHAPE[None]), isolated=False).known


def test_images_that_meet_later_are_refused() -> None:
    box = np.array([20.0, 20, 20, 90, 90, 90])
    isolation = Isolation(motion("OHH", SHAPE[None], dimensions=box))
    apart = SHAPE + np.array([[0.0, 0, 0], [3.2, 0, 0], [8.8, 0, 0]])
    with pytest.raises(NotApplicableError, match=r"isolated system, got .* frame 7"):
        isolation.beads(apart[None], np.array([12.0, 20, 20, 90, 90, 90]), 7)
    assert "isolated" in isolation.notes[0]
