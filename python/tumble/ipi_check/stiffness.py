"""The stiffest vibration of a structure, from a few evaluations of its forces.

The Hessian with masses, H_ij = −∂F_i/∂x_j / √(m_i m_j), has ω² as its largest eigenvalue. Lanczos' method (Golub and
Van Loan, Matrix Computations, 10.1) finds it from products H·v, each of which is a difference of forces at two
displaced structures. All vectors are kept orthogonal explicitly, since there are few. ARPACK isn't used: it gives
nothing if it hasn't converged within a budget of evaluations, while a Ritz value is always a lower bound with a known
error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ase import units

from tumble.types import Array
from tumble.units.constants import SI_BOLTZMANN, SI_HBAR, SI_LIGHT

_DISPLACEMENT = 0.005  # Å, of the atom that moves most: anharmonicity and rounding are both far below 1 %
_TOLERANCE = 0.01  # of the eigenvalue
_SPEED_OF_LIGHT = SI_LIGHT * 100.0 * 1e-15  # cm/fs


@dataclass(frozen=True)
class Stiffness:
    """The stiffest vibration.

    Attributes:
        frequency: ω, rad/fs.
        uncertainty: Bound of the error of ω from the residual, rad/fs.
        shares: Of each element in the motion, the largest first.
        evaluations: Structures that were evaluated.
    """

    frequency: float
    uncertainty: float
    shares: Mapping[str, float]
    evaluations: int

    @property
    def wavenumber(self) -> float:
        """ω/2πc, cm⁻¹."""
        return self.frequency / (2.0 * np.pi * _SPEED_OF_LIGHT)

    @property
    def period(self) -> float:
        """Duration of one vibration, fs."""
        return 2.0 * np.pi / self.frequency

    def quanta(self, temperature: float) -> float:
        """Return ħω/kT at a temperature in K."""
        return float(SI_HBAR * self.frequency * 1e15 / (SI_BOLTZMANN * temperature))

    @property
    def mode(self) -> str:
        """Its name in sentences: `stiffest mode (3850 cm⁻¹)`."""
        return f"stiffest mode ({self.wavenumber:.0f} cm⁻¹)"

    @property
    def words(self) -> str:
        """The number, and which atoms move: `3850 cm⁻¹ (H 94 %, O 6 %)`."""
        parts = ", ".join(f"{element} {100.0 * share:.0f} %" for element, share in self.shares.items() if share > 0.005)
        return f"{self.wavenumber:.0f} cm⁻¹ ({parts})"


def stiffest_mode(
    forces: Callable[[Sequence[Array]], Sequence[Array]],
    positions: Array,
    masses: Array,
    elements: Sequence[str],
    *,
    evaluations: int,
    seed: int = 0,
) -> Stiffness:
    """Return the stiffest vibration of a structure.

    Args:
        forces: Function from positions [N, 3] of several structures in Å to forces [N, 3] of each in eV/Å.
        positions: Å, [N, 3].
        masses: u, [N].
        elements: Symbol of each atom.
        evaluations: Largest number of structures that are evaluated, at least 2.
        seed: Of the first direction.

    Raises:
        TumbleError: If the forces can't be evaluated.
    """
    root = np.sqrt(np.repeat(masses, 3))
    used = 0

    def product(direction: Array) -> Array:
        nonlocal used
        used += 2
        step = (direction / root).reshape(-1, 3)
        size = _DISPLACEMENT / float(np.linalg.norm(step, axis=1).max())
        plus, minus = forces([positions + size * step, positions - size * step])
        return np.asarray((minus - plus).ravel() / (2.0 * size) / root)

    value, residual, vector = _largest_eigenvalue(product, len(root), max(1, evaluations // 2), seed)
    squares = (vector.reshape(-1, 3) ** 2).sum(axis=1)
    shares = {each: float(squares[[name == each for name in elements]].sum()) for each in dict.fromkeys(elements)}
    # Å √(u/eV) is ASE's unit of time.
    frequency = float(np.sqrt(max(value, 0.0)) * units.fs)
    return Stiffness(
        frequency=frequency,
        uncertainty=0.5 * frequency * residual / value if value > 0.0 else 0.0,
        shares=dict(sorted(shares.items(), key=lambda item: -item[1])),
        evaluations=used,
    )


def _largest_eigenvalue(
    product: Callable[[Array], Array], size: int, steps: int, seed: int
) -> tuple[float, float, Array]:
    """Return the largest eigenvalue of a symmetric matrix, a bound of its error, and the vector."""
    vector = np.random.default_rng(seed).normal(size=size)
    basis = np.empty((0, size))
    diagonal: list[float] = []
    off_diagonal: list[float] = []
    while True:
        vector /= np.linalg.norm(vector)
        basis = np.vstack([basis, vector])
        image = product(vector)
        diagonal.append(float(vector @ image))
        for _ in range(2):  # once leaves errors of rounding
            image = image - basis.T @ (basis @ image)
        length = float(np.linalg.norm(image))
        values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(off_diagonal, 1) + np.diag(off_diagonal, -1))
        residual = length * abs(float(vectors[-1, -1]))
        enough = residual <= _TOLERANCE * abs(values[-1]) or len(basis) >= min(steps, size)
        if enough or length < 1e-12 * abs(values[-1]):
            return float(values[-1]), residual, np.asarray(vectors[:, -1] @ basis)
        off_diagonal.append(length)
        vector = image
