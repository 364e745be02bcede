"""Sizes of dipoles and their mean sum, against the distributions that the molecules were drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from support.rotors import BISECTOR, HYDROGEN, Array, atoms, directions, universe

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.processes import Processes
from tumble.observables.dipoles.dipole import Dipole
from tumble.observables.dipoles.dipole_moments import DEBYE_PER_E_ANGSTROM, GivenDipoles

FRAMES, MOLECULES, EDGE = 300, 20, 30.0
BOX = [EDGE, EDGE, EDGE, 90.0, 90.0, 90.0]
DEBYE = HYDROGEN * DEBYE_PER_E_ANGSTROM


def grid() -> Array:
    """Oxygens far from each other, [1,M,3]."""
    return 6.0 * np.stack(np.unravel_index(np.arange(MOLECULES), (4, 4, 4)), axis=-1)[None] + 1.0


def molecules(generator: np.random.Generator, spread: float = 0.05, *beads: int) -> tuple[Array, Array]:
    """Positions, and sizes of dipoles (D) drawn from a normal distribution."""
    sizes = BISECTOR + spread * generator.normal(size=(FRAMES, *beads, MOLECULES, 1))
    sums = sizes * directions(generator, FRAMES, *beads, MOLECULES)
    oxygens = np.broadcast_to(grid()[0], sums.shape)
    return atoms(oxygens, sums), DEBYE * sizes[..., 0]


def test_distribution_is_that_of_the_molecules() -> None:
    positions, sizes = molecules(np.random.default_rng(1))
    result = Dipole(universe(positions, BOX), largest=4.0, bins=80).run().result
    density = result["mu_distribution"]
    width = 4.0 / 80
    assert density.values.sum() * width == pytest.approx(1.0)
    exact = np.diff(stats.norm(DEBYE * BISECTOR, DEBYE * 0.05).cdf(np.linspace(0, 4, 81))) / width
    sigma = np.abs(density.values - exact)[exact > 0.5] / density.errors[exact > 0.5]
    assert np.sqrt(np.mean(sigma**2)) < 1.6
    assert result["mu_mean"].values == pytest.approx(sizes.mean(), rel=1e-5)
    assert result["mu_mean"].errors == pytest.approx(sizes.std() / np.sqrt(sizes.size), rel=0.3)
    assert [quantity.unit for quantity in result.quantities] == ["1/D", "D", "e/Å²"]
    assert result.notes[0].startswith("Dipoles are from point charges of -0.84 e on O and 0.42 e on H: a proxy")


def test_mean_sum_vanishes_in_an_isotropic_system_and_is_found_in_another() -> None:
    positions, _ = molecules(np.random.default_rng(2))
    zero = Dipole(universe(positions, BOX)).run().result["M"]
    assert np.all(np.abs(zero.values) < 4 * zero.errors)
    assert zero.expected == pytest.approx(0.0)
    assert zero.resolved
    sums = np.broadcast_to([0.0, 0.0, BISECTOR], (FRAMES, MOLECULES, 3))
    ordered = Dipole(universe(atoms(np.broadcast_to(grid(), sums.shape), sums), BOX), isotropic=False).run().result["M"]
    assert ordered.values == pytest.approx([0.0, 0.0, MOLECULES * HYDROGEN * BISECTOR / EDGE**3], abs=1e-8)
    assert ordered.expected is None


@pytest.mark.parametrize("workers", [1, 2])
def test_molecules_that_keep_their_dipoles_have_no_verdict(workers: int, processes: Processes) -> None:
    """Dipoles turn about axes that they keep, as those of free rotors do; the mean of each is along its axis."""
    generator = np.random.default_rng(9)
    kept, phases = directions(generator, MOLECULES), generator.uniform(0, 2 * np.pi, size=MOLECULES)
    across = np.cross(kept, directions(generator, MOLECULES))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    angles = (phases + np.arange(FRAMES)[:, None] * generator.normal(size=MOLECULES))[..., None]
    around = np.cos(angles) * across + np.sin(angles) * np.cross(kept, across)
    sums = BISECTOR * (0.6 * kept + 0.8 * around)
    parallel = {"backend": processes} if workers > 1 else {}
    made = universe(atoms(np.broadcast_to(grid(), sums.shape), sums), BOX)
    result = Dipole(made).run(**parallel).result
    assert np.abs(result["M"].values / result["M"].errors).max() > 5
    assert not result["M"].resolved
    assert "their individual averages of the dipole differ more than chance allows" in " ".join(result.notes)
    assert Dipole(made, isotropic=False).run().result["M"].resolved


def test_gas_without_a_box() -> None:
    positions, _ = molecules(np.random.default_rng(3))
    result = Dipole(universe(positions[:, :3], None)).run().result
    assert result["M"].unit == "e·Å"
    assert result.metadata["molecules"] == 1


def test_ring_polymer_is_averaged_over_beads_and_the_centroid_is_given_beside() -> None:
    positions, sizes = molecules(np.random.default_rng(4), 0.05, 4)
    result = Dipole(universe(positions, BOX)).run().result
    assert result["mu_mean"].values == pytest.approx(sizes.mean(), rel=1e-5)
    # The mean of four independent directions of equal size is shorter.
    steps = directions(np.random.default_rng(5), 100_000, 4).mean(axis=1)
    expected = DEBYE * BISECTOR * np.linalg.norm(steps, axis=-1).mean()
    assert result["mu_mean_centroid"].values == pytest.approx(expected, rel=0.02)
    assert result["mu_distribution_centroid"].values.sum() * 0.05 == pytest.approx(1.0)
    assert result.metadata["beads"] == 4


def test_parallel_equals_serial(processes: Processes) -> None:
    positions, _ = molecules(np.random.default_rng(6))
    positions[200:, 1] += 5.0
    serial = Dipole(universe(positions, BOX)).run().result
    parallel = Dipole(universe(positions, BOX)).run(backend=processes).result
    for one, two in zip(serial.quantities, parallel.quantities, strict=True):
        assert two.values == pytest.approx(one.values)
        assert two.errors == pytest.approx(one.errors)
    assert parallel.notes == serial.notes
    assert any("the first in frame 200" in note for note in parallel.notes)


def test_sizes_above_the_end_are_said() -> None:
    positions, _ = molecules(np.random.default_rng(7))
    dipoles = np.zeros((FRAMES, MOLECULES, 3))
    dipoles[:, :5, 0] = 2.0  # 9.6 D
    result = Dipole(universe(positions, BOX), dipoles=GivenDipoles(dipoles)).run().result
    assert "25 % of the molecules have dipoles above 5 D." in result.notes
    assert result["mu_distribution"].values.sum() * 0.05 == pytest.approx(0.75)


def test_bad_arguments() -> None:
    made = universe(molecules(np.random.default_rng(8))[0], BOX)
    with pytest.raises(ConfigurationError, match=r"`bins`: .* 1, got 0"):
        Dipole(made, bins=0)
    with pytest.raises(ConfigurationError, match=r"`largest`: .*got -1"):
        Dipole(made, largest=-1)
    with pytest.raises(NotApplicableError, match="at least 2 frames"):
        Dipole(made).run(stop=1)
