"""Elements, masses and names of the atoms of a trajectory, read from the trajectory or another file."""

from __future__ import annotations

import re
import warnings
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import MDAnalysis
import numpy as np
from ase.data import atomic_masses, atomic_numbers
from ase.io.lammpsdata import read_lammps_data

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.trajectories.elements import (
    element_of,
    elements_of,
    isotopes_of_ipi,
    masses_of,
)
from tumble.trajectories.formats import open_frames
from tumble.trajectories.frames import FrameSource
from tumble.trajectories.mass_elements import element_named, elements_of_mass, is_natural
from tumble.trajectories.mdanalysis_parts import FAILURES, read_atoms
from tumble.trajectories.trajectory_file import check_file
from tumble.types import Array

_MASSES = re.compile(rb"^Masses[^\n]*\n((?:[^A-Za-z\n][^\n]*\n|\n)*)", re.MULTILINE)
_NAMED = re.compile(rb"^\s*(\d{1,9})\s+\S+\s*#\s*(\S+)", re.MULTILINE)
_DATA = re.compile(rb"^\s*\d+\s+atoms\b", re.MULTILINE)
_HEAD = 1 << 12


class Topology(NamedTuple):
    """Elements, masses and names of atoms.

    Attributes:
        universe: A universe without a trajectory.
        notes: Sentences about assumptions, for the reader of the results.
    """

    universe: Any
    notes: tuple[str, ...] = ()


_CURE = (
    "; give one with `--topology`, such as a data file that `write_data` wrote after `create_atoms` or `replicate`, or "
    "dump the column `element`"
)


def topology_of(source: FrameSource) -> Topology:
    """Return the topology that the labels of a trajectory give.

    Args:
        source: The frames.

    Raises:
        TrajectoryError: If the topology of the source can't be read.
        NotApplicableError: If there are no labels, or a label isn't an element.
    """
    labels, name = source.labels, source.name
    if labels is None and source.topology is not None:
        return Topology(_read_other(Path(source.topology)))
    if labels is None:
        raise NotApplicableError(f"`topology`: expected a file that gives the elements, since `{name}` doesn't{_CURE}")
    universe = _universe(elements_of(labels, name), masses_of(labels, name, source.ipi), labels)
    special = isotopes_of_ipi(labels) if source.ipi else {}
    notes = tuple(f"`{label}` is a particle of {mass:.3f} u, as in i-PI." for label, mass in special.items())
    return Topology(universe, notes)


