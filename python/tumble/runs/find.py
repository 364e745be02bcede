"""Opens what a user names as a run: a folder, an input of i-PI, a log of LAMMPS, or a bare trajectory."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from tumble.analysis.reading.trajectory_file import check_file, matching
from tumble.analysis.trajectory_error import TrajectoryError
from tumble.files import shown
from tumble.runs.ipi_run import find_ipi_input, is_ipi_input, read_ipi_run
from tumble.runs.lammps_run import LOG, read_lammps_run
from tumble.runs.run import Run, Trajectory
from tumble.runs.stamp import stamped, stamps_in


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
    """Opens a run.

    Args:
        path: Folder of a run of i-PI (with its XML input) or LAMMPS (with `log.lammps`); the input of i-PI; a log of
            LAMMPS; or a file or pattern of a trajectory.
        name: For tables and legends; that of the folder or file if not given.
        topology: File that names the atoms, where the trajectory doesn't.
        timestep: ps, where the run doesn't tell it.
        temperature: K, where the run doesn't tell it.
        trajectory: Files to take instead of what the run's input names.
        beads: Whether several files are the beads of a ring polymer, where they don't tell it.
        units: Style of units of LAMMPS, where the log or the dump doesn't tell it.

    Raises:
        TrajectoryError: If there is no such run, it can't be read, or it tells another time step.
    """
    before = stamps_in(folder_of(path))
    run = _read(Path(path), name, units, timestep)
    if timestep is not None and run.timestep is not None and abs(run.timestep - timestep) > 1e-6 * timestep:
        raise TrajectoryError(
            f"`timestep`: expected that of the run, which tells {1000 * run.timestep:.6g} fs, "
            f"got {1000 * timestep:.6g} fs"
        )
    files = run.trajectory
    if trajectory is not None:
        files = Trajectory(positions=tuple(Path(each) for each in trajectory))
    if topology is not None:
        files = dataclasses.replace(files, topology=Path(topology))
    if beads:
        files = dataclasses.replace(files, beads=True)
    return dataclasses.replace(
        run,
        name=shown(run.name),
        trajectory=files,
        timestep=run.timestep if timestep is None else timestep,
        temperature=run.temperature if temperature is None else temperature,
        centroid_temperature=run.centroid_temperature if temperature is None else None,
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
    """The folder of what a user names as a run; that of the first file for a pattern."""
    path = Path(path)
    if path.is_dir():
        return path
    if path.exists():
        return path.parent
    found = matching(str(path))
    return Path(found[0]).parent if found else path.parent


def _read(path: Path, name: str | None, units: str | None, timestep: float | None) -> Run:
    check_file(path)
    if path.is_dir():
        xml = find_ipi_input(path)
        if xml is not None:
            return read_ipi_run(xml, name, timestep)
        if (path / LOG).is_file():
            return read_lammps_run(path, name=name, units=units, timestep=timestep)
        raise TrajectoryError(
            f"`{path}`: expected a folder with an input of i-PI (*.xml) or a log of LAMMPS ({LOG}), found neither; "
            "name a trajectory instead of the folder"
        )
    if path.suffix == ".xml" or is_ipi_input(path):
        return read_ipi_run(path, name, timestep)
    if path.is_file() and (path.name.startswith("log.") or path.suffix == ".log"):
        return read_lammps_run(path.parent, path, name, units, timestep)
    files = tuple(Path(each) for each in matching(str(path)))
    if not files:
        raise TrajectoryError(f"`{path}`: expected a run or a trajectory, found no such file")
    stem = files[0].stem if name is None else name
    return Run(name=stem, engine="unknown", folder=files[0].parent, trajectory=Trajectory(positions=files, units=units))
