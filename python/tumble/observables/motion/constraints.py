"""Constrained distances within molecules (SHAKE, SETTLE, rigid bodies), and the degrees of freedom that they remove.

In equilibrium and for any potential, a third of the squared relative velocity u of two atoms of a molecule is along the
line r between them; if their distance is constrained, nothing is:

    <(u r/|r|)^2> / <u^2>  =  1/3,  or 0

In files it isn't exactly 0: SHAKE stops at a tolerance, leap-frog stores velocities of half a step h before the
positions ((w h / 2)^2, about 1e-3, for an angular frequency w of the rotation), and positions are rounded, by up to
0.01 Å. The initial velocities of a run may violate the constraints, hence the median over frames is used. Without
velocities, the variation of a distance decides. Molecules with the same masses are of one kind and examined together,
in some frames spread over the whole trajectory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tumble.errors import TrajectoryError
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.frames.molecules import Molecules
from tumble.observables.frames.neighbors import velocities_of
from tumble.observables.frames.rigid_motion import inertia_tensor, rotational_freedoms
from tumble.trajectories.centroid import beads_of
from tumble.types import Array

FRAMES = 20  # number of frames that are examined
ENOUGH = 20  # samples of a distance, below which its velocity may be small by chance
_SHARE, _SHARE_OF_FEW = (
    0.01,
    1e-6,
)  # largest share of u^2 along the line for a constrained distance
_VARIES = 0.005  # Å, rms; an O-H bond varies by 0.023 Å at 300 K, and rounding to 0.01 Å makes 0.004 Å
_ALL_PAIRS, _NEAR = 30, 3.0  # all pairs in molecules of up to 30 atoms; in larger ones pairs closer than 3 Å


@dataclass(frozen=True)
class _Kind:
    """Molecules of the same masses.

    Attributes:
        atoms: Positions of their atoms in the list of the atoms of all molecules, [M,n].
        pairs: Pairs of atoms by their positions in a molecule, [K,2].
        shape: Positions of the atoms of one molecule, [n,3] in Å.
        masses: [n] in amu.
    """

    atoms: NDArray[np.intp]
    pairs: NDArray[np.intp]
    shape: Array
    masses: Array

    def removed_freedoms(self, kept: NDArray[np.bool_]) -> int:
        """Return how many degrees of freedom of a molecule its constrained distances [K] remove."""
        if not kept.any():
            return 0
        count = len(self.shape)
        if kept.all() and len(kept) == count * (count - 1) // 2:
            arms = self.shape - self.masses @ self.shape / self.masses.sum()
            return 3 * count - 3 - int(rotational_freedoms(inertia_tensor(arms, self.masses)))
        matrix = np.zeros((int(kept.sum()), count, 3))
        first, second = self.pairs[kept].T
        rows = np.arange(len(matrix))
        matrix[rows, first] = self.shape[first] - self.shape[second]
        matrix[rows, second] = -matrix[rows, first]
        return int(np.linalg.matrix_rank(matrix.reshape(len(matrix), -1), tol=1e-2))


class Constraints:
    """The constraints of the molecules of a trajectory.

    Args:
        universe: A `MDAnalysis.Universe`. Ring polymers are not examined.
        molecules: The molecules of the trajectory.

    Attributes:
        distances: Number of constrained distances in all molecules.
        freedoms: Number of degrees of freedom that they remove; fewer than `distances` if constraints are redundant.
        atoms: Indices of the atoms with a constrained distance.
    """

    def __init__(self, universe: Any, molecules: Molecules) -> None:
        self.distances = self.freedoms = 0
        self.atoms: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        ts = universe.trajectory[0]
        if len(beads_of(ts)) > 1:
            return
        kinds = _kinds(molecules, molecules.whole(beads_of(ts)[0], ts.dimensions))
        for kind, kept in zip(kinds, _kept(universe, molecules, kinds), strict=True):
            self.distances += len(kind.atoms) * int(kept.sum())
            self.freedoms += len(kind.atoms) * kind.removed_freedoms(kept)
            bound = molecules.atoms[kind.atoms[:, np.unique(kind.pairs[kept])]]
            self.atoms = np.append(self.atoms, bound.ravel())
        universe.trajectory[0]


def constraints_of(run: OpenedRun) -> Constraints:
    """Return the constraints of a run, which several observables need and which are searched for once.

    Raises:
        NotApplicableError: If molecules aren't known.
    """
    found: Constraints = run.once("constraints", lambda: Constraints(run.universe, Molecules(run.universe)))
    return found


def _kinds(molecules: Molecules, whole: Array) -> list[_Kind]:
    """Group the molecules of more than one atom by their masses."""
    starts = np.append(0, np.cumsum(molecules.sizes))
    found: dict[bytes, list[int]] = {}
    for molecule, size in enumerate(molecules.sizes):
        if size > 1:
            masses = molecules.masses[starts[molecule] : starts[molecule + 1]]
            found.setdefault(masses.tobytes(), []).append(molecule)
    kinds = []
    for members in found.values():
        atoms = starts[members][:, None] + np.arange(molecules.sizes[members[0]])
        shape = whole[atoms[0]]
        pairs = np.column_stack(np.triu_indices(len(shape), 1))
        if len(shape) > _ALL_PAIRS:
            pairs = pairs[np.linalg.norm(shape[pairs[:, 0]] - shape[pairs[:, 1]], axis=1) < _NEAR]
        kinds.append(_Kind(atoms, pairs, shape, molecules.masses[atoms[0]]))
    return kinds


def _kept(universe: Any, molecules: Molecules, kinds: list[_Kind]) -> list[NDArray[np.bool_]]:
    """Return for each kind which distances are constrained, [K]."""
    count = len(universe.trajectory)
    frames = np.unique(np.linspace(0, count - 1, min(FRAMES, count)).astype(int)).tolist()
    # For each frame, sums over molecules: 1, the distance and its square; the squared velocity along the line and in
    # all.
    sums: list[list[Array]] = [[] for _ in kinds]
    moving = True
    for frame in frames:
        try:
            ts = universe.trajectory[frame]
        except TrajectoryError:
            continue  # this damaged frame may not be one of those to be analyzed
        whole = molecules.whole(beads_of(ts)[0], ts.dimensions)
        velocities = velocities_of(ts)
        moving = moving and velocities is not None
        speeds = np.zeros_like(whole) if velocities is None else velocities[0][molecules.atoms]
        for kind, found in zip(kinds, sums, strict=True):
            first, second = (kind.atoms[:, kind.pairs[:, end]] for end in (0, 1))
            between, relative = whole[first] - whole[second], speeds[first] - speeds[second]
            distance = np.linalg.norm(between, axis=-1)
            along = np.einsum("mkx,mkx->mk", between, relative) / np.maximum(distance, 1e-9)
            rows = np.ones_like(distance), distance, distance**2, along**2, np.sum(relative**2, axis=-1)
            found.append(np.array([row.sum(axis=0) for row in rows]))
    judge = _constrained_by_velocities if moving else _constrained_by_distances
    return [judge(np.array(found)) for found in sums]


def _constrained_by_velocities(sums: Array) -> NDArray[np.bool_]:
    """Return which distances are constrained, judged by the velocities in sums [F,5,K]."""
    limit = np.where(sums[:, 0].sum(axis=0) < ENOUGH, _SHARE_OF_FEW, _SHARE)
    share = np.divide(sums[:, 3], sums[:, 4], out=np.ones_like(sums[:, 3]), where=sums[:, 4] > 0)
    return np.asarray(np.median(share, axis=0) < limit)


def _constrained_by_distances(sums: Array) -> NDArray[np.bool_]:
    """Return which distances are constrained, judged by their variation in sums [F,5,K]."""
    number, distance, square = sums.sum(axis=0)[:3]
    deviation = np.sqrt(np.maximum(square / number - (distance / number) ** 2, 0.0))
    return np.asarray((number >= ENOUGH) & (deviation < _VARIES))
