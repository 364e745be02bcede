"""Mean square displacement and diffusion constant.

    MSD(t) = < |x_i(t0 + t) - x_i(t0)|^2 >        over atoms i and all origins t0
    D_a    = 1/2 d/dt < (x_a(t) - x_a(0))^2 >,    D = (D_x + D_y + D_z) / 3

for each element, and for the centers of mass of water molecules. Trajectories are unwrapped while they are read
(`tumble.observables.dynamics.unwrap`). D is half the slope of a least-squares line in a window of times. In a periodic
box D depends on the size of the box, for which `tumble.observables.dynamics.diffusion` corrects. With an invariant
model, diffusion in a liquid is the same along all axes if the box is cubic or there is none.

For ring polymers, the centroid is followed (`tumble.trajectories.centroid`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError, SettingError
from tumble.observables.base.observable import LONGEST, TimeCorrelation
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.base.series import COMPONENTS, stride_of
from tumble.observables.base.temperature import checked_temperature
from tumble.observables.dynamics.box_history import BoxHistory
from tumble.observables.dynamics.diffusion import diffusion_constants, finite_size_correction
from tumble.observables.dynamics.fit_window import early_notes, fit_window
from tumble.observables.dynamics.unwrap import Unwrapper
from tumble.observables.frames.water import BrokenMolecules, Water
from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.blocking import bootstrap, choose_blocks
from tumble.statistics.cells import Cells
from tumble.trajectories.centroid import dynamics_notes
from tumble.trajectories.element_groups import atoms_by_element
from tumble.trajectories.masses import masses_of
from tumble.types import Array

EARLIEST = 2.0  # ps, after which a molecule of liquid water at 300 K has left the cage of its neighbors
FEWEST_LAGS = 8  # smallest default, so that a short run also has a window for the fit
_SLACK = 0.1  # relative difference of the slopes in both halves of the window that needs no note
MOLECULES = "molecules"


class MeanSquareDisplacement(TimeCorrelation):
    """Mean square displacement and diffusion constant, of each element and of water molecules.

    Args:
        universe: A `MDAnalysis.Universe` with elements. For water, molecules are followed as well.
        fit: First and last time of the window in which the line is fitted, ps; the default is from 2 ps (or half the
            longest time difference, if that is earlier) to the longest time difference.
        longest: Longest time difference, ps. The default is 1/30 of the trajectory, at most 20 ps, because the errors
            need independent blocks, which must be much longer than `longest`.
        unwrapped: Whether coordinates are unwrapped; by default as far as the reader knows. If they are, the time
            between frames doesn't matter; otherwise no atom may move by half the box between two frames.
        remove_drift: Whether to subtract the motion of the center of mass of the whole system. It is zero for a closed
            system at rest, but a random walk with a local thermostat. A single atom or molecule keeps its motion.
        temperature: K; with `viscosity`, for the finite-size correction.
        viscosity: Shear viscosity of the model, mPa s. (Water has 0.85 at 300 K: Harris and Woolf, J. Chem. Eng. Data
            49, 1064 (2004). A model has its own.)
        masses: [N] in amu; the default is the masses of the Universe, or else of the elements.
        blocks: See `Observable`.
        verbose: See `Observable`.

    Raises:
        ConfigurationError: If an argument is out of range.
        NotApplicableError: If elements or masses aren't known.
    """

    observable = "msd"
    title = "Mean square displacement and diffusion"
    meaning = "How far atoms and molecules move in a time t; the slope is six times the diffusion constant."
    symptom = (
        "In a liquid in a cubic box the three axes are no longer equivalent. A different diffusion constant at the "
        "same structure indicates spurious torques."
    )
    settings = ("longest", "viscosity")
    follows_centroid = True
    displacements = True

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        settings = run.settings
        if run.universe.dimensions is None or run.single_body:
            raise NotApplicableError(
                "`universe`: expected a periodic box of several atoms or molecules, got a single one or no box, where "
                "diffusion isn't defined"
            )
        return Plan.of(
            cls(
                run.universe,
                longest=settings.longest,
                temperature=None if settings.viscosity is None else run.centroid_temperature,
                viscosity=settings.viscosity,
                blocks=settings.blocks,
            )
        )

    def __init__(
        self,
        universe: Any,
        *,
        fit: tuple[float, float] | None = None,
        longest: float | None = None,
        unwrapped: bool | None = None,
        remove_drift: bool = True,
        temperature: float | None = None,
        viscosity: float | None = None,
        masses: Any = None,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, longest=longest, blocks=blocks, verbose=verbose)
        if (temperature is None) != (viscosity is None):
            raise SettingError("viscosity", "expected `temperature` and `viscosity` or neither, got one of them")
        if viscosity is not None and not 0 < viscosity < np.inf:
            raise SettingError("viscosity", f"expected a positive number of mPa s, got {viscosity:g}")
        self.fit = fit
        self.unwrapped = bool(getattr(universe.trajectory, "unwrapped", None) if unwrapped is None else unwrapped)
        self.temperature = None if temperature is None else checked_temperature(temperature)
        self.viscosity = viscosity
        self._masses = masses_of(universe, masses)
        self._groups = atoms_by_element(universe)
        self._water: Water | None = None
        self._no_molecules: tuple[str, ...] = ()
        try:
            self._water = Water(universe)
        except NotApplicableError as error:
            self._no_molecules = (f"Only elements are followed, not molecules: {error}.",)
        if self._water is not None:
            self._groups[MOLECULES] = len(self._masses) + np.arange(len(self._water))
        self.remove_drift = remove_drift and len(self._masses if self._water is None else self._water) > 1

    def _prepare(self) -> None:
        super()._prepare()
        # Checked here, so that an impossible window is refused before the trajectory is read.
        step = self._time_step()
        self._window(step * np.arange(float(self._correlator.lags + 1)))
        self._unwrapper = Unwrapper(unwrapped=self.unwrapped)
        self._paths: Array | None = None
        self._broken = BrokenMolecules()
        self._boxes = BoxHistory()

    def _default_lags(self, count: int, step: float) -> int:
        # Displacements over longer times overlap too much to estimate their errors.
        return max(min(FEWEST_LAGS, count - 1), min(count // 30, round(LONGEST / step)))

    def _window(self, lags: Array) -> slice:
        return fit_window(lags, self.fit, EARLIEST, longest=self.longest)

    def _channels(self) -> list[Array]:
        ts = self._ts
        self._boxes.add(ts.dimensions)
        if self.viscosity is not None and not self._boxes.cubic:
            raise SettingError(
                "viscosity",
                "expected a cubic box, for which a finite-size correction exists, got "
                f"{'none' if ts.dimensions is None else ts.dimensions} in frame {ts.frame}",
            )
        positions = self._snapshot.centroid
        atoms = len(positions)
        if self._water is not None:
            bonds = self._water.bonds_of_centroid(self._snapshot)
            self._broken.count(self._water, bonds, ts.frame)
            positions = np.concatenate([positions, _centers_of_mass(self._water, self._masses, positions, bonds)])
        moved = self._unwrapper.displacements(positions, ts.dimensions, ts.frame)
        if self.remove_drift:
            moved = moved - (self._masses @ moved[:atoms]) / self._masses.sum()
        self._paths = moved if self._paths is None else self._paths + moved
        return [self._paths[members, axis] for members in self._groups.values() for axis in range(3)]

    def _evaluate(self, cells: Cells, lags: Array) -> Result:
        window = self._window(lags)
        quantities: list[Quantity] = []
        notes = [*dynamics_notes(self._ts), *self._no_molecules]
        notes += early_notes(
            lags[window], self.fit, EARLIEST, "molecules of liquid water leave the cage of their neighbors"
        )
        for place, (name, members) in enumerate(self._groups.items()):
            part = cells[3 * place : 3 * place + 3]
            quantities += self._group_quantities(name, part, lags, window, scale=1 / len(members))
            notes += _nonlinearity_note(name, lags[window], part[:, window], self.blocks)
        if self._water is not None:
            notes += self._broken.notes(self._water, len(self.frames))
        notes += self._box_notes()
        return self._result(
            quantities,
            notes=tuple(notes),
            fit_ps=[float(lags[window][0]), float(lags[window][-1])],
            particles={name: len(members) for name, members in self._groups.items()},
            unwrapped=self.unwrapped,
            drift_removed=self.remove_drift,
            mean_edges_angstrom=self._boxes.mean,
            temperature_K=self.temperature,
            viscosity_mPas=self.viscosity,
        )

    def _group_quantities(self, name: str, cells: Cells, lags: Array, window: slice, *, scale: float) -> list[Quantity]:
        """Return the quantities of an element, or of molecules, from the sums of squares along each axis, [C,3,L]."""
        common: dict[str, Any] = {"frame_time": self._frame_time(), "blocks": self.blocks}
        shown = slice(None, None, stride_of(len(lags)))
        curve = averaged(
            f"msd_{name}",
            Cells(cells.sums.sum(axis=1), cells.counts[:, 0], cells.length)[shown],
            label=f"MSD(t), {name}",
            unit="Å²",
            axes=(Axis("t", "ps", lags[shown]),),
            scale=scale,
            **common,
        )
        return [curve, *self._diffusion(name, cells[:, window], lags[window], scale, common)]

    def _diffusion(self, name: str, cells: Cells, lags: Array, scale: float, common: dict[str, Any]) -> list[Quantity]:
        """Return the diffusion constants of a group from the sums in the window of the fit, [C,3,L]."""

        def along_axes(mean: Array) -> Array:
            return scale * diffusion_constants(lags, mean)

        def differences(mean: Array) -> Array:
            along = along_axes(mean)
            return np.asarray(along - along.mean())

        quantities = [
            derived(
                f"D_{name}",
                cells,
                lambda mean: along_axes(mean).mean(),
                label=f"D, {name}",
                unit="Å²/ps",
                **common,
            ),
            derived(
                f"D_anisotropy_{name}",
                cells,
                differences,
                label=f"D(axis) − D, {name}",
                unit="Å²/ps",
                axes=(COMPONENTS,),
                # In other boxes, the periodic images affect the axes differently.
                expected=0.0 if self._boxes.isotropic else None,
                **common,
            ),
        ]
        if self.temperature is not None and self.viscosity is not None:
            correction = finite_size_correction(float(np.mean(self._boxes.mean)), self.temperature, self.viscosity)
            quantities.append(
                derived(
                    f"D_infinite_{name}",
                    cells,
                    lambda mean: along_axes(mean).mean() + correction,
                    label=f"D in an infinite box, {name}",
                    unit="Å²/ps",
                    **common,
                )
            )
        return quantities

    def _box_notes(self) -> tuple[str, ...]:
        notes = []
        if self._boxes.mean and self.viscosity is None:
            notes.append(
                "D refers to a periodic box of this size; for an infinite liquid it is larger by about "
                "2.84 kT / (6π η L): give the viscosity to add this correction."
            )
        if self._boxes.changes:
            notes.append("The box changes: displacements exclude the dilation of the box.")
        if self.unwrapped and self._boxes.changes:
            notes.append(
                "Coordinates are unwrapped: they are assumed to add the number of boxes that an atom has crossed, "
                "times the current size of the box."
            )
        return tuple(notes)


def _centers_of_mass(water: Water, masses: Array, positions: Array, bonds: Array) -> Array:
    """Return the centers of mass [M,3] of molecules that are made whole around their oxygens."""
    of_molecules = masses[water.atoms]
    shares = of_molecules[:, 1:] / of_molecules.sum(axis=1, keepdims=True)
    return np.asarray(positions[water.atoms[:, 0]] + np.einsum("mb,mbx->mx", shares, bonds))


def _nonlinearity_note(name: str, lags: Array, cells: Cells, blocks: int | None) -> tuple[str, ...]:
    """Return a note if the slope of mean square displacements [C,3,L] differs between the halves of the window."""
    half = (len(lags) + 1) // 2

    def ratio(mean: Array) -> Array:
        along = mean.sum(axis=0)
        early, late = (diffusion_constants(lags[part], along[part]) for part in (slice(half), slice(-half, None)))
        return np.asarray(np.divide(late, early, out=np.full((), np.nan), where=early != 0))

    found = choose_blocks(cells, blocks)
    if not np.isfinite(ratio(found.mean)):
        return ()  # nothing moves
    value, error = bootstrap(found, ratio)
    if not (abs(value - 1) > _SLACK and abs(value - 1) > 2 * error):
        return ()
    return (
        f"The mean square displacement of {name} isn't linear in the window of the fit: the ratio of its slopes in the "
        f"second and the first half is {value:.2f} ± {error:.2f}. D hasn't reached the diffusion constant.",
    )
