"""Spread and noise of orderings of a calculator whose symmetry error is known in closed form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.emt import EMT
from scipy.spatial.transform import Rotation
from support.motions import water
from support.systems import scattered

import tumble
from tumble.errors import ConfigurationError, EvaluationError
from tumble.observables.symmetry.ordering import Ordering, ordering_from_energies

COUPLING, ERROR = 0.05, 0.02  # eV
BOND = 0.96  # Å
AXIS = np.array([0.6, 0.0, 0.8])


class Dipoles(Calculator):
    """Molecules with directions b: J sum_(m<n) b_m b_n + e sum_m (b_m n)^2, and springs as bonds.

    Over all rotations the second term averages to e/3 for each molecule.
    """

    implemented_properties = ("energy", "forces")

    def __init__(self, error: float) -> None:
        super().__init__()
        self.error = error

    def energy(self, positions: np.ndarray) -> float:
        molecules = positions.reshape(-1, 3, 3)
        bonds = molecules[:, 1:] - molecules[:, :1]
        lengths = np.linalg.norm(bonds, axis=-1)
        directions = bonds.sum(axis=1)
        directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
        together = 0.5 * (np.sum(directions.sum(axis=0) ** 2) - len(directions))
        error = self.error * np.sum((directions @ AXIS) ** 2)
        return float(20 * np.sum((lengths - BOND) ** 2) + COUPLING * together + error)

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        super().calculate(atoms, properties, system_changes)
        positions = self.atoms.positions
        self.results = {"energy": self.energy(positions)}
        if "forces" in properties:
            forces = np.empty_like(positions)
            for place in np.ndindex(positions.shape):
                step = np.zeros_like(positions)
                step[place] = 1e-4
                forces[place] = (self.energy(positions - step) - self.energy(positions + step)) / 2e-4
            self.results["forces"] = forces


def orderings(count: int, molecules: int = 4, stretch: float = 0.0) -> list[Atoms]:
    """Waters on a line, in random directions."""
    shape = water()[1]
    shape = (shape - shape[0]) * (BOND + stretch) / np.linalg.norm(shape[1] - shape[0])
    found = []
    for seed in range(count):
        turns = Rotation.random(molecules, random_state=np.random.RandomState(seed)).as_matrix()
        places = 4.0 * np.arange(molecules)[:, None, None] * np.array([1.0, 0, 0])
        positions = (places + np.einsum("mab,nb->mna", turns, shape)).reshape(-1, 3)
        found.append(Atoms("OHH" * molecules, positions, cell=[20, 8, 8], pbc=True))
    return found


def test_components_of_variance() -> None:
    structures = orderings(20)
    rotations = Rotation.random(60, random_state=np.random.RandomState(1)).as_matrix()
    observable = Ordering(structures, Dipoles(ERROR), largest_force=None, rotations=rotations)
    result = observable.run().result
    # The analysis of variance as in a textbook, on energies that are computed here.
    calculator = Dipoles(ERROR)
    table = 250 * np.array([[calculator.energy(s.positions @ r.T) for r in rotations] for s in structures])
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    noise = np.sqrt(np.sum(rest**2) / (19 * 59))
    spread = np.sqrt(table.mean(axis=1).var(ddof=1) - noise**2 / 60)
    assert result["ordering_noise"].values == pytest.approx(noise)
    assert result["ordering_spread"].values == pytest.approx(spread)
    lab = 250 * np.array([calculator.energy(s.positions) for s in structures])
    assert result["ordering_spread_lab"].values == pytest.approx(lab.std(ddof=1))
    assert result["ordering_energies_lab"].values == pytest.approx(lab - lab.mean(), abs=1e-9)
    common = table.mean(axis=0).std(ddof=1)
    assert result.metadata["common_to_all_orderings_meV"] == pytest.approx(common)
    assert result["ordering_noise"].diagnostic
    assert result["ordering_noise"].unit == "meV"
    # Another model is seen with the same orderings.
    assert all(quantity.blocks is None for quantity in result.quantities)


def test_rotations_leave_what_is_invariant() -> None:
    structures = orderings(30)
    result = Ordering(structures, Dipoles(ERROR), largest_force=None, rotations=100).run().result
    exact = 250 * np.array([Dipoles(0.0).energy(s.positions) for s in structures])
    found = result["ordering_energies"]
    assert found.values == pytest.approx(exact - exact.mean(), abs=5 * found.errors[0])
    assert np.mean(np.abs(found.values - exact + exact.mean()) < found.errors) == pytest.approx(0.68, abs=0.2)
    spread = result["ordering_spread"]
    assert abs(spread.values - exact.std(ddof=1)) < 0.2 * spread.errors
    # Of e (b n)^2 the variance over rotations is e^2 (1/5 - 1/9), for each molecule on its own.
    noise = result["ordering_noise"]
    assert noise.values == pytest.approx(250 * ERROR * np.sqrt(4 * (1 / 5 - 1 / 9)), rel=0.15)
    total = result["ordering_spread_lab"].values ** 2
    assert total == pytest.approx(spread.values**2 + noise.values**2, rel=0.4)


@pytest.mark.parametrize(
    ("samples", "least", "most"), [(20, 0.40, 0.95), pytest.param(80, 0.56, 0.80, marks=pytest.mark.extended)]
)
def test_errors_cover(samples: int, least: float, most: float) -> None:
    """Energies of a model of variance components with known variances, in meV per molecule."""
    generator = np.random.default_rng(3)
    spread, noise, covered = 2.0, 1.0, np.zeros(2)
    for _ in range(samples):
        own = spread * generator.normal(size=(20, 1))
        turned = own + 0.7 * generator.normal(size=24) + noise * generator.normal(size=(20, 24))
        lab = own[:, 0] + noise * generator.normal(size=20)
        result = ordering_from_energies(4e-3 * lab - 900, 4e-3 * turned - 900, molecules=4)
        for index, (name, exact) in enumerate((("ordering_spread", spread), ("ordering_noise", noise))):
            covered[index] += abs(result[name].values - exact) < result[name].errors
    assert np.all((covered / samples >= least) & (covered / samples <= most))


def test_structures_are_relaxed() -> None:
    structures = orderings(3, molecules=2, stretch=0.1)
    observable = Ordering(structures, Dipoles(0.0), largest_force=0.02, rotations=4).run()
    for relaxed, before in zip(observable.relaxed, structures, strict=True):
        lengths = [relaxed.get_distance(0, 1), relaxed.get_distance(3, 5)]
        assert lengths == pytest.approx([BOND, BOND], abs=1e-3)
        assert before.get_distance(0, 1) == pytest.approx(BOND + 0.1)
    assert observable.result["ordering_noise"].values == pytest.approx(0, abs=1e-9)
    with pytest.raises(EvaluationError, match=r"ordering 0 .* 2 steps .*0\.02 eV/Å"):
        Ordering(structures, Dipoles(0.0), largest_force=0.02, steps=2).run()


def test_cells_are_relaxed() -> None:
    structures = [bulk("Cu", cubic=True, a=constant) for constant in (3.5, 3.6, 3.7)]
    rotations = Rotation.random(3, random_state=np.random.RandomState(2)).as_matrix()
    observable = Ordering(structures, EMT(), cell=True, largest_force=0.005, rotations=rotations, molecules=4).run()
    constants = [atoms.cell.lengths() for atoms in observable.relaxed]
    assert np.ptp(constants) < 0.005
    assert observable.result["ordering_spread_lab"].values < 0.1


@pytest.mark.parametrize(("symmetrize", "invariant"), [("none", False), ("octahedral", True)])
def test_average_over_rotations_has_no_noise(
    model_file: Callable[[str], Path], symmetrize: str, invariant: bool
) -> None:
    """The toy's symmetry error is of degree 2, which the octahedral rotations take away."""
    box = np.array([[6.0, 0, 0], [1.0, 6.0, 0], [0.0, -0.5, 7.0]])
    structures = [scattered("OHH" * 3, box, [True] * 3, seed=seed) for seed in range(4)]
    calculator = tumble.Calculator(model_file("harmonic"), device="cpu", symmetrize=symmetrize)
    result = Ordering(structures, calculator, largest_force=None, rotations=6).run().result
    noise = result["ordering_noise"].values
    assert (noise < 1e-6) if invariant else (noise > 1.0)


