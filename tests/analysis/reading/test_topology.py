"""Elements from other files than the trajectory."""

from __future__ import annotations

from pathlib import Path

import ase.io
import MDAnalysis
import numpy as np
import pytest
from ase import Atoms

from tumble.analysis.reading.lammps_dump import LammpsDump
from tumble.analysis.reading.reader_frames import ReaderFrames
from tumble.analysis.reading.topology import read_topology, universe_of
from tumble.analysis.trajectory_error import TrajectoryError


def test_universe_of_labels() -> None:
    universe = universe_of(("O", "D", "H"), "x")
    assert universe.atoms.elements.tolist() == ["O", "H", "H"]
    assert universe.atoms.names.tolist() == ["O", "D", "H"]
    np.testing.assert_allclose(universe.atoms.masses, [15.999, 2.014102, 1.008], atol=1e-6)
    assert len(universe.select_atoms("element H")) == 2


@pytest.mark.parametrize("trajectory", ["wrapped.dump", "x.dcd", "x.xtc"])
def test_data_file_of_lammps(lammps_run: Path, trajectory: str) -> None:
    """Of style `atomic`, which MDAnalysis can't read without being told."""
    source = (LammpsDump if trajectory.endswith("dump") else ReaderFrames)(lammps_run / trajectory)
    universe = read_topology(lammps_run / "start.data", source)
    assert tuple(universe.atoms.elements) == LammpsDump(lammps_run / "images.dump").labels
    np.testing.assert_allclose(np.unique(universe.atoms.masses), [20.1797, 39.948])


def test_other_files_with_elements(lammps_run: Path, tmp_path: Path) -> None:
    source = ReaderFrames(lammps_run / "x.dcd")
    expected = LammpsDump(lammps_run / "images.dump").labels
    for name in ("images.dump", "x.extxyz", "plain.xyz"):
        assert tuple(read_topology(lammps_run / name, source).atoms.elements) == expected
    atoms = Atoms(expected, positions=np.random.default_rng(1).normal(size=(32, 3)), cell=[9, 9, 9], pbc=True)
    ase.io.write(tmp_path / "x.pdb", atoms)
    assert tuple(read_topology(tmp_path / "x.pdb", source).atoms.elements) == expected
    made = MDAnalysis.Universe.empty(32, trajectory=True)
    made.add_TopologyAttr("names", [f"{label}{index}" for index, label in enumerate(expected)])
    made.add_TopologyAttr("resnames", ["X"])
    made.add_TopologyAttr("resids", [1])
    made.dimensions = [9, 9, 9, 90, 90, 90]
    made.atoms.write(tmp_path / "x.gro")
    assert tuple(read_topology(tmp_path / "x.gro", source).atoms.elements) == expected


def test_topologies_of_something_else(lammps_run: Path, tmp_path: Path) -> None:
    source = LammpsDump(lammps_run / "wrapped.dump")
    data = (lammps_run / "start.data").read_text()
    ase.io.write(tmp_path / "three.xyz", Atoms("OHH"))
    with pytest.raises(TrajectoryError, match=r"`topology`: expected the 32 atoms of .*, got 3 in"):
        read_topology(tmp_path / "three.xyz", source)
    (tmp_path / "massless.data").write_text(data.replace("Masses\n\n1 39.948\n2 20.1797\n", ""))
    with pytest.raises(TrajectoryError, match=r"`topology`: expected masses, which tell the elements"):
        read_topology(tmp_path / "massless.data", source)
    (tmp_path / "damaged.data").write_text(data[: len(data) // 3])
    with pytest.raises(TrajectoryError, match=r"`topology`: expected a data file of LAMMPS, got"):
        read_topology(tmp_path / "damaged.data", source)
    with pytest.raises(TrajectoryError, match=r"`topology`: expected a file, but .* can't be read: No such file"):
        read_topology(tmp_path / "none.data", source)
    (tmp_path / "garbage.psf").write_bytes(b"\x00garbage")
    with pytest.raises(TrajectoryError, match=r"`topology`: expected a file that MDAnalysis can read, got"):
        read_topology(tmp_path / "garbage.psf", source)


def test_numbers_and_types_of_atoms_are_compared(lammps_run: Path, tmp_path: Path) -> None:
    source = LammpsDump(lammps_run / "images.dump")
    data = (lammps_run / "start.data").read_text()
    (tmp_path / "types.data").write_text(data.replace("\n1 2 ", "\n1 1 "))
    with pytest.raises(TrajectoryError, match=r"`topology`: expected the types of the atoms of"):
        read_topology(tmp_path / "types.data", source)
    (tmp_path / "ids.data").write_text(data.split("Velocities")[0].replace("\n1 2 ", "\n99 2 "))
    with pytest.raises(TrajectoryError, match=r"`topology`: expected the numbers \(id\) of the atoms of"):
        read_topology(tmp_path / "ids.data", source)


def test_names_that_are_no_elements(lammps_run: Path, tmp_path: Path) -> None:
    made = MDAnalysis.Universe.empty(32, trajectory=True)
    made.add_TopologyAttr("names", ["Q"] * 32)
    made.add_TopologyAttr("resnames", ["X"])
    made.add_TopologyAttr("resids", [1])
    made.dimensions = [9, 9, 9, 90, 90, 90]
    made.atoms.write(tmp_path / "x.gro")
    with pytest.raises(TrajectoryError, match=r"`topology`: expected elements, or names that tell them"):
        read_topology(tmp_path / "x.gro", ReaderFrames(lammps_run / "x.dcd"))
