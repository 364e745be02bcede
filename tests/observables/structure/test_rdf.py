"""Radial distribution functions against MDAnalysis, freud, a count over all images, and gases with known answers."""

from __future__ import annotations

import itertools

import freud
import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.analysis.rdf import InterRDF
from MDAnalysis.coordinates.memory import MemoryReader
from MDAnalysis.lib.mdamath import triclinic_box
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from support.bead_frames import BeadFrames

from tumble.errors import ConfigurationError, NotApplicableError, SettingError, TrajectoryError
from tumble.observables.base.processes import Processes
from tumble.observables.structure.rdf import Rdf

Positions = NDArray[np.float64]

CUBIC = np.diag([9.0, 9.0, 9.0])
TRICLINIC = np.array([[9.0, 0.0, 0.0], [2.7, 8.5, 0.0], [-1.6, 2.2, 10.0]])
ORDER = "HOHHHO"  # of two molecules; not oxygen first


def universe(positions: Positions, symbols: str, rows: Positions | None) -> MDAnalysis.Universe:
    """A trajectory of [T,N,3], or of beads [T,P,N,3]; cells [3,3], or of each frame [T,3,3]."""
    made = MDAnalysis.Universe.empty(len(symbols), trajectory=True)
    made.add_TopologyAttr("elements", list(symbols))
    boxes = None if rows is None else np.array([triclinic_box(*cell) for cell in np.reshape(rows, (-1, 3, 3))])
    boxes = boxes[0] if boxes is not None and len(boxes) == 1 else boxes
    if positions.ndim == 4:
        made.trajectory = BeadFrames(positions, dimensions=boxes)
    else:
        made.load_new(positions.astype(np.float32), format=MemoryReader, dimensions=boxes)
    return made


def gas(rows: Positions, frames: int, atoms: int, seed: int) -> Positions:
    """Atoms anywhere, some outside of the box."""
    return np.random.default_rng(seed).uniform(-0.5, 1.5, size=(frames, atoms, 3)) @ rows


def water(rows: Positions, frames: int, molecules: int, seed: int) -> Positions:
    """Molecules anywhere, at random orientations, in the order of `ORDER`; bonds of 0.9 to 1 Å."""
    generator = np.random.default_rng(seed)
    oxygens = generator.uniform(-0.5, 1.5, size=(frames, molecules, 1, 3)) @ rows
    bonds = generator.normal(size=(frames, molecules, 2, 3))
    bonds *= generator.uniform(0.9, 1.0, size=(frames, molecules, 2, 1)) / np.linalg.norm(bonds, axis=-1, keepdims=True)
    first = np.concatenate([oxygens + bonds[:, :, :1], oxygens, oxygens + bonds[:, :, 1:]], axis=2)
    second = np.concatenate([oxygens + bonds, oxygens], axis=2)
    both = np.concatenate([first[:, 0::2], second[:, 1::2]], axis=2)
    return both.reshape(frames, -1, 3)


def direct(
    positions: Positions, rows: Positions, first: NDArray[np.intp], second: NDArray[np.intp], edges: Positions
) -> NDArray[np.int64]:
    """Number of ordered pairs, from all images around."""
    shifts = np.array(list(itertools.product((-3, -2, -1, 0, 1, 2, 3), repeat=3))) @ rows
    counts = np.zeros(len(edges) - 1, dtype=np.int64)
    for frame in positions:
        for i in first:
            for j in second[second != i]:
                counts += np.histogram(np.linalg.norm(frame[j] - frame[i] + shifts, axis=1), edges)[0]
    return counts


def edges_of(made: Rdf) -> Positions:
    return np.arange(made.bins + 1) * made.bin_width


@pytest.mark.parametrize("rows", [CUBIC, TRICLINIC], ids=["cubic", "triclinic"])
@pytest.mark.parametrize("pair", [("O", "O"), ("O", "H")])
def test_equals_a_count_over_all_images(rows: Positions, pair: tuple[str, str]) -> None:
    symbols = "OHOHHOHO"
    positions = gas(rows, 6, len(symbols), seed=1)
    rdf = Rdf(universe(positions, symbols, rows), [pair], bin_width=0.2).run()
    first, second = (np.flatnonzero(np.array(list(symbols)) == symbol) for symbol in pair)
    edges = edges_of(rdf)
    shells = 4 / 3 * np.pi * np.diff(edges**3)
    number = len(first) * len(second) - len(set(first) & set(second))
    counts = direct(positions.astype(np.float32).astype(float), rows, first, second, edges)
    expected = counts * np.linalg.det(rows) / (len(positions) * number * shells)
    np.testing.assert_allclose(rdf.result[f"g_{''.join(pair)}"].values, expected, rtol=1e-5)


