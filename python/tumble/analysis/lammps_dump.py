"""Opens trajectories that LAMMPS wrote with `dump custom`."""

from __future__ import annotations

import warnings
from os import PathLike
from pathlib import Path
from typing import Any

import MDAnalysis

from tumble.analysis.trajectory_error import TrajectoryError


def open_dump(path: str | PathLike[str], timestep: float = 1.0) -> Any:
    """Opens a LAMMPS trajectory.

    Args:
        path: File of `dump custom` with `id element` and positions, so that atoms can be selected by element.
        timestep: Time between two steps of the simulation, ps.

    Returns:
        A `MDAnalysis.Universe`.

    Raises:
        TrajectoryError: If there is no frame, or the elements aren't in the file.
    """
    if not Path(path).is_file() or Path(path).stat().st_size == 0:
        raise TrajectoryError(f"`path`: expected a trajectory, got no frame in `{path}`")
    with warnings.catch_warnings():
        # Masses are guessed from the elements, which is right, and without these nothing is done.
        warnings.filterwarnings("ignore", message="No mass column found in dump file|Guessed all Masses to 1.0")
        universe = MDAnalysis.Universe(str(path), format="LAMMPSDUMP", topology_format="LAMMPSDUMP", dt=timestep)
    if not hasattr(universe.atoms, "elements"):
        universe.trajectory.close()
        raise TrajectoryError(f"`path`: expected a column `element` in `{path}`; add it with `dump_modify element`")
    return universe
