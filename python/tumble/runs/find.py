"""Opener of runs, from a folder, an input of i-PI, a log of LAMMPS, or a trajectory."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.files import shown
from tumble.runs.ipi.run import (
    damaged_inputs,
    find_ipi_input,
    is_ipi_input,
    read_ipi_run,
)
from tumble.runs.lammps.log import LOG
from tumble.runs.lammps.log_files import log_of_dump, logs_in
from tumble.runs.lammps.run import is_lammps_log, read_lammps_run
from tumble.runs.run import Run, Trajectory
from tumble.runs.stamp import stamped, stamps_in
from tumble.trajectories.trajectory_file import check_file, matching

_SAME = 1e-6  # relative, of time steps


def open_run(
    path: str | PathLike[str],
    *,
    name: str | None = None,
    topology: str | PathLike[str] | None = None,
    timestep: float | None = None,
    temperature: float | None = None,
    trajectory: Sequence[str | PathLike[str]] | None = None,
    beads: bool = False,
    units: str | None = None,
) -> Run:
    """Open a run.

    Args:
        path: Folder of a run of i-PI (with its XML input) or LAMMPS (with `log.lammps`); the input of i-PI; a log of
            LAMMPS; or a file or pattern of a trajectory.
        name: Name for tables and legends; by default that of the folder or file.
        topology: File with the elements of the atoms, if the trajectory has none.
        timestep: ps; replaces that of the run, with a note.
        temperature: K; replaces that of the run, with a note.
        trajectory: Files to read instead of the files that the run's input names.
        beads: Whether several files are the beads of a ring polymer, if they don't give their beads themselves.
        units: Style of units of LAMMPS; replaces that of the log or the dump, with a note.

    Raises:
        ConfigurationError: If `timestep` or `temperature` isn't positive.
        TrajectoryError: If there is no such run, or it can't be read.
    """
    for option, value in (("timestep", timestep), ("temperature", temperature)):
        if value is not None and not 0 < value < math.inf:
            raise ConfigurationError(f"`{option}`: expected a positive number, got {value:g}")
    before = stamps_in(folder_of(path))
    named = None if trajectory is None else tuple(Path(each) for each in trajectory)
    run = _with_timestep(_read(Path(path), name, units, timestep, named, beads), timestep)
    files = run.trajectory if named is None else _named(run.trajectory, named)
    if topology is not None:
        files = dataclasses.replace(files, topology=Path(topology), optional_topology=False)
    if beads:
        files = dataclasses.replace(files, beads=True, bead=False)
    return dataclasses.replace(
        run,
        name=shown(run.name),
        trajectory=files,
        temperature=run.temperature if temperature is None else temperature,
        centroid_temperature=run.centroid_temperature if temperature is None else None,
        notes=(*run.notes, *_note_on_temperature(run, temperature)),
        stamps=stamped(run.files, before),
        given={
            "topology": topology,
            "timestep": timestep,
            "temperature": temperature,
            "trajectory": None if trajectory is None else list(trajectory),
            "beads": beads,
            "units": units,
        },
    )


def folder_of(path: str | PathLike[str]) -> Path:
    """Return the folder of a run that a user names; for a pattern, the folder of the first file."""
    path = Path(path)
    if path.is_dir():
        return path
    if path.exists():
        return path.parent
    found = matching(str(path))
    return Path(found[0]).parent if found else path.parent


def _read(
    path: Path,
    name: str | None,
    units: str | None,
    timestep: float | None,
    trajectory: tuple[Path, ...] | None,
    beads: bool,
) -> Run:
    check_file(path)
    if path.is_dir():
        xml = find_ipi_input(path)
        if xml is not None:
            return read_ipi_run(xml, name, timestep)
        return read_lammps_run(path, _log_in(path), name, units, timestep, trajectory)
    if path.suffix == ".xml" or is_ipi_input(path):
        return read_ipi_run(path, name, timestep)
    if is_lammps_log(path):
        return read_lammps_run(path.parent, path, name, units, timestep, trajectory)
    files = tuple(Path(each) for each in matching(str(path)))
    if not files:
        raise TrajectoryError(f"`{path}`: expected a run or a trajectory, found no such file")
    stem = files[0].stem if name is None else name
    bare = Run(name=stem, engine="unknown", folder=files[0].parent, trajectory=Trajectory(positions=files, units=units))
    return bare if trajectory is not None else _with_log(bare, units, timestep, beads)


def _log_in(folder: Path) -> Path:
    """Return the log of LAMMPS in a folder: `log.lammps`, or the only log there."""
    if (folder / LOG).is_file():
        return folder / LOG
    logs, damaged = logs_in(folder), damaged_inputs(folder)
    if len(logs) == 1 and not damaged:
        return logs[0]
    if logs and not damaged:
        names = ", ".join(log.name for log in logs)
        raise TrajectoryError(f"`{folder}`: expected one log of LAMMPS, got {names}; name the one to read")
    raise TrajectoryError(
        f"`{folder}`: expected a folder with an input of i-PI (*.xml) or a log of LAMMPS ({LOG}), found neither; name "
        f"the log or a trajectory instead of the folder{damaged}"
    )


def _with_log(bare: Run, units: str | None, timestep: float | None, beads: bool) -> Run:
    """Return the run whose log has the dump command of a bare trajectory; without such a log the trajectory alone."""
    files = bare.trajectory.positions
    log = log_of_dump(files[:1] if beads else files)
    if log is None:
        return bare
    try:
        run = read_lammps_run(log.parent, log, bare.name, units, timestep, files[:1] if beads else files)
    except TrajectoryError as error:
        return dataclasses.replace(bare, notes=(f"`{log.name}` isn't used: {error}.",))
    notes = (f"Units, time step and settings come from `{log.name}`, whose run wrote this trajectory.", *run.notes)
    if not beads:
        return dataclasses.replace(run, notes=notes)
    # The rows of a log belong to one bead.
    return dataclasses.replace(
        bare,
        engine=run.engine,
        trajectory=dataclasses.replace(run.trajectory, positions=files),
        timestep=run.timestep,
        temperature=run.temperature,
        ensemble=run.ensemble,
        thermostat=run.thermostat,
        periodic=run.periodic,
        beads=len(files),
        path_integral=run.path_integral,
        notes=notes,
        files=run.files,
    )


def _named(own: Trajectory, files: tuple[Path, ...]) -> Trajectory:
    """Return a trajectory of the files that the user names, with velocities and forces if the run names the files."""
    places = {path.resolve(): place for place, path in enumerate(own.positions)}
    chosen = [place for path in files if (place := places.get(path.resolve())) is not None]
    if len(chosen) < len(files):
        return dataclasses.replace(own, positions=files, velocities=(), forces=())
    velocities, forces = (tuple(each[place] for place in chosen if each) for each in (own.velocities, own.forces))
    return dataclasses.replace(own, positions=files, velocities=velocities, forces=forces)


def _with_timestep(run: Run, timestep: float | None) -> Run:
    """Return a run with its times rescaled to the time step that the user gives."""
    if timestep is None or run.timestep == timestep:
        return run
    if run.timestep is None or abs(run.timestep - timestep) <= _SAME * timestep:
        return dataclasses.replace(run, timestep=timestep)
    scale = timestep / run.timestep
    note = f"The time step is {1e3 * timestep:.6g} fs, as given; that of the run is {1e3 * run.timestep:.6g} fs."
    return dataclasses.replace(
        run,
        timestep=timestep,
        time=run.time * scale,
        torque_time=run.torque_time * scale,
        symmetry_time=run.symmetry_time * scale,
        notes=(*run.notes, note),
    )


def _note_on_temperature(run: Run, temperature: float | None) -> tuple[str, ...]:
    if temperature is None or run.temperature is None or abs(run.temperature - temperature) <= 1e-3 * temperature:
        return ()
    return (f"The temperature is {temperature:g} K, as given; that of the run is {run.temperature:.4g} K.",)
