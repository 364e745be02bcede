"""Rotational drift: signs that a model exerts torques on molecules, a crystal or the whole system.

An invariant model conserves the angular momentum of an isolated system, which turns as a whole; molecules of any system
may turn together or at random; a lattice must keep its orientation. The parts that a run doesn't allow are omitted,
with the reason among the notes. The drift of the conserved quantity and the frame torque come from logs
(`tumble.observables.motion.conserved`, `tumble.observables.symmetry.symmetry_series`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.observables.base.combined import Combined
from tumble.observables.base.observable import UniverseAnalysis
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan, joined
from tumble.observables.frames.isolation import Isolation
from tumble.observables.frames.molecules import Molecules
from tumble.observables.motion.angular_momentum import AngularMomentum
from tumble.observables.motion.conserved import conserved_drift
from tumble.observables.motion.constraints import Constraints, constraints_of
from tumble.observables.motion.kinetic_temperature import KineticTemperature
from tumble.observables.motion.logged_temperature import logged_temperature
from tumble.observables.motion.molecular_rotation import MolecularRotation
from tumble.observables.motion.rotation import MELTED, BodyRotation, LatticeRotation
from tumble.observables.quantities.result import Result
from tumble.observables.symmetry.symmetry_series import symmetry_from_series

#: Times [T] in ps, and the values that were logged at these times.
Series = tuple[Any, Any]


class Drift(Combined):
    """Angular momentum, rotations, kinetic temperatures, conserved quantity and frame torque, as far as a run allows.

    Args:
        universe: A `MDAnalysis.Universe`.
        thermostat: See `AngularMomentum`.
        isolated: Whether nothing interacts through the boundaries of the cell; by default the first frame decides.
        lattice: Whether a system that isn't isolated may be a crystal, whose lattice could turn.
        molecules: Indices of the atoms of each molecule; by default from bonds, or from distances in water.
        masses: [N] in amu; the default is the masses of the Universe, or else of the elements.
        constraints: Function that returns the constraints; by default they are searched for.
        conserved: Times (ps), and the conserved quantity [T] in eV.
        torque: Times (ps), and the frame torque [T,P,3] in eV/rad.
        blocks: Number of blocks for the errors; chosen if not given.
        verbose: Whether to show a progress bar.
    """

    observable = "drift"
    title = "Rotational drift"
    meaning = "Whether molecules, a crystal or the whole system turn without a physical reason."
    symptom = "Molecules, a crystal or the whole system turn. See the notes on which numbers apply to this system."
    settings = ("isolated", "isotropic")

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        if not run.has_trajectory:
            return Plan.known(_logged(run))
        settings, universe = run.settings, run.universe
        # Many molecules in a box meet sooner or later, even if they start far apart.
        crowded = settings.isolated is None and universe.dimensions is not None and run.molecules > 1
        # Formats such as the plain xyz of LAMMPS have no box, whether or not there was one.
        boxless = settings.isolated is None and universe.dimensions is None and run.run.periodic is True
        isolated = False if crowded or boxless else settings.isolated
        drift = cls(
            universe,
            thermostat=run.run.thermostat,
            isolated=isolated,
            # Only a crystal, as the user calls it, has a lattice that could turn; a single molecule has none.
            lattice=isolated is not False or settings.isotropic is False,
            constraints=lambda: constraints_of(run),
            conserved=run.logged("conserved"),  # `symmetry` gives the frame torque
            blocks=settings.blocks,
        )
        return Plan(drift.analyses, drift.conclude)

    def __init__(
        self,
        universe: Any,
        *,
        thermostat: str | None = None,
        isolated: bool | None = None,
        lattice: bool = True,
        molecules: Sequence[Sequence[int]] | None = None,
        masses: Any = None,
        constraints: Callable[[], Constraints] | None = None,
        conserved: Series | None = None,
        torque: Series | None = None,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(verbose=verbose)
        self._universe, self._thermostat, self._isolated = universe, thermostat, isolated
        self._lattice, self._chosen, self._masses = lattice, molecules, masses
        self._constraints = constraints
        self._conserved, self._torque = conserved, torque
        self._blocks = blocks

    @property
    @override
    def analyses(self) -> tuple[UniverseAnalysis, ...]:
        return tuple(part for _, part in self._built if not isinstance(part, NotApplicableError))

    @override
    def conclude(self) -> Result:
        results: list[Result] = []
        notes: list[str] = []
        for title, part in self._built:
            try:
                if isinstance(part, NotApplicableError):
                    raise part
                results.append(part.result)
            except NotApplicableError as error:
                notes.append(f"No {title}: {error}.")
        results += self._logged(notes)
        results = [result for result in results if not _melted(result)]
        if not results:
            raise NotApplicableError(
                f"`universe`: expected a run for which a part of `drift` is defined, got none: {' '.join(notes)}"
            )
        notes = [*(note for result in results for note in result.notes), *notes]
        return Result(
            self.observable,
            tuple(quantity for result in results for quantity in result.quantities),
            {result.observable: dict(result.metadata) for result in results},
            tuple(dict.fromkeys(notes)),
        )

    @cached_property
    def _built(self) -> list[tuple[str, UniverseAnalysis | NotApplicableError]]:
        """The parts by name; for one that this system doesn't allow, the error."""
        built: list[tuple[str, UniverseAnalysis | NotApplicableError]] = []
        for title, build in self._parts():
            try:
                built.append((title, build()))
            except NotApplicableError as error:
                built.append((title, error))
        return built

    def _parts(self) -> list[tuple[str, Callable[[], UniverseAnalysis]]]:
        """Return functions that build the parts that may apply, by name."""
        universe, isolated, molecules, masses = self._universe, self._isolated, self._chosen, self._masses
        blocks = self._blocks

        def momentum() -> AngularMomentum:
            return AngularMomentum(
                universe, thermostat=self._thermostat, isolated=isolated, masses=masses, blocks=blocks
            )

        def body() -> BodyRotation:
            return BodyRotation(universe, isolated=isolated, masses=masses, blocks=blocks)

        def together() -> MolecularRotation:
            return MolecularRotation(universe, molecules=molecules, masses=masses, blocks=blocks)

        def lattice() -> LatticeRotation:
            return LatticeRotation(universe, masses=masses, blocks=blocks)

        def temperature() -> KineticTemperature:
            return KineticTemperature(
                universe,
                molecules=molecules,
                isolated=isolated,
                masses=masses,
                constraints=self._constraints,
                blocks=blocks,
            )

        rotations: list[tuple[str, Callable[[], UniverseAnalysis]]]
        if Isolation(universe, isolated).known:
            rotations = [("rotation of the whole", body)]
        else:
            rotations = [("rotation of molecules", together)]
            rotations += [("rotation of the lattice", lattice)] if self._lattice else []
        return [("angular momentum", momentum), *rotations, ("kinetic temperatures", temperature)]

    def _logged(self, notes: list[str]) -> list[Result]:
        if self._conserved is None and self._torque is None:
            return []
        try:
            molecules = len(Molecules(self._universe, self._chosen))
        except NotApplicableError:
            molecules = 1  # the whole system counts as one molecule
        found = []
        # A log with damaged rows must not prevent the analysis of the trajectory.
        try:
            if self._conserved is not None:
                found.append(conserved_drift(*self._conserved, molecules, blocks=self._blocks))
        except NotApplicableError as error:
            notes.append(f"No drift of the conserved quantity: {error}.")
        try:
            if self._torque is not None:
                found.append(symmetry_from_series(*self._torque, molecules=molecules, blocks=self._blocks))
        except NotApplicableError as error:
            notes.append(f"No frame torque: {error}.")
        return found


def _melted(result: Result) -> bool:
    """Return whether this is the rotation of a lattice that has melted."""
    return result.observable == LatticeRotation.observable and result.metadata["distance_from_reference_A"] > MELTED


def _logged(run: OpenedRun) -> Result:
    """Return the drift of a run without a trajectory, from the conserved quantity and temperature in its log."""
    blocks, parts = run.settings.blocks, []
    conserved, temperature = run.logged("conserved"), run.logged("temperature")
    if conserved is not None:
        parts.append(conserved_drift(*conserved, run.molecules, blocks=blocks))
    if temperature is not None:
        parts.append(logged_temperature(*temperature, blocks=blocks))
    if not parts:
        raise NotApplicableError("`run`: expected a trajectory or a log with a time, got neither")
    return joined(Drift.observable, parts)
