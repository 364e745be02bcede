"""Collective rotation of the molecules in a liquid or crystal: the time integral of their mean angular velocity.

The rotation dR of a molecule between two frames of the trajectory minimizes sum_i m_i |x_i(t + h) - dR x_i(t)|^2 about
its center of mass (Kabsch, Acta Cryst. A 34, 827 (1978)). With the rotation vectors dθ_m of M molecules, in the lab
frame,

    θ(t) = sum of (1/M) sum_m dθ_m,        <ω> = θ(T) / T

In equilibrium the mean of ω is zero, by isotropy and by time reversal, and θ diffuses. A drift of θ beyond diffusion
shows that the run isn't in equilibrium, for example because molecules turn to the orientation that a model without
exact invariance prefers. If molecules rarely collide, each keeps its angular momentum, and the mean isn't zero either:
if the mean rates of molecules differ too much (`tumble.observables.quantities.exchange`), the error is a lower bound,
and there is no verdict. Ring polymers are represented by their centroid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from tumble.errors import NotApplicableError
from tumble.observables.base.series import COMPONENTS, SequentialObservable
from tumble.observables.frames.molecules import Molecules
from tumble.observables.frames.rigid_motion import best_rotations
from tumble.observables.motion.rotation import LARGEST, turn_curves
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.exchange import OwnAverages, exchanged
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.types import Array

MOST = 0.01  # largest share of rotations beyond `LARGEST` at which rotations can be followed


class MolecularRotation(SequentialObservable):
    """Collective rotation of molecules.

    Args:
        universe: A `MDAnalysis.Universe`.
        molecules: Indices of the atoms of each molecule; by default from bonds, or from distances in water.
        masses: [N] in amu; the default is the masses of the Universe, or else of the elements.
        blocks: See `FrameObservable`.
        verbose: See `FrameObservable`.

    Raises:
        NotApplicableError: If the molecules are unknown or linear, or frames are too far apart to follow them.
    """

    observable = "molecular_rotation"
    title = "Collective rotation of molecules"
    meaning = "The mean angular velocity of all molecules, and its time integral."
    symptom = "Before equilibrium, the mean isn't zero while molecules turn towards directions that the model prefers."

    def __init__(
        self,
        universe: Any,
        *,
        molecules: Sequence[Sequence[int]] | None = None,
        masses: Any = None,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        self._molecules = Molecules(universe, molecules, masses)

    def _prepare(self) -> None:
        super()._prepare()
        self._last: Array | None = None
        self._turned = np.zeros(3)
        self._far = 0
        self._own = OwnAverages(len(self._used) - 1)

    def _shapes(self) -> Array:
        """Return the positions of the atoms relative to the centers of mass of their molecules, [A,3]."""
        whole = self._molecules.whole(self._snapshot.centroid, self._ts.dimensions)
        return whole - self._molecules.spread(self._molecules.centers(whole))

    def _values(self) -> Array:
        """Return the mean rotation since the last frame, [3] in degrees."""
        shapes = self._shapes()
        weighted = self._molecules.masses[:, None] * shapes
        if self._last is None:
            own = self._molecules.sums(np.einsum("ia,ib->iab", weighted, shapes))
            if np.any(np.linalg.svd(own, compute_uv=False)[:, 1] < 1e-3):
                raise NotApplicableError(
                    "`molecules`: expected molecules that aren't linear, got a linear one, whose rotation about its "
                    "axis isn't defined"
                )
            self._last = shapes
            return np.zeros(3)
        products = self._molecules.sums(np.einsum("ia,ib->iab", weighted, self._last))
        steps = Rotation.from_matrix(best_rotations(products)).as_rotvec(degrees=True)
        self._far += int(np.sum(np.linalg.norm(steps, axis=1) > LARGEST))
        self._last = shapes
        self._own.add(self._place - 1, steps)
        mean = steps.mean(axis=0)
        self._turned = self._turned + mean
        return np.asarray(mean)

    def _point(self, values: Array) -> Array:
        return self._turned

    def _evaluate(self, cells: Cells) -> Result:
        count = len(self._used)
        share = self._far / (max(count - 1, 1) * len(self._molecules))
        if share > MOST:
            raise NotApplicableError(
                f"`universe`: expected frames close enough in time to follow molecules, got rotations by more than "
                f"{LARGEST:.0f}° between frames for {100 * share:.0f} %; write frames more often"
            )
        time = self._frame_time()
        rate = averaged(
            "molecular_angular_velocity",
            cells,
            label="mean angular velocity of molecules",
            unit=self._rate_unit,
            axes=(COMPONENTS,),
            frame_time=time,
            blocks=self.blocks,
            expected=0.0,
            # The first frame counts in the average, but has no rotation.
            scale=count / max(count - 1, 1) / time,
        )
        rate, notes = exchanged(rate, self._own, "the angular velocity")
        curves = turn_curves("molecular_rotation", self._point_times(), self.results.points, "molecules", rate)
        return self._result([rate, *curves], notes=notes, molecules=len(self._molecules))
