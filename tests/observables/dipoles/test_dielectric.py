"""The dielectric constant against independent rotors and MDAnalysis."""

from __future__ import annotations

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.analysis.dielectric import DielectricConstant
from scipy import constants
from support.rotors import BISECTOR, HYDROGEN, Array, atoms, directions, universe

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.processes import Processes
from tumble.observables.dipoles.dielectric import Dielectric
from tumble.observables.dipoles.system_dipole import TotalDipoles

EDGE, TEMPERATURE, MOLECULES = 12.0, 300.0, 27
BOX = [EDGE, EDGE, EDGE, 90.0, 90.0, 90.0]


def rotors(generator: np.random.Generator, frames: int, *beads: int) -> Array:
    sums = BISECTOR * directions(generator, frames, *beads, MOLECULES)
    sites = 4.0 * np.stack(np.unravel_index(np.arange(MOLECULES), (3, 3, 3)), axis=-1)
    return atoms(np.broadcast_to(sites, sums.shape), sums)


def susceptibility(square: float, volume: float) -> float:
    """4 pi <M^2> / 3 V kT of Gaussian units, with <M^2> in (e·Å)² and V in Å³."""
    energy = constants.Boltzmann * TEMPERATURE
    return float(
        square
        * (constants.e * constants.angstrom) ** 2
        / (3 * constants.epsilon_0 * volume * constants.angstrom**3 * energy)
    )


def test_independent_rotors() -> None:
    result = Dielectric(universe(rotors(np.random.default_rng(1), 3000), BOX), temperature=TEMPERATURE).run().result
    epsilon = result["epsilon"]
    exact = 1 + susceptibility(MOLECULES * (HYDROGEN * BISECTOR) ** 2, EDGE**3)
    # By hand, with e²/eps_0 = 180.95 eV·Å and kT = 25.852 meV.
    assert exact == pytest.approx(1 + 180.95 * 27 * (0.42 * 1.16) ** 2 / (3 * 1728 * 0.025852), rel=1e-4)
    assert abs(epsilon.values - exact) < 3 * epsilon.errors
    # The variance of 9000 values of a normal distribution is known to sqrt(2 / 9000).
    assert epsilon.errors == pytest.approx((exact - 1) * np.sqrt(2 / 9000), rel=0.3)
    anisotropy = result["epsilon_anisotropy"]
    assert np.all(np.abs(anisotropy.values) < 4 * anisotropy.errors)
    assert anisotropy.expected == pytest.approx(0.0)
    assert not any("independent values" in note for note in result.notes)


def charged(positions: Array, dimensions: object) -> MDAnalysis.Universe:
    made = universe(positions, dimensions)
    made.add_TopologyAttr("charges", [-2 * HYDROGEN, HYDROGEN, HYDROGEN] * MOLECULES)
    made.add_TopologyAttr("bonds", [(3 * i, 3 * i + j) for i in range(MOLECULES) for j in (1, 2)])
    return made


@pytest.mark.parametrize("breathing", [False, True])
def test_equals_mdanalysis(breathing: bool) -> None:
    generator = np.random.default_rng(2)
    positions = rotors(generator, 40)
    boxes = np.tile(BOX, (40, 1))
    if breathing:
        boxes[:, :3] *= 1 + 0.02 * generator.normal(size=(40, 1))
    theirs = DielectricConstant(charged(positions, boxes).atoms, temperature=TEMPERATURE, make_whole=False).run()
    result = Dielectric(charged(positions, boxes), temperature=TEMPERATURE).run().result
    # MDAnalysis sums in single precision where positions are.
    assert result["epsilon"].values == pytest.approx(theirs.results.eps_mean, rel=1e-4)
    xx, yy, zz = theirs.results.eps
    found = result["epsilon_anisotropy"].values
    assert found[2] == pytest.approx((2 * zz - xx - yy) / np.sqrt(6), rel=1e-3, abs=1e-3)
    assert found[4] == pytest.approx((xx - yy) / np.sqrt(2), rel=1e-3, abs=1e-3)


def test_wrapping_does_not_matter() -> None:
    positions = rotors(np.random.default_rng(3), 40) + 5.7
    whole = Dielectric(universe(positions, BOX), temperature=TEMPERATURE).run().result["epsilon"].values
    wrapped = Dielectric(universe(np.mod(positions, EDGE), BOX), temperature=TEMPERATURE).run().result["epsilon"].values
    assert wrapped == pytest.approx(whole, rel=1e-5)


