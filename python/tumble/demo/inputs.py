"""Lookup of the input files of the demonstration, and copies of them for the folder of a run.

They are in `inputs/` of the repository and in `share/inputs` of the installed package.
"""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from ase import Atoms
from ase.io import read

import tumble
from tumble.demo.demo_error import DemoError
from tumble.errors import ConfigurationError


@dataclass(frozen=True)
class LammpsFiles:
    """A LAMMPS script with its data file, relative to the folder of inputs."""

    script: Path
    data: Path


@dataclass(frozen=True)
class IpiFiles:
    """An input of i-PI with the structure that it reads, relative to the folder of inputs."""

    xml: Path
    structure: Path


LAMMPS_MOLECULE = LammpsFiles(Path("lammps", "water-molecule.in"), Path("lammps", "water1.data"))
LAMMPS_GAS = LammpsFiles(Path("lammps", "water-gas.in"), Path("lammps", "water1.data"))
LAMMPS_LIQUID = LammpsFiles(Path("lammps", "water-liquid.in"), Path("lammps", "water64.data"))
IPI_MOLECULE = IpiFiles(Path("ipi", "water-molecule.xml"), Path("ipi", "water1.xyz"))
IPI_LIQUID = IpiFiles(Path("ipi", "water-liquid.xml"), Path("ipi", "water64.xyz"))


def find_inputs(folder: Path | None) -> Path:
    """Return the folder of the inputs.

    Args:
        folder: Folder that the user gives; by default that of the package or, for an editable installation, that of the
            repository.

    Raises:
        ConfigurationError: If the inputs aren't there.
    """
    packages = [Path(package) for package in tumble.__path__]
    candidates = [package / "share" / "inputs" for package in packages]
    candidates += [package.parents[1] / "inputs" for package in packages]
    if folder is not None:
        candidates = [folder]
    for candidate in candidates:
        if (candidate / LAMMPS_LIQUID.script).is_file():
            return candidate.resolve()
    places = ", ".join(f"`{candidate}`" for candidate in candidates)
    raise ConfigurationError(f"`inputs`: expected a folder with `{LAMMPS_LIQUID.script}`, found none in {places}")


def copy_lammps(inputs: Path, which: LammpsFiles, folder: Path) -> Path:
    """Copy the files of a LAMMPS run into `folder` and return the path of the script there."""
    shutil.copy(inputs / which.data, folder)
    return Path(shutil.copy(inputs / which.script, folder))


def structure(inputs: Path, which: LammpsFiles) -> Atoms:
    """Return the structure from which a LAMMPS run starts; a single molecule has no box."""
    atoms = read(inputs / which.data, format="lammps-data", atom_style="atomic")
    assert isinstance(atoms, Atoms)  # a list only for several frames
    atoms.pbc = which != LAMMPS_MOLECULE
    return atoms


def copy_ipi(inputs: Path, which: IpiFiles, folder: Path, steps: int, address: str) -> Path:
    """Copy the files of an i-PI run into `folder`, with its length and its socket set.

    Args:
        inputs: Folder of inputs.
        which: Input files of the run.
        folder: Folder of the run.
        steps: Number of time steps.
        address: Name of the socket, which no other run uses.

    Returns:
        Path of the XML file there.

    Raises:
        DemoError: If the XML file isn't an i-PI input with `total_steps` and `ffsocket/address`.
    """
    shutil.copy(inputs / which.structure, folder)
    try:
        tree = ElementTree.parse(inputs / which.xml)
    except ElementTree.ParseError as error:
        raise DemoError(f"`{inputs / which.xml}`: expected XML, got {error}") from error
    for name, value in (("total_steps", str(steps)), ("ffsocket/address", address)):
        element = tree.find(name)
        if element is None:
            raise DemoError(f"`{inputs / which.xml}`: expected an element `{name}`, found none")
        element.text = f" {value} "
    target = folder / which.xml.name
    tree.write(target)
    return target
