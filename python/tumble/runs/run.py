"""Description of one simulation, in the same form for LAMMPS and i-PI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tumble.errors import NotApplicableError
from tumble.runs.stamp import Stamp
from tumble.trajectories.nuclei import nuclei_of
from tumble.types import Array

EMPTY = np.empty(0)


@dataclass(frozen=True)
class Trajectory:
    """Files that form one trajectory.

    Attributes:
        positions: One file, or one for each bead in the order of the beads.
        velocities: Like `positions`, if velocities are in separate files.
        forces: Like `positions`, if forces are in separate files.
        topology: File with the elements of the atoms, if the files of positions have none.
        optional_topology: Whether to use `topology` only for files without elements.
        units: Style of units of LAMMPS.
        beads: Whether several files are the beads of a ring polymer, if they don't give their beads themselves.
        every_second: Whether the files are those of the beads with even numbers, the only beads that sample the
            distribution in the Suzuki–Chin splitting.
        bead: Whether the files have one bead of a path integral of LAMMPS, with the velocities of normal modes.
        steps: First and last step of the frames that belong to the run; None for no bound.
        optional_steps: Whether to use all frames if none is in this range.
        described: First and last step that the log describes; None if unknown. Other runs may have written to the same
            files: frames with steps outside this range are left out.
        absence: Reason why there are no files, for messages; may be empty.
    """

    positions: tuple[Path, ...] = ()
    velocities: tuple[Path, ...] = ()
    forces: tuple[Path, ...] = ()
    topology: Path | None = None
    optional_topology: bool = False
    units: str | None = None
    beads: bool = False
    every_second: bool = False
    bead: bool = False
    steps: tuple[int | None, int | None] = (None, None)
    optional_steps: bool = False
    described: tuple[int | None, int | None] = (None, None)
    absence: str = ""


@dataclass(frozen=True)
class Run:
    """One simulation.

    Attributes:
        name: Name for tables and legends.
        engine: `LAMMPS`, `i-PI`, or `unknown` for a bare trajectory.
        folder: Folder of its files.
        trajectory: Files of its trajectory.
        timestep: ps; None if unknown.
        temperature: Temperature of the thermostat or, without one, that of the ensemble or the mean, K; None if
            unknown.
        centroid_temperature: Temperature of the centroid, if a thermostat keeps it at another temperature, K.
        ensemble: Description such as `NVT (PILE-L)`, or of the method in place of dynamics.
        unsampled: Reason why averages over its steps have no meaning, as in an optimization; None if they have.
        beads: Number of beads; 1 for classical nuclei, or if only `path_integral` is known.
        path_integral: Whether the run is a path integral whose files don't give the number of beads.
        atoms: Number of atoms of each label, if an input gives it; empty otherwise.
        n_atoms: Number of all atoms, if a log gives it.
        thermostat: `none` for constant energy, `global` if it scales all velocities alike, `local` if it acts on each
            atom (or mode of a ring polymer), which breaks the conservation of angular momentum; None if unknown.
        damping: Time constant of the thermostat, ps; None without a thermostat, or if unknown.
        pressure: Pressure of the barostat, bar; None without a barostat, or without a single pressure.
        minimized: Whether the structure was relaxed before; None if unknown.
        periodic: Whether the box is periodic along any axis; None if unknown.
        time: Times of the rows of `log`, [T] in ps; empty if its steps have no time.
        log: Logged quantities, [T] each: `temperature` (K), `potential`, `kinetic`, `conserved` and `kinetic_cv` (eV)
            and `pressure` (bar), if present, and all columns under the engine's names and in its units.
        torque_time: Times of the rows of `torque`, [U] in ps.
        torque: Frame torque of each bead, [U,P,3] in eV/rad; None if it wasn't logged.
        symmetry: Diagnostics of the symmetry error at `symmetry_time`, [V] each: `energy_std` (eV), `energy_shift`
            (average minus bare energy, eV), `force_rms` (eV/Å).
        symmetry_time: [V] in ps.
        model: `name`, `path` and `symmetry` (the kind of docs/model-file.md) of the model, as far as known.
        symmetrize: Rotations over which the model was averaged; None if unknown.
        inputs: Texts of input files, by name.
        versions: Versions of the programs, by name.
        notes: Sentences about what couldn't be read or is left out.
        files: Files that were read in addition to the trajectory: logs, inputs, properties.
        stamps: Sizes and modification times of `files` before they were read.
        given: Arguments of `open_run` that describe the run, by name.
    """

    name: str
    engine: str
    folder: Path
    trajectory: Trajectory = field(default_factory=Trajectory)
    timestep: float | None = None
    temperature: float | None = None
    centroid_temperature: float | None = None
    ensemble: str = "unknown"
    unsampled: str | None = None
    beads: int = 1
    path_integral: bool = False
    atoms: Mapping[str, int] = field(default_factory=dict)
    n_atoms: int | None = None
    thermostat: str | None = None
    damping: float | None = None
    pressure: float | None = None
    minimized: bool | None = None
    periodic: bool | None = None
    time: Array = field(default_factory=lambda: EMPTY)
    log: Mapping[str, Array] = field(default_factory=dict)
    torque_time: Array = field(default_factory=lambda: EMPTY)
    torque: Array | None = None
    symmetry_time: Array = field(default_factory=lambda: EMPTY)
    symmetry: Mapping[str, Array] = field(default_factory=dict)
    model: Mapping[str, str] = field(default_factory=dict)
    symmetrize: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    stamps: Mapping[Path, Stamp] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)

    def universe(self) -> Any:
        """Return the trajectory, newly opened.

        Returns:
            A `MDAnalysis.Universe`; frames of path integrals hold all beads (`tumble.analysis.open_trajectory`).

        Raises:
            TrajectoryError: If the trajectory can't be read.
            NotApplicableError: If there is no trajectory, or it doesn't give the elements.
        """
        # Imported here, since importing MDAnalysis is slow and many callers need only the log.
        from tumble.trajectories.open import open_trajectory

        files = self.trajectory
        if not files.positions:
            why = f": {files.absence}" if files.absence else ""
            raise NotApplicableError(f"`{self.folder}`: expected a trajectory, found none{why}")
        universe = open_trajectory(
            files.positions,
            topology=files.topology,
            optional_topology=files.optional_topology,
            timestep=self.timestep,
            velocities=files.velocities or None,
            forces=files.forces or None,
            units=files.units,
            beads=files.beads,
            every_second=files.every_second,
            bead=files.bead,
            steps=files.steps,
            optional_steps=files.optional_steps,
            described=files.described,
        )
        known = None if self.engine == "unknown" else max(self.beads, 2 if self.path_integral else 1)
        universe.trajectory.nuclei = nuclei_of(universe.trajectory, known, every_second=files.every_second)
        if self.n_atoms is not None and len(universe.atoms) < self.n_atoms:
            universe.trajectory.notes += (
                f"The trajectory has {len(universe.atoms)} of the {self.n_atoms} atoms of the run: g(r), the "
                "dielectric constant and other quantities that depend on the number of atoms are correct only for "
                "elements with all their atoms.",
            )
        return universe
