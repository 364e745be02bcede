"""Opener of trajectories of LAMMPS, i-PI and ASE, in any of their formats, as a `MDAnalysis.Universe`.

    universe = open_trajectory("simulation.pos_*.xyz", timestep=0.0005)          # all beads of an i-PI run
    universe = open_trajectory("water.dcd", topology="water.data", timestep=0.0005, units="metal")

Frames are read on demand, so that memory doesn't grow with their number. `notes_of(universe)` lists omissions and
unknowns.
"""

from __future__ import annotations

import glob
import itertools
import os
from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np

from tumble.errors import ConfigurationError, TrajectoryError, TumbleError
from tumble.trajectories.companions import Companions
from tumble.trajectories.elements import element_of
from tumble.trajectories.formats import KNOWN, open_frames
from tumble.trajectories.frame_views import LoneBead, Stretch
from tumble.trajectories.frames import Continued, FrameSource, check_same
from tumble.trajectories.ring_polymer import RingPolymerReader
from tumble.trajectories.topology import read_topology, topology_of
from tumble.trajectories.trajectory_file import in_order, matching
from tumble.trajectories.trajectory_reader import TrajectoryReader
from tumble.types import Array
from tumble.units.lammps import LammpsUnits, lammps_units

Files = str | PathLike[str] | Sequence[str | PathLike[str]]


def open_trajectory(
    files: Files,
    *,
    topology: str | PathLike[str] | None = None,
    timestep: float | None = None,
    velocities: Files | None = None,
    forces: Files | None = None,
    cell: Sequence[float] | None = None,
    units: str | None = None,
    beads: bool = False,
    every_second: bool = False,
    bead: bool = False,
    steps: tuple[int | None, int | None] = (None, None),
    optional_steps: bool = False,
    described: tuple[int | None, int | None] = (None, None),
    optional_topology: bool = False,
) -> Any:
    """Open a trajectory.

    Files of several beads become one trajectory of ring polymers (`tumble.trajectories.ring_polymer`); several
    files of one bead, or of classical nuclei, are parts that continue each other in time.

    Args:
        files: A file, a pattern such as `simulation.pos_*.xyz`, or several files.
        topology: File with the elements of the atoms if the trajectory has none: a data file of LAMMPS with masses, or
            any file with elements.
        timestep: Time between two steps of the simulation, ps; between two frames, if the files have no steps. Without
            it and without times in the files, `ts.time` counts frames (`time_unit`).
        velocities: Files of i-PI, as many as `files`.
        forces: Files of i-PI, as many as `files`.
        cell: Edges (Å) of a box, [3], or edges and angles (degrees), [6], if the files have none.
        units: Style of units of LAMMPS, `metal` or `real`, for velocities, forces and times in files that don't name
            it.
        beads: Whether several files are the beads of one path integral, in this order, as with `fix pimd` of LAMMPS.
            Files of i-PI give their bead themselves.
        every_second: Whether to use only the beads 0, 2, 4, ... of i-PI.
        bead: Whether the file has one bead of `fix pimd`: its velocities and forces are then left out.
        steps: First and last step of the frames to use; None for no bound.
        optional_steps: Whether to use all frames if none is in this range.
        described: First and last step of the frames to use; applied only if the files have steps or times.
        optional_topology: Whether to use `topology` only if the trajectory has no elements.

    Returns:
        A `MDAnalysis.Universe` with elements and masses. Positions are in Å, velocities in Å/ps, forces in kJ/(mol Å),
        times in ps, and `ts.data["step"]` is the step, if the files have it.

    Raises:
        ConfigurationError: If `units`, `timestep` or `cell` is impossible.
        TrajectoryError: If a file can't be read, or files don't belong together.
        NotApplicableError: If the elements aren't known, or no frame is in the range of steps.
    """
    style = None if units is None else lammps_units(units)
    groups = _open(files, "files", style, beads, every_second)
    try:
        sources = _with_companions(groups, velocities, forces, every_second)
        if (steps, described) != ((None, None), (None, None)):
            sources = [Stretch(source, steps, timestep, described, optional=optional_steps) for source in sources]
        if bead:
            sources = [LoneBead(source) for source in sources]
        first = sources[0]
        if topology is not None and not (optional_topology and _has_elements(first)):
            universe, notes = read_topology(topology, first)
            _check_elements(universe, first)
        else:
            universe, notes = topology_of(first)
        box = None if cell is None else _box(cell)
        if beads or len(sources) > 1:
            universe.trajectory = RingPolymerReader(sources, timestep=timestep, cell=box)
        else:
            universe.trajectory = TrajectoryReader(first, timestep=timestep, cell=box)
        universe.trajectory.notes += notes
    except TumbleError:
        for source in groups:
            source.close()
        raise
    return universe


def notes_of(universe: Any) -> tuple[str, ...]:
    """Return sentences about omissions and unknowns of a trajectory, for the reader of the results."""
    return tuple(getattr(universe.trajectory, "notes", ()))


def time_unit(universe: Any) -> str:
    """Return the unit of `ts.time`: `ps`, or `frame` if times are unknown and frames are counted."""
    return "ps" if getattr(universe.trajectory, "time_known", True) else "frame"


