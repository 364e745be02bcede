"""One simulation, in the same form for LAMMPS and i-PI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tumble.errors import TrajectoryError
from tumble.runs.stamp import Stamp
from tumble.trajectories.nuclei import nuclei_of
from tumble.types import Array

#: The ensemble of a path integral of LAMMPS.
PATH_INTEGRAL = "path integral"
EMPTY = np.empty(0)


@dataclass(frozen=True)
class Trajectory:
    """Files that together are one trajectory.

    Attributes:
        positions: One file, or one for each bead in the order of the beads.
        velocities: As `positions`, where they are in files of their own.
        forces: As `positions`, where they are in files of their own.
        topology: File that names the atoms, where those of the positions don't.
        optional_topology: Whether `topology` is only for files that don't name the atoms themselves.
        units: Style of units of LAMMPS.
        beads: Whether several files are the beads of a ring polymer, where they don't tell it.
        every_second: Whether files of beads are those with even numbers, which alone sample in the Suzuki–Chin
            splitting.
        bead: Whether they are of one bead of a path integral of LAMMPS, whose velocities are those of normal modes.
        steps: First and last step of the frames that belong to the run; None where all do.
        optional_steps: Whether all frames count where none has such a step.
        described: First and last step that a log describes; None where that isn't known. Other runs may have written to
            the same files: of these frames, where they have steps, only those within count.
        absence: Why there are no files, for messages; empty where nothing is to be said.
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
        name: For tables and legends.
        engine: `LAMMPS`, `i-PI`, or `unknown` for a bare trajectory.
        folder: Where its files are.
        trajectory: Its files.
        timestep: ps; None if it isn't known.
        temperature: Of the thermostat or, without one, of the start, K; None if it isn't known.
        centroid_temperature: Of the centroid, if a thermostat keeps it at another, K.
        ensemble: In words, such as `NVT (PILE-L)`, or what was done in place of dynamics.
        unsampled: Why averages over its steps mean nothing, as those of an optimization; None if they mean something.
        beads: Number of beads; 1 for classical nuclei.
        atoms: Number of atoms of each label, where an input tells it; empty where it doesn't.
        n_atoms: Number of all atoms, where a log tells it.
        thermostat: `none` for constant energy, `global` if it scales all velocities alike, `local` if it acts on each
            atom (or mode of a ring polymer), which breaks the conservation of angular momentum; None if it isn't known.
        damping: Time in which the thermostat acts, ps; None without one, or if it isn't known.
        pressure: That the barostat keeps, bar; None without one, or if it isn't a single one.
        minimized: Whether the structure was relaxed before; None if that isn't known.
        periodic: Whether the engine repeated the box along any axis; None if that isn't known.
        time: Times of the rows of `log`, [T] in ps; empty where its steps have no time.
        log: What the engine logged, [T] each: `temperature` (K), `potential`, `kinetic`, `conserved` and `kinetic_cv`
            (eV) and `pressure` (bar), where it has these, and all columns under its own names and in its own units.
        torque_time: Times of the rows of `torque`, [U] in ps.
        torque: The frame torque of each bead, [U,P,3] in eV/rad; None if it wasn't logged.
        symmetry: Diagnostics of the symmetry error at `symmetry_time`, [V] each: `energy_std` (eV), `energy_shift`
            (average less bare energy, eV), `force_rms` (eV/Å).
        symmetry_time: [V] in ps.
        model: What is known of the model: `name`, `path`.
        symmetrize: Rotations over which the model was averaged; None if that isn't known.
        inputs: Texts of input files, by name.
        versions: Of the programs, by name.
        notes: What couldn't be read or is left out, in sentences.
        files: What was read beside the trajectory: logs, inputs, properties.
        stamps: How `files` looked before they were read.
        given: What the caller of `open_run` said of the run, by the names of its arguments.
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
            TrajectoryError: If there is none, or it can't be read.
        """
        # Imported here: MDAnalysis takes a while, and many callers want the log alone.
        from tumble.trajectories.open import open_trajectory

        files = self.trajectory
        if not files.positions:
            why = f": {files.absence}" if files.absence else ""
            raise TrajectoryError(f"`{self.folder}`: expected a trajectory, found none{why}")
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
        known = None if self.engine == "unknown" else self.beads
        # A log of LAMMPS is that of one bead, and doesn't tell their number.
        known = 2 if known == 1 and self.ensemble.startswith(PATH_INTEGRAL) else known
        universe.trajectory.nuclei = nuclei_of(universe.trajectory, known, every_second=files.every_second)
        if self.n_atoms is not None and len(universe.atoms) < self.n_atoms:
            universe.trajectory.notes += (
                f"The trajectory has {len(universe.atoms)} of the {self.n_atoms} atoms of the run: g(r), the "
                "dielectric constant and all that counts atoms are right only for elements of which none is left out.",
            )
        return universe