def test_range_reaches_half_the_smallest_distance_between_faces() -> None:
    a, b, c = TRICLINIC
    volume = np.linalg.det(TRICLINIC)
    widths = [volume / np.linalg.norm(np.cross(u, v)) for u, v in ((b, c), (c, a), (a, b))]
    rdf = Rdf(universe(gas(TRICLINIC, 4, 4, seed=2), "OOHH", TRICLINIC), bin_width=0.1)
    assert min(widths) / 2 - 0.1 < rdf.bins * rdf.bin_width <= min(widths) / 2
    large = Rdf(universe(gas(5 * CUBIC, 4, 4, seed=2), "OOHH", 5 * CUBIC), bin_width=0.1)
    assert large.bins * large.bin_width == pytest.approx(12)


@pytest.mark.parametrize("pair", [("O", "O"), ("O", "H"), ("H", "H")])
def test_equals_mdanalysis(pair: tuple[str, str]) -> None:
    symbols = "OHH" * 20
    made = universe(gas(CUBIC, 20, 60, seed=3), symbols, CUBIC)
    result = Rdf(made, [pair], cutoff=4.4, bin_width=0.1).run().result[f"g_{''.join(pair)}"]
    groups = [made.select_atoms(f"element {symbol}") for symbol in pair]
    itself = (1, 1) if pair[0] == pair[1] else None
    reference = InterRDF(*groups, nbins=44, range=(0.0, 4.4), exclusion_block=itself).run().results
    np.testing.assert_allclose(result.axes[0].values, reference.bins)
    # Here and there a pair at the edge of a bin is rounded into the next one.
    assert np.max(np.abs(result.values - reference.rdf)) < 2e-2
    assert np.mean(np.abs(result.values - reference.rdf)) < 1e-3