def _paths(files: Files, argument: str) -> list[str]:
    """Return the named files; files that match a pattern are sorted by the numbers in their names."""
    named = [files] if isinstance(files, (str, PathLike)) else list(files)
    paths: list[str] = []
    for name in in_order([os.fspath(each) for each in named]):
        if glob.has_magic(name) and not os.path.exists(name):
            found = matching(name)
            if not found:
                raise TrajectoryError(f"`{argument}`: expected files, got no match for `{name}`")
            paths += found
        else:
            paths.append(name)
    if not paths:
        raise ConfigurationError(f"`{argument}`: expected at least one file, got none")
    return paths


def _open(files: Files, argument: str, units: LammpsUnits | None, beads: bool, every_second: bool) -> list[FrameSource]:
    """Return the frames of each bead, in the order of the beads."""
    opened: list[FrameSource] = []
    quantity = "positions" if argument == "files" else argument
    for path in _paths(files, argument):
        source = open_frames(path, units=units)
        if source is None:
            raise TrajectoryError(f"`{argument}`: expected {KNOWN}, got another format in `{path}`")
        opened.append(source)
        if source.quantity != quantity:
            raise TrajectoryError(f"`{argument}`: expected {quantity}, got {source.quantity} in `{path}`")
    groups = _by_bead(opened, argument, beads, 2 if every_second else 1)
    return [Continued(_in_time(group, argument)) for group in groups]


def _by_bead(opened: Sequence[FrameSource], argument: str, beads: bool, every: int) -> list[list[FrameSource]]:
    """Return the files of each bead; for i-PI, those of every bead or every second bead."""
    numbers = [source.bead for source in opened]
    if all(number is None for number in numbers):
        return [[source] for source in opened] if beads else [list(opened)]
    groups: dict[int, list[FrameSource]] = {}
    for source, number in zip(opened, numbers, strict=True):
        if number is None:
            raise TrajectoryError(f"`{argument}`: expected files of i-PI, like the other files, got `{source.name}`")
        groups.setdefault(number, []).append(source)
    if every > 1 and len(groups) > 1:
        groups = {number: group for number, group in groups.items() if number % every == 0}
    found = sorted(groups)
    if len(found) > 1 and found != list(range(0, every * len(found), every)):
        # Numbers in damaged files may be large, so don't list all beads.
        missing = next(bead for bead in range(0, every * len(found) + 1, every) if bead not in groups)
        raise TrajectoryError(
            f"`{argument}`: expected the files of all beads, got none of bead {missing}, but of {len(found)} others"
        )
    return [groups[number] for number in found]


def _in_time(parts: Sequence[FrameSource], argument: str) -> list[FrameSource]:
    """Return the parts of a trajectory sorted by step, or as given if one of them has no steps."""
    for part in parts[1:]:
        check_same(parts[0], part)
    if any(part.steps is None for part in parts):
        return list(parts)
    ordered = sorted(parts, key=lambda part: int(part.steps[0]) if part.steps is not None else 0)
    for one, other in itertools.pairwise(ordered):
        if one.steps is not None and other.steps is not None and one.steps[0] == other.steps[0]:
            raise TrajectoryError(
                f"`{argument}`: expected parts that continue each other, but `{one.name}` and `{other.name}` begin "
                f"with the same step, {one.steps[0]}; for beads of a path integral give `beads=True`"
            )
    return ordered


def _with_companions(
    positions: Sequence[FrameSource], velocities: Files | None, forces: Files | None, every_second: bool
) -> list[FrameSource]:
    """Return the frames of each bead with velocities and forces from their own files."""
    others = [
        _open(files, argument, None, False, every_second)
        for argument, files in (("velocities", velocities), ("forces", forces))
        if files is not None
    ]
    for group in others:
        if len(group) != len(positions):
            raise TrajectoryError(
                f"`{group[0].quantity}`: expected files of {len(positions)} beads, as for the positions, got "
                f"{len(group)}"
            )
    if not others:
        return list(positions)
    return [Companions(*sources) for sources in zip(positions, *others, strict=True)]


def _has_elements(source: FrameSource) -> bool:
    """Return whether the labels of a trajectory are elements; LAMMPS may write type numbers as labels."""
    return source.labels is not None and all(element_of(label) for label in set(source.labels))


def _check_elements(universe: Any, source: FrameSource) -> None:
    """Raise a TrajectoryError if the elements of the trajectory differ from those of the topology."""
    if source.labels is None:
        return
    for index, (symbol, label) in enumerate(zip(universe.atoms.elements, source.labels, strict=True)):
        if element_of(label) not in ("", symbol):
            raise TrajectoryError(
                f"`topology`: expected the atoms of `{source.name}` in the same order, got {symbol} in place of "
                f"{label} at index {index}"
            )


def _box(cell: Sequence[float]) -> Array:
    """Return the edges and angles of a cell from an argument."""
    box = np.asarray(cell, dtype=np.float64)
    if box.shape == (3,):
        box = np.concatenate([box, [90.0] * 3])
    if box.shape != (6,) or not np.all(box > 0):
        raise ConfigurationError(
            f"`cell`: expected 3 positive edges (Å), or 3 edges and 3 angles (degrees), got {cell}"
        )
    return box
