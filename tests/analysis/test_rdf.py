"""Radial distribution functions against a direct count of pairs with NumPy."""

from __future__ import annotations

import itertools
import json

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.coordinates.memory import MemoryReader
from MDAnalysis.lib.mdamath import triclinic_box

from tumble.analysis import TrajectoryError, radial_distribution

CUBIC = np.diag([8.0, 8.0, 8.0])
TRICLINIC = np.array([[8.0, 0.0, 0.0], [2.5, 7.5, 0.0], [-1.5, 2.0, 9.0]])


def universe(
    rows: np.ndarray | None, frames: int, seed: int, oxygens: int = 6, hydrogens: int = 5
) -> MDAnalysis.Universe:
    """Atoms at random places of a box with the cell vectors `rows` (Å), some of them outside."""
    random = np.random.default_rng(seed)
    atoms = oxygens + hydrogens
    made = MDAnalysis.Universe.empty(atoms, trajectory=True)
    made.add_TopologyAttr("elements", ["O"] * oxygens + ["H"] * hydrogens)
    fractions = random.uniform(-0.5, 1.5, size=(frames, atoms, 3))
    positions = fractions @ (np.diag([8.0] * 3) if rows is None else rows)
    box = None if rows is None else triclinic_box(*rows)
    made.load_new(positions.astype(np.float32), format=MemoryReader, dimensions=box)
    return made


def direct(made: MDAnalysis.Universe, rows: np.ndarray, pair: tuple[str, str], edges: np.ndarray) -> np.ndarray:
    """g(r) by looking at every pair and at every image around, averaged over all frames."""
    first, second = (np.flatnonzero(made.atoms.elements == symbol) for symbol in pair)
    shifts = np.array(list(itertools.product((-3, -2, -1, 0, 1, 2, 3), repeat=3))) @ rows
    counts = np.zeros(len(edges) - 1)
    for ts in made.trajectory:
        positions = ts.positions.astype(float)
        for i in first:
            for j in second[second != i]:
                distances = np.linalg.norm(positions[j] - positions[i] + shifts, axis=1)
                counts += np.histogram(distances, edges)[0]
    number = len(first) * (len(second) - (pair[0] == pair[1]))
    shells = 4 / 3 * np.pi * np.diff(edges**3)
    return counts / (len(made.trajectory) * number * shells / np.linalg.det(rows))


@pytest.mark.parametrize("rows", [CUBIC, TRICLINIC], ids=["cubic", "triclinic"])
@pytest.mark.parametrize("pair", [("O", "O"), ("O", "H")])
def test_equals_a_direct_count(rows: np.ndarray, pair: tuple[str, str]) -> None:
    made = universe(rows, frames=8, seed=1)
    result = radial_distribution([made], pair, bin_width=0.2, blocks=4)
    # Up to half the distance between the closest faces no pair has two images in reach.
    np.testing.assert_allclose(result.values, direct(made, rows, pair, result.edges), rtol=1e-5)
    assert (result.frames, result.beads, result.blocks) == (8, 1, 4)


def test_range_reaches_half_the_smallest_width_of_the_box() -> None:
    result = radial_distribution([universe(TRICLINIC, frames=4, seed=2)])
    a, b, c = TRICLINIC
    volume = np.linalg.det(TRICLINIC)
    widths = [volume / np.linalg.norm(np.cross(u, v)) for u, v in ((b, c), (c, a), (a, b))]
    assert result.edges[-1] == pytest.approx(min(widths) / 2, rel=2e-4)
    assert result.edges[-1] <= min(widths) / 2


def test_beads_are_averaged() -> None:
    beads = [universe(CUBIC, frames=8, seed=seed) for seed in (3, 4, 5)]
    together = radial_distribution(beads, bin_width=0.2)
    alone = [direct(bead, CUBIC, ("O", "O"), together.edges) for bead in beads]
    np.testing.assert_allclose(together.values, np.mean(alone, axis=0), rtol=1e-5)
    assert together.beads == 3


def test_start_leaves_frames_out() -> None:
    made = universe(CUBIC, frames=9, seed=6)
    late = radial_distribution([made], start=5, blocks=2)
    positions = np.array([ts.positions for ts in made.trajectory])[5:]
    made.load_new(positions, format=MemoryReader, dimensions=triclinic_box(*CUBIC))
    np.testing.assert_allclose(late.values, radial_distribution([made], blocks=2).values)
    assert late.frames == 4


def test_error_is_the_standard_error_of_blocks() -> None:
    made = universe(CUBIC, frames=10, seed=7)
    whole = radial_distribution([made], bin_width=0.5, blocks=5)
    blocks = []
    frames = np.array([ts.positions for ts in made.trajectory])
    for block in np.split(frames, 5):
        made.load_new(block, format=MemoryReader, dimensions=triclinic_box(*CUBIC))
        blocks.append(direct(made, CUBIC, ("O", "O"), whole.edges))
    np.testing.assert_allclose(whole.errors, np.std(blocks, axis=0, ddof=1) / np.sqrt(5), rtol=1e-4, atol=1e-8)


def test_blocks_of_unequal_length_weigh_by_their_frames() -> None:
    made = universe(CUBIC, frames=7, seed=8)
    result = radial_distribution([made], bin_width=0.5, blocks=3)
    np.testing.assert_allclose(result.values, direct(made, CUBIC, ("O", "O"), result.edges), rtol=1e-5)


def test_ideal_gas_has_none() -> None:
    result = radial_distribution([universe(CUBIC, frames=40, seed=9, oxygens=60)], bin_width=0.5)
    outer = result.centres > 1
    deviation = (result.values - 1)[outer] / result.errors[outer]
    assert np.sqrt(np.mean(deviation**2)) < 2.5


def test_range_beyond_half_the_box_is_refused() -> None:
    with pytest.raises(TrajectoryError, match=r"at most half the width of the box, 4.000 Å in frame 0, got 4.500 Å"):
        radial_distribution([universe(CUBIC, frames=4, seed=1)], cutoff=4.5)


def test_box_that_shrinks_is_noticed() -> None:
    made = universe(CUBIC, frames=4, seed=1)
    boxes = np.repeat(triclinic_box(*CUBIC)[None], 4, axis=0)
    boxes[2, :3] = 7
    made.trajectory.dimensions_array = boxes
    with pytest.raises(TrajectoryError, match=r"half the width of the box, 3.500 Å in frame 2"):
        radial_distribution([made])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"blocks": 1}, "`blocks`: expected at least 2, got 1"),
        ({"blocks": 5}, "`blocks`: expected at most as many as there are samples, 4, got 5"),
        ({"start": 9}, "`blocks`: expected at most as many as there are samples, 0, got 4"),
        ({"pair": ("O", "He")}, "`pair`: expected elements of the trajectory, got `He`"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(TrajectoryError, match=message):
        radial_distribution([universe(CUBIC, frames=4, seed=1)], **arguments)


def test_trajectory_without_a_box_is_refused() -> None:
    with pytest.raises(TrajectoryError, match="expected a periodic box in each frame, got none"):
        radial_distribution([universe(None, frames=4, seed=1)])


def test_json_holds_curve_and_units() -> None:
    result = radial_distribution([universe(CUBIC, frames=4, seed=1)], bin_width=0.5)
    document = json.loads(result.to_json())
    assert document["units"] == {"r": "angstrom", "g": "1"}
    np.testing.assert_allclose(document["g"], result.values)
    np.testing.assert_allclose(document["r"], result.centres)