def test_any_calculator_is_averaged() -> None:
    """The planted error is of degree 2."""
    lab = Ordering(orderings(4), Dipoles(ERROR), largest_force=None, rotations=6).run().result
    averaged = Ordering(
        orderings(4), tumble.Symmetrized(Dipoles(ERROR), "tetrahedral"), largest_force=None, rotations=6
    )
    assert averaged.run().result["ordering_noise"].values < 1e-9 < lab["ordering_noise"].values
    random = tumble.Symmetrized(Dipoles(ERROR), "random", seed=1)
    with pytest.raises(ConfigurationError, match="set of rotations, got random ones"):
        Ordering(orderings(4), random)


class RightHanded(EMT):
    """A code that refuses left-handed cells."""

    def calculate(self, atoms: Any, *arguments: Any) -> None:
        assert np.linalg.det(atoms.cell.array) > 0
        super().calculate(atoms, *arguments)


def test_cells_stay_right_handed() -> None:
    structures = [bulk("Cu", cubic=True, a=constant) for constant in (3.5, 3.6, 3.7)]
    rotations = np.array([np.eye(3), -np.eye(3), np.diag([1.0, 1.0, -1.0])])
    observable = Ordering(structures, RightHanded(), largest_force=None, rotations=rotations, molecules=4).run()
    assert observable.result["ordering_noise"].values < 1e-9