def test_bead_average_is_what_fluctuates() -> None:
    # Beads with independent directions: M of the bead average has 1/P of the fluctuation.
    positions = rotors(np.random.default_rng(4), 1500, 4)
    epsilon = Dielectric(universe(positions, BOX), temperature=TEMPERATURE).run().result["epsilon"]
    exact = 1 + susceptibility(MOLECULES * (HYDROGEN * BISECTOR) ** 2 / 4, EDGE**3)
    assert abs(epsilon.values - exact) < 3 * epsilon.errors


def test_harmonic_ring_polymer_has_the_classical_constant() -> None:
    # An oscillator responds to a static field by q^2/k, at any mass and hbar; so does its centroid: <x_c^2> = kT/k.
    generator = np.random.default_rng(5)
    beads, frames, fluctuation = 8, 4000, 0.7  # (e·Å)²
    centroid = np.sqrt(fluctuation) * generator.normal(size=(frames, 1, 3))
    spread = generator.normal(size=(frames, beads, 3))
    dipoles = centroid + 2.0 * (spread - spread.mean(axis=1, keepdims=True))
    made = universe(rotors(generator, 1).repeat(frames, axis=0), BOX)
    found = Dielectric(made, temperature=TEMPERATURE, dipoles=TotalDipoles(dipoles)).run().result["epsilon"]
    assert abs(found.values - 1 - susceptibility(3 * fluctuation, EDGE**3)) < 3 * found.errors


def test_anisotropy_of_a_known_tensor() -> None:
    generator = np.random.default_rng(6)
    root = np.linalg.cholesky([[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 0.5]])
    dipoles = generator.normal(size=(6000, 3)) @ root.T
    made = universe(np.broadcast_to(rotors(generator, 1), (6000, 3 * MOLECULES, 3)), [EDGE, EDGE, 13.0, 90, 90, 90])
    result = Dielectric(made, temperature=TEMPERATURE, dipoles=TotalDipoles(dipoles)).run().result
    tensor = susceptibility(3.0, EDGE**2 * 13.0) * (root @ root.T)
    xx, yy, zz = np.diag(tensor)
    root2 = np.sqrt(2)
    exact = [
        root2 * tensor[0, 1],
        root2 * tensor[1, 2],
        (2 * zz - xx - yy) / np.sqrt(6),
        root2 * tensor[0, 2],
        (xx - yy) / root2,
    ]
    found = result["epsilon_anisotropy"]
    assert np.all(np.abs(found.values - exact) < 4 * found.errors)
    assert np.sum(np.square(exact)) == pytest.approx(np.sum((tensor - np.eye(3) * np.trace(tensor) / 3) ** 2))
    assert found.expected is None  # the box isn't cubic


def test_short_run_says_so() -> None:
    result = Dielectric(universe(rotors(np.random.default_rng(7), 30), BOX), temperature=TEMPERATURE).run().result
    assert any("independent values" in note and "more than 100" in note for note in result.notes)


def test_vacuum_in_the_cell_is_said() -> None:
    positions = rotors(np.random.default_rng(10), 30)
    for height, expected in ((EDGE, False), (EDGE + 15.0, True)):
        made = universe(positions, [EDGE, EDGE, height, 90.0, 90.0, 90.0])
        notes = Dielectric(made, temperature=TEMPERATURE).run().result.notes
        assert any("The cell has an empty slab of 1" in note for note in notes) is expected


def test_parallel_equals_serial(processes: Processes) -> None:
    made = universe(rotors(np.random.default_rng(8), 60), BOX)
    serial = Dielectric(made, temperature=TEMPERATURE).run().result
    parallel = Dielectric(made, temperature=TEMPERATURE).run(backend=processes).result
    assert parallel["epsilon"].values == pytest.approx(serial["epsilon"].values)
    assert parallel["epsilon_anisotropy"].expected == pytest.approx(0.0)


def test_bad_input() -> None:
    positions = rotors(np.random.default_rng(9), 5)
    with pytest.raises(ConfigurationError, match=r"`temperature`: .*got 0"):
        Dielectric(universe(positions, BOX), temperature=0)
    with pytest.raises(NotApplicableError, match=r"`universe`: .*frame 0"):
        Dielectric(universe(positions, None), temperature=TEMPERATURE).run()
