"""Reader of the folder of an i-PI run, whose XML input defines the simulation and its output files."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tumble.errors import TrajectoryError
from tumble.runs.ipi.driver import model_in_driver_log, symmetry_of
from tumble.runs.ipi.extras import torque_of
from tumble.runs.ipi.input import IpiInput, read_ipi_input, root_of
from tumble.runs.ipi.properties import read_properties
from tumble.runs.ipi.symmetry_log import symmetry_logs_in
from tumble.runs.ipi.trajectory import files_of_beads, trajectory_of
from tumble.runs.run import Run, Trajectory
from tumble.runs.text_rows import is_file


def find_ipi_input(folder: Path) -> Path | None:
    """Return the XML input of i-PI in a folder; None if there is none.

    Checkpoints (`RESTART` under another name) count only if there is no input.

    Raises:
        TrajectoryError: If there are several inputs.
    """
    roots = {path: root for path in sorted(folder.glob("*.xml")) if (root := root_of(path)) is not None}
    inputs = [path for path, root in roots.items() if root.find("system/beads/q") is None]
    found = inputs or list(roots)
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise TrajectoryError(f"`{folder}`: expected one input of i-PI, got {names}; name the one that was run")
    return found[0] if found else None


def damaged_inputs(folder: Path) -> str:
    """Return why the files *.xml of a folder aren't inputs, for an error."""
    reasons = []
    for path in sorted(folder.glob("*.xml")):
        try:
            read_ipi_input(path)
        except TrajectoryError as error:
            reasons.append(f" ({error})")
    return "".join(reasons[:2])


def is_ipi_input(path: Path) -> bool:
    """Return whether a file is an input or a checkpoint of i-PI, whatever its name."""
    return root_of(path) is not None


def read_ipi_run(xml: Path, name: str | None = None, timestep: float | None = None) -> Run:
    """Read a run of i-PI.

    Logs that can't be read are left out, with a note, so that the trajectory can still be analyzed.

    Args:
        xml: The input or a checkpoint of the run, next to the outputs.
        name: Name for tables; that of the folder if not given.
        timestep: ps, for motions without a time step.

    Raises:
        TrajectoryError: If the file isn't an input of i-PI for one system, or has unknown words or units.
    """
    folder = xml.parent
    found = read_ipi_input(xml)
    if found.motion.timestep is None and found.motion.unsampled is None:
        found = replace(found, motion=replace(found.motion, timestep=timestep))
    motion = found.motion
    trajectory, trajectory_notes = _trajectory(found)
    properties = read_properties(found.properties, motion.timestep, suzuki_chin=motion.suzuki_chin)
    torque_time, torque, torque_notes = torque_of(found.trajectories, found.beads, motion.timestep)
    symmetry_logs = symmetry_logs_in(folder)
    symmetry_time, symmetry, symmetry_notes = symmetry_of(symmetry_logs, found)
    driver = model_in_driver_log(folder)
    return Run(
        name=folder.resolve().name if name is None else name,
        engine="i-PI",
        folder=folder,
        trajectory=trajectory,
        timestep=motion.timestep,
        temperature=found.temperature,
        centroid_temperature=motion.centroid_temperature,
        ensemble=motion.words,
        unsampled=motion.unsampled,
        beads=found.beads if motion.images is None else 1,
        atoms=found.atoms,
        thermostat=motion.thermostat,
        damping=motion.damping,
        pressure=found.pressure,
        time=properties.time,
        log=properties.columns,
        torque_time=torque_time,
        torque=torque,
        symmetry_time=symmetry_time,
        symmetry=symmetry,
        model=driver.model,
        symmetrize=_symmetrize(found.rotations, driver.symmetrize),
        inputs={xml.name: xml.read_text(errors="replace")},
        versions={**_versions(), **driver.versions},
        notes=(*found.notes, *trajectory_notes, *properties.notes, *torque_notes, *symmetry_notes),
        files=_files(xml, found, symmetry_logs),
    )


def _files(xml: Path, found: IpiInput, symmetry_logs: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files that were read: input, properties, extras, logs of drivers and of the symmetry error."""
    files = [xml, *(each.path for each in found.properties)]
    for output in found.trajectories:
        if output.quantity == "extras":
            files += files_of_beads(output, found.beads, "").values()
            files.append(output.stem)
    files += sorted(xml.parent.glob("*.log"))
    files += symmetry_logs
    return tuple(path for path in dict.fromkeys(files) if is_file(path))


def _trajectory(found: IpiInput) -> tuple[Trajectory, tuple[str, ...]]:
    """Return the trajectory, and sentences about what was left out."""
    if found.motion.images is not None and found.beads > 1:
        note = f"The {found.beads} beads are {found.motion.images}, not a ring polymer: none is used as trajectory."
        return Trajectory(), (note,)
    return trajectory_of(found.trajectories, found.beads, every_second=found.motion.suzuki_chin)


def _symmetrize(rotations: str | None, driver: str | None) -> str | None:
    """Return the rotations of i-PI, of the driver, or of both."""
    return f"{rotations}, driver: {driver}" if rotations and driver and driver != "none" else rotations or driver


def _versions() -> dict[str, str]:
    try:
        return {"i-PI (installed)": importlib.metadata.version("ipi")}
    except importlib.metadata.PackageNotFoundError:
        return {}
