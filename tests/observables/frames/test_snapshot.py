"""What a frame shows, computed once."""

from __future__ import annotations

import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from support.oriented_water import isotropic, universe

from tumble.observables.frames.molecular_axes import axes_of_centroid
from tumble.observables.frames.snapshot import Snapshot
from tumble.observables.frames.water import Water

BEADS = np.arange(24.0).reshape(2, 4, 3)


def test_beads_and_centroid() -> None:
    snapshot = Snapshot(SimpleNamespace(frame=7, dimensions=None, data={"beads": BEADS}))
    assert (snapshot.frame, snapshot.dimensions) == (7, None)
    np.testing.assert_array_equal(snapshot.beads, BEADS)
    np.testing.assert_array_equal(snapshot.centroid, [[6 + x, 7 + x, 8 + x] for x in (0, 3, 6, 9)])
    alone = Snapshot(SimpleNamespace(frame=0, dimensions=None, data={}, positions=BEADS[0].astype(np.float32)))
    np.testing.assert_array_equal(alone.beads, BEADS[:1])
    np.testing.assert_array_equal(alone.centroid, BEADS[0])


def test_a_key_stands_for_one_computation() -> None:
    snapshot = Snapshot(SimpleNamespace(frame=0, dimensions=None, data={"beads": BEADS}))
    calls: list[str] = []

    def compute() -> int:
        calls.append("called")
        return len(calls)

    assert [snapshot.once("a", compute), snapshot.once("a", compute), snapshot.once(("a", b""), compute)] == [1, 1, 2]


def test_what_is_handed_out_cannot_be_written_to_and_the_frame_can() -> None:
    own = BEADS.copy()
    snapshot = Snapshot(SimpleNamespace(frame=0, dimensions=None, data={"beads": own}))
    for array in (snapshot.beads, snapshot.centroid, snapshot.once("double", lambda: 2 * own)):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0
    own[:] = 1.0  # the reader reads the next frame


def test_another_process_derives_again() -> None:
    snapshot = Snapshot(SimpleNamespace(frame=3, dimensions=None, data={"beads": BEADS}))
    snapshot.once("a", lambda: 1)
    copied = pickle.loads(pickle.dumps(snapshot))
    assert copied.frame == 3
    assert copied.once("a", lambda: 2) == 2


def test_equal_molecules_share_what_is_derived() -> None:
    made = universe(isotropic(2, 1, 8))
    one, other = Water(made), Water(made)
    snapshot = Snapshot(made.trajectory[0])
    assert one.bonds_of_beads(snapshot) is other.bonds_of_beads(snapshot)
    assert axes_of_centroid(one, snapshot) is axes_of_centroid(other, snapshot)
    np.testing.assert_array_equal(one.bonds_of_centroid(snapshot), one.bonds_of_beads(snapshot)[0])
    other.key = b"of other molecules"
    assert one.bonds_of_beads(snapshot) is not other.bonds_of_beads(snapshot)