@pytest.mark.parametrize(
    ("atoms", "edge", "cutoff"), [(90, 9.0, 4.4), (1500, 40.0, 6.0)], ids=["all pairs", "divided into cells"]
)
@pytest.mark.parametrize("skewed", [False, True])
def test_equals_freud(atoms: int, edge: float, cutoff: float, skewed: bool) -> None:
    rows = edge / 9 * (TRICLINIC if skewed else CUBIC)
    cutoff = 0.85 * cutoff if skewed else cutoff
    symbols = "OHH" * (atoms // 3)
    made = universe(gas(rows, 3, atoms, seed=4), symbols, rows)
    result = Rdf(made, cutoff=cutoff, bin_width=cutoff / 50).run().result
    cell = rows.T
    box = freud.box.Box.from_matrix(cell)
    elements = np.array(list(symbols))
    for pair in ("OO", "OH", "HH"):
        first, second = (elements == symbol for symbol in pair)
        reference = np.zeros(50)
        for ts in made.trajectory:
            rdf = freud.density.RDF(bins=50, r_max=cutoff)
            wrapped = box.wrap(ts.positions)
            same = pair[0] == pair[1]
            rdf.compute((box, wrapped[first]), wrapped[second], neighbors={"r_max": cutoff, "exclude_ii": same})
            # freud divides by N^2 also where an atom isn't its own partner.
            reference += rdf.rdf * (first.sum() / (first.sum() - 1) if same else 1.0) / 3
        assert np.sum(np.abs(result[f"g_{pair}"].values - reference)) < 5e-4 * np.sum(reference)


def test_large_box_divided_into_cells_equals_all_pairs() -> None:
    symbols = "OHH" * 500
    positions = gas(4 * TRICLINIC, 2, 1500, seed=5)
    made = universe(positions, symbols, 4 * TRICLINIC)
    near = Rdf(made, cutoff=5.0, bin_width=0.25).run().result
    far = Rdf(made, cutoff=15.0, bin_width=0.25).run().result
    for name in ("g_OO", "g_OH", "g_HH"):
        np.testing.assert_array_equal(near[name].values, far[name].values[:20])


@pytest.mark.parametrize("atoms", [2, 3, 40])
def test_ideal_gas_has_1_for_any_number_of_atoms(atoms: int) -> None:
    made = universe(gas(CUBIC, 4000 // atoms, 2 * atoms, seed=6), "OH" * atoms, CUBIC)
    result = Rdf(made, bin_width=0.5).run().result
    for name in ("g_OO", "g_OH", "g_HH"):
        quantity = result[name]
        outer = quantity.axes[0].values > 1.5
        deviation = (quantity.values - 1)[outer] / quantity.errors[outer]
        assert np.sqrt(np.mean(deviation**2)) < 2
        assert np.max(np.abs(quantity.values - 1)[outer]) < 0.4
        assert quantity.expected is None


def test_errors_cover() -> None:
    covered = []
    for seed in range(30):
        made = universe(gas(CUBIC, 40, 24, seed=100 + seed), "O" * 24, CUBIC)
        quantity = Rdf(made, [("O", "O")], cutoff=4.0, bin_width=0.5).run().result["g_OO"]
        covered.append(np.abs(quantity.values - 1)[1:] < quantity.errors[1:])
    assert 0.60 <= np.mean(covered) <= 0.76


def test_beads_are_averaged() -> None:
    beads = np.stack([gas(CUBIC, 5, 12, seed=seed) for seed in (7, 8, 9)], axis=1)
    together = Rdf(universe(beads, "OHH" * 4, CUBIC), bin_width=0.2).run().result
    apart = [Rdf(universe(beads[:, bead], "OHH" * 4, CUBIC), bin_width=0.2).run().result for bead in range(3)]
    assert together.metadata["beads"] == 3
    for name in ("g_OO", "g_OH", "g_HH"):
        expected = np.mean([each[name].values for each in apart], axis=0)
        np.testing.assert_allclose(together[name].values, expected, rtol=1e-6)


def test_centroid_on_request() -> None:
    beads = np.stack([gas(CUBIC, 5, 12, seed=seed) for seed in (7, 8, 9)], axis=1)
    result = Rdf(universe(beads, "OHH" * 4, CUBIC), bin_width=0.2, centroid=True).run().result
    expected = Rdf(universe(beads.mean(axis=1), "OHH" * 4, CUBIC), bin_width=0.2).run().result
    np.testing.assert_allclose(result["g_OH"].values, expected["g_OH"].values, rtol=1e-6, atol=2e-2)
    assert result.metadata["positions"] == "centroid"
    assert expected.metadata["positions"] == "beads"


def test_molecules_apart() -> None:
    symbols = ORDER * 4
    made = universe(water(CUBIC, 30, 8, seed=10), symbols, CUBIC)
    together = Rdf(made, bin_width=0.25).run().result
    rdf = Rdf(made, bin_width=0.25, intramolecular="apart").run()
    names = [quantity.name for quantity in rdf.result.quantities if quantity.axes]
    assert names == ["g_OO", "g_OH_inter", "g_HH_inter", "p_OH_intra", "p_HH_intra"]
    np.testing.assert_array_equal(rdf.result["g_OO"].values, together["g_OO"].values)
    shells = 4 / 3 * np.pi * np.diff(edges_of(rdf) ** 3) / 9.0**3
    for pair, number, inside in (("OH", 8 * 16, 16), ("HH", 16 * 15, 16)):
        between, within = rdf.result[f"g_{pair}_inter"].values, rdf.result[f"p_{pair}_intra"].values
        total = (number - inside) * between * shells + inside * within * 0.25
        np.testing.assert_allclose(total, number * together[f"g_{pair}"].values * shells, rtol=1e-9)
        assert np.sum(within) * 0.25 == pytest.approx(1)
    # A bond is 0.9 to 1 Å long, all of them, whether or not it crosses the boundary.
    r = rdf.result["p_OH_intra"].axes[0].values
    assert np.all(rdf.result["p_OH_intra"].values[(r < 0.75) | (r > 1)] == 0)
    assert rdf.result.metadata["pairs"] == {"OO": 56, "OH": 112, "HH": 224}


def test_independent_molecules_have_1_between_them() -> None:
    made = universe(water(CUBIC, 800, 2, seed=11), ORDER, CUBIC)
    result = Rdf(made, [("O", "H")], bin_width=0.5, intramolecular="apart").run().result["g_OH_inter"]
    outer = result.axes[0].values > 1.5
    assert np.max(np.abs(result.values - 1)[outer]) < 0.3
    assert np.sqrt(np.mean(((result.values - 1) / result.errors)[outer] ** 2)) < 2


def test_molecules_of_the_topology() -> None:
    made = universe(gas(CUBIC, 6, 8, seed=12), "CHCHCHCH", CUBIC)
    made.add_TopologyAttr("bonds", [(0, 1), (2, 3), (4, 5), (6, 7)])
    result = Rdf(made, [("C", "H")], bin_width=0.3, intramolecular="apart").run().result
    assert result.metadata["pairs"] == {"CH": 12}
    positions = np.array([ts.positions for ts in made.trajectory], dtype=float)
    edges = np.arange(len(result["g_CH_inter"].values) + 1) * 0.3
    every = direct(positions, CUBIC, np.array([0, 2, 4, 6]), np.array([1, 3, 5, 7]), edges)
    inside = sum(direct(positions, CUBIC, np.array([i]), np.array([i + 1]), edges) for i in (0, 2, 4, 6))
    shells = 4 / 3 * np.pi * np.diff(edges**3)
    np.testing.assert_allclose(result["g_CH_inter"].values, (every - inside) * 9.0**3 / (6 * 12 * shells), rtol=1e-5)
    np.testing.assert_allclose(result["p_CH_intra"].values, inside / (6 * 4 * 0.3), rtol=1e-5)


def test_proton_that_leaves_is_reported() -> None:
    positions = water(CUBIC, 5, 2, seed=13)
    positions[3, 0] = positions[3, 1] + [1.5, 0, 0]
    result = Rdf(universe(positions, ORDER, CUBIC), bin_width=0.5, intramolecular="apart").run().result
    assert any("1 of 10 molecules" in note and "frame 3" in note for note in result.notes)


def test_selections_and_groups_of_atoms() -> None:
    made = universe(gas(CUBIC, 6, 12, seed=14), "OHH" * 4, CUBIC)
    elements = Rdf(made, bin_width=0.5).run().result
    selected = Rdf(made, [("element O", "element H")], bin_width=0.5).run().result
    np.testing.assert_array_equal(selected["g_element O-element H"].values, elements["g_OH"].values)
    oxygens, hydrogens = made.select_atoms("element O"), made.select_atoms("element H")
    named = Rdf(made, {"mine": (oxygens, hydrogens), "all": (made.atoms, made.atoms)}, bin_width=0.5).run().result
    np.testing.assert_array_equal(named["g_mine"].values, elements["g_OH"].values)
    numbers = {"OO": 4 * 3, "OH": 2 * 4 * 8, "HH": 8 * 7}
    total = sum(number * elements[f"g_{name}"].values for name, number in numbers.items()) / (12 * 11)
    np.testing.assert_allclose(named["g_all"].values, total, rtol=1e-9)


def test_groups_that_share_atoms() -> None:
    made = universe(gas(CUBIC, 6, 8, seed=15), "OHOHHOHO", CUBIC)
    some, more = made.atoms[:5], made.atoms[3:]
    rdf = Rdf(made, {"both": (some, more)}, bin_width=0.3).run()
    positions = np.array([ts.positions for ts in made.trajectory], dtype=float)
    edges = edges_of(rdf)
    counts = direct(positions, CUBIC, some.ix, more.ix, edges)
    expected = counts * 9.0**3 / (6 * 23 * 4 / 3 * np.pi * np.diff(edges**3))
    np.testing.assert_allclose(rdf.result["g_both"].values, expected, rtol=1e-5)


def test_changing_box() -> None:
    scales = np.array([1.0, 0.8, 1.1, 0.9])
    cells = scales[:, None, None] * CUBIC
    fractions = np.random.default_rng(16).uniform(size=(4, 6, 3))
    positions = fractions @ cells
    made = universe(positions, "OOOOOO", cells)
    rdf = Rdf(made, [("O", "O")], bin_width=0.3).run()
    edges = np.arange(13) * 0.3
    assert len(rdf.result["g_OO"].values) == 12  # half of 7.2 Å
    assert any("ends at 3.60 Å" in note for note in rdf.result.notes)
    every = np.arange(6)
    shells = 4 / 3 * np.pi * np.diff(edges**3)
    expected = [
        direct(frame[None], cell, every, every, edges) * np.linalg.det(cell) / (30 * shells)
        for frame, cell in zip(positions.astype(np.float32).astype(float), cells, strict=True)
    ]
    np.testing.assert_allclose(rdf.result["g_OO"].values, np.mean(expected, axis=0), rtol=1e-5)
    with pytest.raises(SettingError, match=r"3\.600 Å.* frame 1, got 4\.000 Å"):
        Rdf(made, [("O", "O")], cutoff=4.0).run()


def lattice(frames: int, seed: int) -> Positions:
    """Simple cubic with 3 Å between neighbors, vibrating with 0.2 Å along each axis: distances have 0.28 Å."""
    places = 3.0 * np.array(list(itertools.product(range(4), repeat=3)))
    return places + np.random.default_rng(seed).normal(scale=0.2, size=(frames, 64, 3))


def test_first_peak_and_coordination_of_a_vibrating_lattice() -> None:
    rdf = Rdf(universe(lattice(200, seed=17), "O" * 64, 12 * np.eye(3)), [("O", "O")], bin_width=0.05).run()
    result = rdf.result
    # Distances along a bond are 3 Å with two directions across, each with the variance of a difference.
    fine = np.linspace(2, 4, 4001)
    s = np.sqrt(2) * 0.2
    # A Gaussian in three dimensions around a place at 3 Å, averaged over directions; 6 of 63 others.
    g = 6 * 27 * 64 / 63 * (np.exp(-0.5 * ((fine - 3) / s) ** 2) - np.exp(-0.5 * ((fine + 3) / s) ** 2))
    g /= 4 * np.pi * fine * 3 * s * np.sqrt(2 * np.pi)
    position, height = fine[np.argmax(g)], g.max()
    assert result["r_OO_peak"].values == pytest.approx(position, abs=4 * float(result["r_OO_peak"].errors))
    assert result["r_OO_peak"].values == pytest.approx(position, abs=0.02)
    assert result["g_OO_peak"].values == pytest.approx(height, rel=0.02)
    assert 0 < result["g_OO_peak"].errors < 0.05
    assert result["n_OO"].values == pytest.approx(6, abs=0.35)


def grid(*sizes: int) -> Positions:
    return np.array(list(itertools.product(*(range(size) for size in sizes))), dtype=np.float64)


def ice() -> Positions:
    """The oxygens of cubic ice, a diamond lattice with 2.753 Å between neighbors, of which each has 4, [216,3]."""
    face_centered = np.array([[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0]])
    cell = np.concatenate([face_centered, face_centered + 1])
    return np.concatenate([cell + 4 * corner for corner in grid(3, 3, 3)]) * 2.753 / np.sqrt(3)


@pytest.mark.parametrize("vibration", [0.0, 0.01, 0.05, 0.15])
@pytest.mark.parametrize("bin_width", [0.02, 0.05, 0.1])
def test_coordination_of_ice(vibration: float, bin_width: float) -> None:
    # Tetrahedral by construction, however narrow the peak is: at rest its shell is one bin wide.
    places = ice()
    positions = places + np.random.default_rng(4).normal(scale=vibration, size=(20, *places.shape))
    rows = 12 / np.sqrt(3) * 2.753 * np.eye(3)
    result = Rdf(universe(positions, "O" * len(places), rows), [("O", "O")], bin_width=bin_width).run().result
    assert float(result["n_OO"].values) == pytest.approx(4.0, abs=1e-6 if vibration < 0.1 else 0.01)
    assert float(result["r_OO_peak"].values) == pytest.approx(2.753, abs=max(0.51 * bin_width, 0.02))


def test_coordination_of_the_first_of_two_narrow_shells() -> None:
    # A lattice with 2 neighbors at 2.725 Å along x and 2 at 2.825 Å along y: one empty bin lies between.
    edges = np.array([2.725, 2.825, 5.0])
    places = grid(4, 4, 3) * edges
    still = np.tile(places, (5, 1, 1))
    result = Rdf(universe(still, "O" * 48, np.diag(edges * [4, 4, 3])), [("O", "O")]).run().result
    assert float(result["n_OO"].values) == pytest.approx(2.0, abs=1e-6)
    assert float(result["r_OO_peak"].values) == pytest.approx(2.725, abs=0.025)
    assert float(result["g_OO_peak"].values) == pytest.approx(result["g_OO"].values.max(), rel=1e-6)


def test_coordination_within_rigid_molecules() -> None:
    # Each O has its own two H at 0.96 Å, in one bin, and no other H nearer than 1.5 Å.
    generator = np.random.default_rng(6)
    frames = []
    for _ in range(20):
        turns = Rotation.random(64, rng=generator).as_matrix()
        bonds = 0.96 * np.array([[1.0, 0.0, 0.0], [np.cos(1.824), np.sin(1.824), 0.0]])
        hydrogens = 3.1 * grid(4, 4, 4)[:, None] + np.einsum("mab,hb->mha", turns, bonds)
        frames.append(np.concatenate([3.1 * grid(4, 4, 4)[:, None], hydrogens], axis=1).reshape(-1, 3))
    made = universe(np.array(frames), "OHH" * 64, 12.4 * np.eye(3))
    result = Rdf(made, [("O", "H")]).run().result
    assert float(result["n_OH"].values) == pytest.approx(2.0, abs=1e-6)
    assert float(result["r_OH_peak"].values) == pytest.approx(0.96, abs=0.025)


def test_gas_has_no_peak() -> None:
    result = Rdf(universe(gas(CUBIC, 50, 30, seed=18), "O" * 30, CUBIC), [("O", "O")]).run().result
    assert [quantity.name for quantity in result.quantities] == ["g_OO"]
    assert any(note.startswith("No number of neighbors from g(r), O–O") for note in result.notes)


def test_processes_give_the_same_as_one(processes: Processes) -> None:
    positions = water(CUBIC, 40, 4, seed=19)
    made = universe(positions, ORDER * 2, CUBIC)
    serial = Rdf(made, bin_width=0.3, intramolecular="apart").run()
    parallel = Rdf(made, bin_width=0.3, intramolecular="apart").run(backend=processes)
    for one, other in zip(serial.result.quantities, parallel.result.quantities, strict=True):
        assert one.name == other.name
        np.testing.assert_allclose(one.values, other.values, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(one.errors, other.errors, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cutoff": 4.6}, r"`cutoff`: .* 4\.500 Å.* frame 0, got 4\.600 Å"),
        ({"cutoff": -1.0}, r"`cutoff`: .*got -1"),
        ({"bin_width": 0.0}, r"`bin_width`: .*got 0"),
        ({"pairs": [("O", "He")]}, r"`pairs`: .*got `He`"),
        (
            {"pairs": [("O", "color red")]},
            r"`pairs`: .*got `color red`",
        ),
        ({"pairs": []}, r"`pairs`: .*pair.*got none"),
        ({"pairs": [("C", "C")]}, r"`pairs`: .*got `CC`"),
        ({"intramolecular": "both"}, r"`intramolecular`: .* `together`.* `apart`, got `both`"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], message: str) -> None:
    made = universe(gas(CUBIC, 4, 7, seed=20), "OHHOHHC", CUBIC)
    with pytest.raises(ConfigurationError, match=message):
        Rdf(made, **arguments)


def test_molecules_must_be_known_to_be_told_apart() -> None:
    made = universe(gas(CUBIC, 4, 4, seed=20), "OOHH", CUBIC)
    with pytest.raises(NotApplicableError, match=r"`universe`: .*two H"):
        Rdf(made, intramolecular="apart")


def test_group_without_a_name_is_refused() -> None:
    made = universe(gas(CUBIC, 4, 6, seed=21), "OHHOHH", CUBIC)
    with pytest.raises(SettingError, match="name for a pair"):
        Rdf(made, [(made.atoms, made.atoms)])
    with pytest.raises(SettingError, match=r"groups .*got .*updating"):
        Rdf(made, {"near": (made.atoms, made.select_atoms("prop x < 3", updating=True))})


def test_single_molecule_has_no_pairs_between() -> None:
    made = universe(water(CUBIC, 4, 2, seed=22)[:, :3], "HOH", CUBIC)
    with pytest.raises(SettingError, match="different molecules, got `OH`"):
        Rdf(made, [("O", "H")], intramolecular="apart")


def test_trajectory_without_a_box_is_refused() -> None:
    with pytest.raises(NotApplicableError, match=r"periodic box.*frame 0"):
        Rdf(universe(gas(CUBIC, 4, 6, seed=23), "OHHOHH", None))


def test_positions_that_are_no_numbers_are_refused() -> None:
    positions = gas(CUBIC, 4, 6, seed=24)
    positions[2, 1, 0] = np.nan
    with pytest.raises(TrajectoryError, match=r"^frame 2.*: `universe`: .*finite positions"):
        Rdf(universe(positions, "OHHOHH", CUBIC)).run()


def test_single_frame_is_refused() -> None:
    with pytest.raises(NotApplicableError, match="at least 2 frames"):
        Rdf(universe(gas(CUBIC, 1, 6, seed=25), "OHHOHH", CUBIC)).run()