def test_bad_input_is_refused(model_file: Callable[[str], Path]) -> None:
    structures = orderings(3)
    calculator: Any = Dipoles(0.0)
    for force in (0.0, -1.0, float("nan")):
        with pytest.raises(ConfigurationError, match=rf"`largest_force`: .* got {force}"):
            Ordering(structures, calculator, largest_force=force)
    with pytest.raises(ConfigurationError, match="at least 3 orderings, got 2"):
        Ordering(structures[:2], calculator)
    with pytest.raises(ConfigurationError, match=r"formula.*got H6O3, H8O4"):
        Ordering([*structures, *orderings(1, molecules=3)], calculator)
    with pytest.raises(ConfigurationError, match="at least 3 orthogonal matrices"):
        Ordering(structures, calculator, rotations=2)
    with pytest.raises(ConfigurationError, match="at least 3 orthogonal matrices"):
        Ordering(structures, calculator, rotations=np.ones((4, 3, 3)))
    with pytest.raises(ConfigurationError, match=r"water, got Cu; .*`molecules`"):
        Ordering([bulk("Cu")] * 3, EMT())
    with pytest.raises(ConfigurationError, match=r"set .*, got random"):
        Ordering(structures, tumble.Calculator(model_file("harmonic"), device="cpu", symmetrize="random", seed=1))
    with pytest.raises(ConfigurationError, match=r"`cell`: .*stress"):
        Ordering(structures, calculator, cell=True)
    with pytest.raises(ConfigurationError, match=r"\[S,K\].*\[S\].*got \(4, 2\) and \(4,\)"):
        ordering_from_energies(np.zeros(4), np.zeros((4, 2)), molecules=1)
    with pytest.raises(ConfigurationError, match="call of `run`"):
        _ = Ordering(structures, calculator).result
    for atoms in structures:
        atoms.pbc = (True, False, True)
    with pytest.raises(ConfigurationError, match=r"`cell`: .*pbc \[True, False, True\] in ordering 0"):
        Ordering(structures, tumble.Calculator(model_file("harmonic"), device="cpu"), cell=True)
