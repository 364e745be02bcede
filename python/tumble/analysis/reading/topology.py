"""What the atoms of a trajectory are: elements, masses and names, from the trajectory or another file."""

from __future__ import annotations

import re
import warnings
from os import PathLike
from pathlib import Path
from typing import Any

import MDAnalysis
import numpy as np
from ase.data import chemical_symbols
from ase.io.lammpsdata import read_lammps_data

from tumble.analysis.reading.elements import element_of, elements_of, masses_of
from tumble.analysis.reading.formats import open_frames
from tumble.analysis.reading.frames import FrameSource, Indices
from tumble.analysis.reading.trajectory_file import check_file
from tumble.analysis.statistics.cells import Array
from tumble.analysis.trajectory_error import TrajectoryError

_DATA = re.compile(rb"^\s*\d+\s+atoms\b", re.MULTILINE)
_HEAD = 1 << 12


def universe_of(labels: tuple[str, ...], name: str) -> Any:
    """A universe without a trajectory.

    Args:
        labels: What a file calls each atom, [N].
        name: The file, for messages.

    Raises:
        TrajectoryError: If a label isn't that of an element.
    """
    return _universe(elements_of(labels, name), masses_of(labels, name), labels)


def read_topology(path: str | PathLike[str], source: FrameSource) -> Any:
    """A universe without a trajectory, from a file that says what the atoms are.

    Args:
        path: A data file of LAMMPS, a trajectory with elements, or what MDAnalysis reads.
        source: The frames for which it is.

    Raises:
        TrajectoryError: If it can't be read, has no elements, or is of other atoms.
    """
    check_file(path)
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise TrajectoryError(f"`topology`: expected a file, but `{path}` can't be read: {error.strerror}") from error
    if _DATA.search(head):
        return _read_data(Path(path), source)
    frames = open_frames(path)
    if frames is not None and frames.labels is not None:
        frames.close()
        universe = universe_of(frames.labels, str(path))
    else:
        universe = _read_other(Path(path))
    _check_count(path, len(universe.atoms), source)
    return universe


def _check_count(path: str | PathLike[str], count: int, source: FrameSource) -> None:
    if count != source.n_atoms:
        raise TrajectoryError(
            f"`topology`: expected the {source.n_atoms} atoms of `{source.name}`, got {count} in `{path}`"
        )


def _universe(elements: list[str], masses: Array, names: Any) -> Any:
    universe = MDAnalysis.Universe.empty(len(elements), trajectory=False)
    for attribute, values in (("elements", elements), ("masses", masses), ("names", names), ("types", elements)):
        universe.add_TopologyAttr(attribute, np.asarray(values, dtype=None if attribute == "masses" else object))
    return universe


def _read_data(path: Path, source: FrameSource) -> Any:
    """Reads a data file of LAMMPS with ASE, which understands any style that the file names."""
    if b"\nMasses" not in path.read_bytes():
        raise TrajectoryError(f"`topology`: expected masses, which tell the elements, in `{path}`")
    try:
        atoms = read_lammps_data(str(path), sort_by_id=True)
    except (ValueError, KeyError, IndexError, RuntimeError, StopIteration) as error:
        raise TrajectoryError(f"`topology`: expected a data file of LAMMPS, got `{path}`: {error!r}") from error
    _check_count(path, len(atoms), source)
    ids: Indices | None = getattr(source, "ids", None)
    types: Indices | None = getattr(source, "types", None)
    if ids is not None and not np.array_equal(ids, atoms.arrays["id"]):
        raise TrajectoryError(
            f"`topology`: expected the numbers (id) of the atoms of `{source.name}`, got others in `{path}`"
        )
    if types is not None and not np.array_equal(types, atoms.arrays["type"]):
        raise TrajectoryError(f"`topology`: expected the types of the atoms of `{source.name}`, got others in `{path}`")
    elements = [chemical_symbols[number] for number in atoms.numbers]
    return _universe(elements, atoms.get_masses(), elements)


def _read_other(path: Path) -> Any:
    """Reads a file with MDAnalysis."""
    with warnings.catch_warnings():
        # About attributes that the file doesn't have; the one that is needed is checked below.
        warnings.simplefilter("ignore")
        try:
            universe = MDAnalysis.Universe(str(path))
        except (OSError, ValueError, TypeError, IndexError, KeyError) as error:
            raise TrajectoryError(
                f"`topology`: expected a file that MDAnalysis can read, got `{path}`: {error}"
            ) from error
        if not hasattr(universe.atoms, "elements") or not all(universe.atoms.elements):
            elements = (
                [element_of(str(name)) for name in universe.atoms.names] if hasattr(universe.atoms, "names") else []
            )
            if not elements or not all(elements):
                raise TrajectoryError(f"`topology`: expected elements, or names that tell them, got others in `{path}`")
            universe.add_TopologyAttr("elements", np.array(elements, dtype=object))
    return universe