def read_topology(path: str | PathLike[str], source: FrameSource) -> Topology:
    """Read a topology from a file.

    Args:
        path: A data file of LAMMPS, a trajectory with elements, or a topology file that MDAnalysis reads.
        source: The frames of these atoms.

    Raises:
        TrajectoryError: If the file can't be read, has no elements, or has other atoms than the frames.
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
        topology = topology_of(frames)
    else:
        topology = Topology(_read_other(Path(path)))
    _check_count(path, len(topology.universe.atoms), source)
    return topology


def _check_count(path: str | PathLike[str], count: int, source: FrameSource) -> None:
    if count != source.n_atoms:
        raise TrajectoryError(
            f"`topology`: expected the {source.n_atoms} atoms of `{source.name}`, got {count} in `{path}`{_CURE}"
        )


def _universe(elements: list[str], masses: Array, names: Any) -> Any:
    universe = MDAnalysis.Universe.empty(len(elements), trajectory=False)
    for attribute, values in (("elements", elements), ("masses", masses), ("names", names), ("types", elements)):
        universe.add_TopologyAttr(attribute, np.asarray(values, dtype=None if attribute == "masses" else object))
    return universe


def _read_data(path: Path, source: FrameSource) -> Topology:
    """Read a data file of LAMMPS with ASE, which supports every atom style that the file names."""
    masses = _MASSES.search(path.read_bytes())
    if masses is None:
        raise TrajectoryError(f"`topology`: expected masses, which give the elements, in `{path}`")
    try:
        atoms = read_lammps_data(str(path), sort_by_id=True)
    except (ValueError, KeyError, IndexError, RuntimeError, StopIteration, OverflowError) as error:
        raise TrajectoryError(f"`topology`: expected a data file of LAMMPS, got `{path}`: {error!r}") from error
    _check_count(path, len(atoms), source)
    if source.ids is not None and not np.array_equal(source.ids, atoms.arrays["id"]):
        raise TrajectoryError(
            f"`topology`: expected the numbers (id) of the atoms of `{source.name}`, got others in `{path}`"
        )
    if source.types is not None and not np.array_equal(source.types, atoms.arrays["type"]):
        raise TrajectoryError(f"`topology`: expected the types of the atoms of `{source.name}`, got others in `{path}`")
    names = {int(kind): word.decode(errors="replace") for kind, word in _NAMED.findall(masses.group(1))}
    found = dict(zip(atoms.arrays["type"].tolist(), atoms.get_masses().tolist(), strict=True))
    symbols = {kind: _element(kind, mass, names.get(kind, ""), path) for kind, mass in sorted(found.items())}
    unlike = [
        f"{symbol} of type {kind} ({found[kind]:g} u)"
        for kind, symbol in symbols.items()
        if not is_natural(found[kind], symbol)
    ]
    note = f"Masses in `{path.name}` that differ from the natural masses of their elements: {', '.join(unlike)}."
    notes = (note,) if unlike else ()
    elements = [symbols[kind] for kind in atoms.arrays["type"].tolist()]
    return Topology(_universe(elements, atoms.get_masses(), elements), notes)


def _element(kind: int, mass: float, name: str, path: Path) -> str:
    """Return the element of an atom type in a data file, from the comment after its mass, or else from the mass."""
    named = element_named(name, mass)
    found = [named] if named else elements_of_mass(mass)
    if len(found) == 1:
        return found[0]
    which = f"may be {' or '.join(found)}" if found else "is the mass of no element"
    raise TrajectoryError(
        f"`topology`: expected masses of elements, got {mass:g} of type {kind} in `{path}`, which {which}; "
        f"name the element after it, as in `{kind} {mass:g} # H`"
    )


def _read_other(path: Path) -> Any:
    """Read a file with MDAnalysis."""
    with warnings.catch_warnings():
        # The warnings are about attributes that the file lacks; elements, which are needed, are checked below.
        warnings.simplefilter("ignore")
        try:
            universe = read_atoms(str(path))
        except FAILURES as error:
            raise TrajectoryError(
                f"`topology`: expected a file that MDAnalysis can read, got `{path}`: {error}"
            ) from error
        elements = _elements_of(universe.atoms)
        if not all(elements):
            named = zip(_names(universe.atoms), elements, strict=True)
            unknown = list(dict.fromkeys(name for name, known in named if not known))
            raise TrajectoryError(
                f"`topology`: expected elements, or names of elements, got {', '.join(unknown[:5])} in `{path}`"
            )
        universe.add_TopologyAttr("elements", np.array(elements, dtype=object))
        if not hasattr(universe.atoms, "masses") or not np.all(universe.atoms.masses > 0):
            masses = [atomic_masses[atomic_numbers[element]] for element in elements]
            universe.add_TopologyAttr("masses", np.array(masses))
    return universe


def _elements_of(atoms: Any) -> list[str]:
    """Return the elements of atoms that MDAnalysis read, from elements, masses or names; empty where unknown."""
    count = len(atoms)
    own = [element_of(str(each)) for each in atoms.elements] if hasattr(atoms, "elements") else [""] * count
    candidates = [elements_of_mass(float(mass)) for mass in atoms.masses] if hasattr(atoms, "masses") else [[]] * count
    residues = [str(each) for each in atoms.resnames] if hasattr(atoms, "resnames") else [""] * count
    return [
        symbol or (masses[0] if len(masses) == 1 else _element_of_name(name, residue))
        for symbol, masses, name, residue in zip(own, candidates, _names(atoms), residues, strict=True)
    ]


def _names(atoms: Any) -> list[str]:
    return [str(each) for each in atoms.names] if hasattr(atoms, "names") else [""] * len(atoms)


def _element_of_name(name: str, residue: str) -> str:
    """Return the element of an atom by its name; empty for ambiguous names such as CA and HG, unless it is an ion."""
    symbol = element_of(name)
    alone = re.sub(r"\d.*$", "", name)
    if len(symbol) == 2 and alone.isupper() and element_of(alone[0]) and not residue.upper().startswith(alone):
        return ""
    return symbol
