"""Energies of proton orderings of ice, and the noise that a model's symmetry error adds to them.

The molecules of an ordered ice point along few directions of space, so a model without exact invariance favors some
orderings because of their directions. Each ordering s is relaxed, and its energy is evaluated with the whole system
rotated by rotations k, which are the same for all orderings. With E_sk per molecule and a dot for the mean over an
index (analysis of variance with two factors; Searle, Casella and McCulloch, Variance Components, 1992, chapter 4):

    E_sk = E.. + a_s + b_k + c_sk
    noise^2 = var c = sum_sk (E_sk - E_s. - E_.k + E_..)^2 / ((S - 1) (K - 1))
    spread^2 = var a = sum_s (E_s. - E_..)^2 / (S - 1) - noise^2 / K

`spread` is the standard deviation over orderings of the energies averaged over rotations. The part b_k that all
orderings share cancels in differences. `noise` is the error that a single orientation, such as that of the file, adds
to the energy of each ordering: spread_lab^2 is about spread^2 + noise^2. Errors come from a bootstrap over orderings
and show how much another set of orderings would change the result. Two models are evaluated with the same orderings and
rotations, so their numbers aren't independent, and there are no samples (`blocks`) to compare them with. The positions
are relaxed in the orientation of the file; near a minimum, this changes the energy only to second order in the symmetry
error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from ase import Atoms
from ase.filters import FrechetCellFilter
from ase.optimize import LBFGS
from scipy import stats

from tumble.audit.calculator_subject import turned
from tumble.averaging_calculator import AveragingCalculator
from tumble.errors import ConfigurationError, EvaluationError
from tumble.observables.base.kind import Kind
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.rotations import random_rotations
from tumble.statistics.blocking import Blocks, bootstrap, student
from tumble.types import Array
from tumble.version import __version__

FEWEST = 3  # orderings and rotations
_MEV = 1000.0


class Ordering(Kind):
    """Relaxed energies of a set of proton orderings.

    Args:
        structures: One structure for each ordering, all of the same formula.
        calculator: Any ASE calculator; if it averages over a set of rotations, as `tumble.Calculator` and
            `tumble.Symmetrized` do, the noise is what remains after averaging.
        cell: Whether to relax the cells, too.
        largest_force: Largest force at the end of a relaxation, eV/Å; None to skip relaxation.
        steps: Largest number of steps of a relaxation.
        rotations: Number of random rotations, half of them improper, or matrices [K,3,3].
        seed: Seed of the random rotations.
        molecules: Number of molecules in each structure; the default for water is the number of oxygens.

    Raises:
        ConfigurationError: If there are fewer than 3 orderings or rotations, formulas differ, `largest_force` isn't
            positive, the calculator uses random rotations, or cells can't be relaxed.
    """

    observable = "ordering"
    title = "Proton orderings of ice"
    meaning = "Relaxed energies of the proton orderings, and how they change if the whole system is rotated."
    symptom = "The symmetry error adds noise to the energies; compare it with their spread."

    def __init__(
        self,
        structures: Sequence[Atoms],
        calculator: Any,
        *,
        cell: bool = False,
        largest_force: float | None = 0.005,
        steps: int = 1000,
        rotations: int | Array = 32,
        seed: int = 1,
        molecules: int | None = None,
    ) -> None:
        if len(structures) < FEWEST:
            raise ConfigurationError(f"`structures`: expected at least {FEWEST} orderings, got {len(structures)}")
        formulas = sorted({str(atoms.symbols.formula.convert("hill")) for atoms in structures})
        if len(formulas) > 1:
            raise ConfigurationError(f"`structures`: expected the same formula for all, got {', '.join(formulas)}")
        if largest_force is not None and not 0 < largest_force < math.inf:
            raise ConfigurationError(f"`largest_force`: expected a positive number or None, got {largest_force}")
        matrices = random_rotations(rotations, seed) if isinstance(rotations, int) else np.asarray(rotations)
        if not _orthogonal(matrices) or len(matrices) < FEWEST:
            raise ConfigurationError(
                f"`rotations`: expected at least {FEWEST} orthogonal matrices, got {matrices.shape}"
            )
        if isinstance(calculator, AveragingCalculator) and calculator.random_frames:
            raise ConfigurationError(
                "`calculator`: expected a fixed set of rotations, got random ones, for which there is no minimum; "
                "use a set such as `icosahedral+inversion`"
            )
        if cell and largest_force is not None:
            _check_stress(structures, calculator)
        self._molecules = _molecules(structures[0]) if molecules is None else molecules
        self._calculator = calculator
        self._cell, self._largest_force, self._steps = cell, largest_force, steps
        self._rotations = matrices
        #: The structures, relaxed by `run`.
        self.relaxed: list[Atoms] = [atoms.copy() for atoms in structures]  # type: ignore[no-untyped-call]
        self._result: Result | None = None

    @property
    def result(self) -> Result:
        """The result.

        Raises:
            ConfigurationError: Before `run`.
        """
        if self._result is None:
            raise ConfigurationError("`result`: expected an earlier call of `run`")
        return self._result

    def run(self, done: Callable[[], object] = lambda: None) -> Ordering:
        """Relax all structures and evaluate them under rotations.

        Args:
            done: Called after each structure.

        Raises:
            EvaluationError: If a relaxation doesn't converge within `steps`.
        """
        energies = np.empty((len(self.relaxed), 1 + len(self._rotations)))
        for index, atoms in enumerate(self.relaxed):
            if self._largest_force is not None:
                self._relax(atoms, index)
            energies[index] = [self._energy(atoms, rotation) for rotation in [np.eye(3), *self._rotations]]
            done()
        self._result = ordering_from_energies(
            energies[:, 0],
            energies[:, 1:],
            molecules=self._molecules,
            largest_force=self._largest_force,
            cell_relaxed=self._cell,
        )
        return self

    def _relax(self, atoms: Atoms, index: int) -> None:
        atoms.calc = self._calculator
        # ASE is only partly typed.
        moved: Any = FrechetCellFilter(atoms) if self._cell else atoms  # type: ignore[no-untyped-call]
        optimizer: Any = LBFGS(moved, logfile=None)  # type: ignore[arg-type]
        if not optimizer.run(fmax=self._largest_force, steps=self._steps):
            left = float(np.linalg.norm(moved.get_forces(), axis=1).max())
            raise EvaluationError(
                f"`structures`: expected ordering {index} to relax within {self._steps} steps to "
                f"{self._largest_force:g} eV/Å, got forces of {left:.2g} eV/Å; allow larger forces, or more `steps`"
            )

    def _energy(self, atoms: Atoms, rotation: Array) -> float:
        """Return the energy of a rotated structure, eV."""
        return float(self._calculator.get_potential_energy(turned(atoms, rotation)))


def _check_stress(structures: Sequence[Atoms], calculator: Any) -> None:
    """Refuse a relaxation of cells for which there is no stress."""
    if "stress" not in getattr(calculator, "implemented_properties", ["stress"]):
        raise ConfigurationError("`cell`: expected a calculator with a stress to relax cells, got one without")
    for index, atoms in enumerate(structures):
        if not atoms.pbc.all():
            raise ConfigurationError(
                f"`cell`: expected three periodic directions, got pbc {atoms.pbc.tolist()} in ordering {index}"
            )


def _molecules(atoms: Atoms) -> int:
    symbols = list(atoms.symbols)
    count = symbols.count("O")
    if count == 0 or set(symbols) != {"O", "H"} or symbols.count("H") != 2 * count:
        raise ConfigurationError(f"`structures`: expected water, got {atoms.symbols}; give the number of `molecules`")
    return count


def _orthogonal(matrices: Array) -> bool:
    if matrices.ndim != 3 or matrices.shape[1:] != (3, 3):
        return False
    return bool(np.allclose(matrices @ np.swapaxes(matrices, 1, 2), np.eye(3), atol=1e-6))


def ordering_from_energies(lab: Any, turned: Any, *, molecules: int, **metadata: Any) -> Result:
    """Return the result for energies that were computed before.

    Args:
        lab: Energies of the orderings in the orientation of the file, [S] in eV.
        turned: Energies of the rotated systems, with the same rotations for all orderings, [S,K] in eV.
        molecules: Number of molecules in each structure.
        metadata: Further metadata.

    Raises:
        ConfigurationError: If there are fewer than 3 orderings or rotations, or shapes don't fit.
    """
    lab, turned = np.asarray(lab, dtype=np.float64), np.asarray(turned, dtype=np.float64)
    if turned.ndim != 2 or min(turned.shape) < FEWEST or lab.shape != turned.shape[:1]:
        raise ConfigurationError(
            f"`turned`: expected energies of at least {FEWEST} orderings with at least {FEWEST} rotations, [S,K], and "
            f"[S] in the lab frame, got {turned.shape} and {lab.shape}"
        )
    # Subtract a common energy first: large numbers lose digits.
    lab, turned = (_MEV * (each - lab[0]) / molecules for each in (lab, turned))
    count, rotations = turned.shape
    means = turned.mean(axis=1)
    variances = _Variances(count, rotations)
    samples = variances.samples(lab, turned)
    blocks = Blocks(samples, np.full(samples.shape, 1 / count), 1.0, float("nan"), resolved=True)
    error = student(rotations) * variances.noise(blocks.mean) / np.sqrt(rotations)
    quantities = [
        _energies("ordering_energies", means, "energy per molecule, average over rotations", error),
        _energies("ordering_energies_lab", lab, "energy per molecule in the lab frame", float("nan")),
        _number("ordering_spread", blocks, variances.spread, "spread over orderings, average over rotations"),
        _number("ordering_spread_lab", blocks, variances.spread_lab, "spread over orderings in the lab frame"),
        _number("ordering_noise", blocks, variances.noise, "noise from the symmetry error", diagnostic=True),
    ]
    metadata |= {
        "molecules": molecules,
        "orderings": count,
        "rotations": rotations,
        "rank_correlation": _rank_correlation(lab, means),
        "common_to_all_orderings_meV": float(turned.mean(axis=0).std(ddof=1)),
        "tumble": __version__,
    }
    return Result("ordering", tuple(quantities), metadata)


class _Variances:
    """Variance components as functions of means over S orderings.

    The numbers of each ordering that are averaged, with e = E_s. and l = E_s in the lab frame: E_sk - e for each of K
    rotations, the sum of their squares, e, e^2, l and l^2.
    """

    def __init__(self, orderings: int, rotations: int) -> None:
        self._bessel = orderings / (orderings - 1)
        self._rotations = rotations

    def samples(self, lab: Array, turned: Array) -> Array:
        """Return the numbers of each ordering listed above, [S,K+5]."""
        middle = turned.mean()
        means = turned.mean(axis=1)
        deviations = turned - means[:, None]
        squares = np.sum(deviations**2, axis=1)
        ours, theirs = means - middle, lab - middle
        return np.column_stack([deviations, squares, ours, ours**2, theirs, theirs**2])

    def noise(self, mean: Array) -> Array:
        common = np.sum(mean[: self._rotations] ** 2)
        variance = self._bessel * (mean[self._rotations] - common) / (self._rotations - 1)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))

    def spread(self, mean: Array) -> Array:
        variance = self._bessel * (mean[-3] - mean[-4] ** 2) - self.noise(mean) ** 2 / self._rotations
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))

    def spread_lab(self, mean: Array) -> Array:
        variance = self._bessel * (mean[-1] - mean[-2] ** 2)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _energies(name: str, values: Array, label: str, error: float) -> Quantity:
    """Return the energies of the orderings relative to their mean."""
    axis = Axis("ordering", "1", np.arange(1.0, len(values) + 1))
    return Quantity(name, label, "meV", (axis,), values - values.mean(), np.full(values.shape, error))


def _number(
    name: str, blocks: Blocks, function: Callable[[Array], Array], label: str, diagnostic: bool = False
) -> Quantity:
    value, error = bootstrap(blocks, function)
    return Quantity(
        name=name,
        label=label,
        unit="meV",
        axes=(),
        values=value,
        errors=error,
        expected=np.zeros(()) if diagnostic else None,
        diagnostic=diagnostic,
    )


def _rank_correlation(lab: Array, means: Array) -> float | None:
    """Return Spearman's correlation of the lab-frame and the averaged energies; None if either are all equal."""
    if np.ptp(lab) == 0 or np.ptp(means) == 0:
        return None
    return float(stats.spearmanr(lab, means).statistic)
