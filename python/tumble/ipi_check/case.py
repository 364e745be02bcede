"""One system of an input, with everything that the checks ask: the input, what i-PI makes of it, and the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from ase import Atoms

from tumble.drive import periodic_axes
from tumble.errors import NotApplicableError, TumbleError
from tumble.frames import read_frames
from tumble.ipi_check.atoms import StartAtoms, from_file, from_view
from tumble.ipi_check.model import Model
from tumble.ipi_check.options import Options
from tumble.ipi_check.stiffness import Stiffness, stiffest_mode
from tumble.ipi_check.view import View
from tumble.runs.ipi.dynamics import Dynamics, dynamics_of, modes_of
from tumble.runs.ipi.elements import word_of
from tumble.runs.ipi.forcefields import ForceField, forcefields_of
from tumble.runs.ipi.forces import ForceComponent, forces_of
from tumble.runs.ipi.input import IpiInput
from tumble.runs.text_rows import is_file

T = TypeVar("T")

_SOFT = 1.0  # cm⁻¹: rounding in place of a vibration

_READABLE = ("xyz", "pdb", "ase")


class Case:
    """A system.

    Attributes:
        xml: The input.
        root: Its element `simulation`.
        system: The element `system`.
        index: Its place among the systems.
        input: What the reader of runs finds in it.
        view: What i-PI makes of it.
        model: The model.
        options: Options of the driver.
    """

    def __init__(
        self,
        xml: Path,
        root: Any,
        system: Any,
        index: int,
        found: IpiInput,
        view: View,
        model: Model,
        options: Options,
    ) -> None:
        self.xml = xml
        self.root = root
        self.system = system
        self.index = index
        self.input = found
        self.view = view
        self.model = model
        self.options = options
        self._failed: dict[str, str] = {}

    def read(self) -> None:
        """Read what all checks need, so that a wrong word is reported once.

        Raises:
            TrajectoryError: If there are words in place of numbers.
        """
        _ = self.forcefields, self.components, self.dynamics

    @cached_property
    def forcefields(self) -> Sequence[ForceField]:
        """All forcefields of the input."""
        return forcefields_of(self.root, self.view.defaults)

    @cached_property
    def components(self) -> Sequence[ForceComponent]:
        """The forces of this system."""
        return forces_of(self.system)

    @cached_property
    def served(self) -> Sequence[ForceField]:
        """The forcefields behind which this model is, or may be: all that a driver can serve, unless one is named."""
        chosen = self.options.forcefield
        return [each for each in self.forcefields if each.may_be_ours and chosen in (None, each.name, each.reference)]

    @cached_property
    def served_components(self) -> Sequence[ForceComponent]:
        """The forces of this system that come from these forcefields."""
        names = {each.reference for each in self.served}
        return [each for each in self.components if each.forcefield in names]

    @cached_property
    def dynamics(self) -> Sequence[Dynamics]:
        """Molecular dynamics in this system."""
        return dynamics_of(self.system)

    @cached_property
    def modes(self) -> Sequence[str]:
        """Modes of all motions of this system."""
        return modes_of(self.system)

    @property
    def beads(self) -> int:
        """Number of beads."""
        return self.input.beads

    @property
    def steps(self) -> int:
        """Number of steps that are left."""
        return max(self.input.total_steps - self.input.start, 0)

    @cached_property
    def start_file(self) -> Path | None:
        """The file from which i-PI starts, if it is one of a structure."""
        for file in self.system.findall("initialize/file"):
            path = self.xml.parent / (file.text or "").strip()
            if word_of(file, "mode", "chk") in _READABLE and is_file(path):
                return path
        return None

    @property
    def driver_file(self) -> Path | None:
        """The structure file of the driver; None if it isn't known."""
        return self.options.structure or self.start_file

    @cached_property
    def driver_atoms(self) -> Atoms:
        """The structure of the driver.

        Raises:
            NotApplicableError: If no file is known.
            FramesError: If it can't be read.
        """
        if self.driver_file is None:
            raise NotApplicableError("the structure of the driver is unknown; give it with `--structure`")
        return next(read_frames(self.driver_file, "structure"))

    @cached_property
    def periodic(self) -> str:
        """Letters of the cell vectors along which the driver will take the system as periodic."""
        if self.options.periodic is not None:
            return self.options.periodic
        try:
            return periodic_axes(self.driver_atoms)
        except TumbleError:
            return "xyz"

    @cached_property
    def atoms(self) -> StartAtoms:
        """The atoms at the start.

        Raises:
            NotApplicableError: If neither i-PI nor a structure file says.
            FramesError: If the file can't be read.
        """
        if self.index < len(self.view.systems):
            return from_view(self.view.systems[self.index])
        if self.driver_file is None:
            raise NotApplicableError("the atoms are unknown, since i-PI didn't read the input")
        return from_file(self.driver_file)

    @cached_property
    def structure(self) -> Atoms:
        """The start as the model will see it.

        Raises:
            NotApplicableError: If it is unknown, or the model can't evaluate it, or nothing is to be measured.
            FramesError: If the file can't be read.
        """
        lacking = sorted(set(self.atoms.elements) - set(self.model.species))
        if lacking:
            raise NotApplicableError("the model lacks elements")
        if self.atoms.cell_is_missing and self.periodic:
            raise NotApplicableError("the cell is unknown, since i-PI didn't read the input")
        if self.options.evaluations == 0:
            raise NotApplicableError("nothing is measured with `--evaluations 0`")
        return self.atoms.to_ase(self.periodic)

    @cached_property
    def stiffness(self) -> Stiffness:
        """The stiffest vibration of the start.

        Raises:
            NotApplicableError: If the structure can't be evaluated.
        """
        start = self.structure

        def forces(positions: Sequence[Any]) -> Sequence[Any]:
            displaced = []
            for each in positions:
                atoms: Atoms = start.copy()  # type: ignore[no-untyped-call]
                atoms.positions[:] = each
                displaced.append(atoms)
            return self.model.forces(displaced)

        def stiffest() -> Stiffness:
            found = stiffest_mode(
                forces,
                start.positions,
                self.atoms.masses,
                self.atoms.elements,
                evaluations=self.options.evaluations,
            )
            if found.wavenumber < _SOFT:
                raise NotApplicableError("the start has no vibration")
            return found

        return self.measured("stiffness", stiffest)

    @cached_property
    def seconds(self) -> float:
        """Time of one evaluation of one bead with all rotations, s, on this machine.

        Raises:
            NotApplicableError: If the structure can't be evaluated.
        """
        return self.measured("seconds", lambda: self.model.seconds(self.structure)) * len(self.model.symmetrizer)

    def measured(self, what: str, compute: Callable[[], T]) -> T:
        """Return what is computed with the model; after a failure it isn't tried again.

        Raises:
            NotApplicableError: If the model fails, or the result has no meaning.
        """
        if what in self._failed:
            raise NotApplicableError(self._failed[what])
        try:
            return compute()
        except NotApplicableError as reason:
            self._failed[what] = str(reason)
            raise
        except TumbleError as failure:
            self._failed[what] = f"the model fails for the start: {failure}"
            raise NotApplicableError(self._failed[what]) from failure
