"""Elements from other files than the trajectory."""

from __future__ import annotations

from pathlib import Path

import ase.io
import MDAnalysis
import numpy as np
import pytest
from ase import Atoms

from tumble.errors import TrajectoryError
from tumble.trajectories.elements import element_of
from tumble.trajectories.frames import Frame, FrameSource
from tumble.trajectories.lammps_dump import LammpsDump
from tumble.trajectories.open import open_trajectory
from tumble.trajectories.reader_frames import ReaderFrames
from tumble.trajectories.topology import read_topology, topology_of


class Labels(FrameSource):
    """Atoms with names, and no frames."""

    name = "x"

    def __init__(self, labels: tuple[str, ...], ipi: bool = False) -> None:
        self.labels, self.n_atoms, self.ipi = labels, len(labels), ipi

    def __len__(self) -> int:
        return 0

    def read(self, index: int) -> Frame:
        raise IndexError

    def close(self) -> None:
        pass


def test_universe_of_labels() -> None:
    universe = topology_of(Labels(("O", "D", "H"))).universe
    assert universe.atoms.elements.tolist() == ["O", "H", "H"]
    assert universe.atoms.names.tolist() == ["O", "D", "H"]
    np.testing.assert_allclose(universe.atoms.masses, [15.999, 2.014102, 1.008], atol=1e-6)
    assert len(universe.select_atoms("element H")) == 2


def test_numbered_hydrogen_is_hydrogen_and_in_ipi_a_molecule() -> None:
    """`H2` is 2.0160 u in ipi/utils/units.py, and the second hydrogen of a molecule everywhere else."""
    for labels, ipi, masses in (
        (("O", "H1", "H2"), False, [15.999, 1.008, 1.008]),
        (("O", "H1", "H2"), True, [15.999, 1.008, 1.008]),
        (("H2", "H2"), False, [1.008, 1.008]),
        (("H2", "H2"), True, [2.016, 2.016]),
        (("O18", "C13", "H"), True, [17.99916, 13.00335, 1.008]),
        (("O18", "C13", "H"), False, [15.999, 12.011, 1.008]),
        (("C1", "C13", "O18", "O2"), True, [12.011, 12.011, 15.999, 15.999]),
    ):
        universe, notes = topology_of(Labels(labels, ipi))
        np.testing.assert_allclose(universe.atoms.masses, masses, atol=2e-5)
        assert [element_of(label) for label in labels] == universe.atoms.elements.tolist()
        assert bool(notes) == (ipi and masses[0] in (2.016, 17.99916))


@pytest.mark.parametrize("trajectory", ["wrapped.dump", "x.dcd", "x.xtc"])
def test_data_file_of_lammps(lammps_run: Path, trajectory: str) -> None:
    """Of style `atomic`, which MDAnalysis can't read without being told."""
    source = (LammpsDump if trajectory.endswith("dump") else ReaderFrames)(lammps_run / trajectory)
    universe, notes = read_topology(lammps_run / "start.data", source)
    assert notes == ()
    assert tuple(universe.atoms.elements) == LammpsDump(lammps_run / "images.dump").labels
    np.testing.assert_allclose(np.unique(universe.atoms.masses), [20.1797, 39.948])


def test_other_files_with_elements(lammps_run: Path, tmp_path: Path) -> None:
    source = ReaderFrames(lammps_run / "x.dcd")
    expected = LammpsDump(lammps_run / "images.dump").labels
    for name in ("images.dump", "x.extxyz", "plain.xyz"):
        assert tuple(read_topology(lammps_run / name, source).universe.atoms.elements) == expected
    atoms = Atoms(expected, positions=np.random.default_rng(1).normal(size=(32, 3)), cell=[9, 9, 9], pbc=True)
    ase.io.write(tmp_path / "x.pdb", atoms)
    assert tuple(read_topology(tmp_path / "x.pdb", source).universe.atoms.elements) == expected
    made = MDAnalysis.Universe.empty(32, trajectory=True)
    made.add_TopologyAttr("names", [f"{label}{index}" for index, label in enumerate(expected)])
    made.add_TopologyAttr("resnames", ["X"])
    made.add_TopologyAttr("resids", [1])
    made.dimensions = [9, 9, 9, 90, 90, 90]
    made.atoms.write(tmp_path / "x.gro")
    assert tuple(read_topology(tmp_path / "x.gro", source).universe.atoms.elements) == expected


def test_topologies_of_something_else(lammps_run: Path, tmp_path: Path) -> None:
    source = LammpsDump(lammps_run / "wrapped.dump")
    data = (lammps_run / "start.data").read_text()
    ase.io.write(tmp_path / "three.xyz", Atoms("OHH"))
    with pytest.raises(TrajectoryError, match=r"`topology`: .*32 atoms.*got 3 in"):
        read_topology(tmp_path / "three.xyz", source)
    (tmp_path / "massless.data").write_text(data.replace("Masses\n\n1 39.948\n2 20.1797\n", ""))
    with pytest.raises(TrajectoryError, match=r"`topology`: .*masses"):
        read_topology(tmp_path / "massless.data", source)
    (tmp_path / "damaged.data").write_text(data[: len(data) // 3])
    with pytest.raises(TrajectoryError, match=r"`topology`: .*LAMMPS"):
        read_topology(tmp_path / "damaged.data", source)
    with pytest.raises(TrajectoryError, match=r"`topology`: .*No such file"):
        read_topology(tmp_path / "none.data", source)
    (tmp_path / "garbage.psf").write_bytes(b"\x00garbage")
    with pytest.raises(TrajectoryError, match=r"`topology`: .*MDAnalysis"):
        read_topology(tmp_path / "garbage.psf", source)


def test_numbers_and_types_of_atoms_are_compared(lammps_run: Path, tmp_path: Path) -> None:
    source = LammpsDump(lammps_run / "images.dump")
    data = (lammps_run / "start.data").read_text()
    (tmp_path / "types.data").write_text(data.replace("\n1 2 ", "\n1 1 "))
    with pytest.raises(TrajectoryError, match=r"`topology`: .*types"):
        read_topology(tmp_path / "types.data", source)
    (tmp_path / "ids.data").write_text(data.split("Velocities")[0].replace("\n1 2 ", "\n99 2 "))
    with pytest.raises(TrajectoryError, match=r"`topology`: .*\(id\)"):
        read_topology(tmp_path / "ids.data", source)


def test_names_that_are_no_elements(lammps_run: Path, tmp_path: Path) -> None:
    made = MDAnalysis.Universe.empty(32, trajectory=True)
    made.add_TopologyAttr("names", ["Q"] * 32)
    made.add_TopologyAttr("resnames", ["X"])
    made.add_TopologyAttr("resids", [1])
    made.dimensions = [9, 9, 9, 90, 90, 90]
    made.atoms.write(tmp_path / "x.gro")
    with pytest.raises(TrajectoryError, match=r"`topology`: .*elements, or names"):
        read_topology(tmp_path / "x.gro", ReaderFrames(lammps_run / "x.dcd"))


def _data(path: Path, *masses: str) -> Path:
    """A data file of LAMMPS with an atom of each type; what stands behind the types in its `Masses`."""
    lines = "".join(f"{kind} {mass}\n" for kind, mass in enumerate(masses, 1))
    atoms = "".join(f"{kind} {kind} {kind}.0 0.0 0.0\n" for kind in range(1, len(masses) + 1))
    path.write_text(
        f"a comment\n\n{len(masses)} atoms\n{len(masses)} atom types\n\n0 9 xlo xhi\n0 9 ylo yhi\n0 9 zlo zhi\n\n"
        f"Masses\n\n{lines}\nAtoms # atomic\n\n{atoms}"
    )
    return path


def test_masses_of_data_files(tmp_path: Path) -> None:
    """Rounded, of isotopes, repartitioned, of old tables; by the comment or, without one, by the mass."""
    masses = [
        "1.0",
        "15.9994",
        "16.0",
        "17.999",
        "2.014",
        "3.016",
        "3.024 # H",
        "12.0 # O",
        "14.027 # C",
        "35.5",
        "40.0 # Ar",
    ]
    path = _data(tmp_path / "x.data", *masses)
    universe, notes = read_topology(path, Labels(("",) * len(masses)))
    assert universe.atoms.elements.tolist() == ["H", "O", "O", "O", "H", "H", "H", "O", "C", "Cl", "Ar"]
    np.testing.assert_allclose(universe.atoms.masses, [float(mass.split()[0]) for mass in masses])
    assert notes == (
        "Masses in `x.data` that differ from the natural masses of their elements: H of type 1 (1 u), "
        "O of type 4 (17.999 u), H of type 5 (2.014 u), H of type 6 (3.016 u), H of type 7 (3.024 u), "
        "O of type 8 (12 u), C of type 9 (14.027 u), Cl of type 10 (35.5 u), Ar of type 11 (40 u).",
    )


@pytest.mark.parametrize(
    ("mass", "message"),
    [
        ("40.0", r"40 of type 2 .*Ar or Ca"),
        ("14.027", "got 14.027 of type 2 in .*no element"),
        ("72.0 # W", "got 72 of type 2 in .*no element"),
        ("nan", "got nan of type 2"),
    ],
)
def test_masses_that_do_not_tell_the_element(tmp_path: Path, mass: str, message: str) -> None:
    with pytest.raises(TrajectoryError, match=message):
        read_topology(_data(tmp_path / "x.data", "16.0", mass), Labels(("", "")))


def test_pdb_tells_its_own_elements(tmp_path: Path) -> None:
    frames = [Atoms("OHHCa", positions=np.full((4, 3), float(shift)), cell=[9, 9, 9], pbc=True) for shift in range(3)]
    ase.io.write(tmp_path / "x.pdb", frames)
    universe = open_trajectory(tmp_path / "x.pdb", timestep=0.5)
    assert universe.atoms.elements.tolist() == ["O", "H", "H", "Ca"]
    np.testing.assert_allclose(universe.atoms.masses, [15.999, 1.008, 1.008, 40.078])
    np.testing.assert_allclose([ts.positions[0, 0] for ts in universe.trajectory], [0, 1, 2])


def test_names_of_force_fields_are_no_elements(tmp_path: Path) -> None:
    made = MDAnalysis.Universe.empty(2, n_residues=2, atom_resindex=[0, 1], trajectory=True)
    made.add_TopologyAttr("names", ["CA", "CA"])
    made.add_TopologyAttr("resids", [1, 2])
    made.dimensions = [9, 9, 9, 90, 90, 90]
    for residues, known in ((["CA", "CA"], True), (["ALA", "CA"], False)):
        made.add_TopologyAttr("resnames", residues)
        made.atoms.write(tmp_path / "x.gro")
        if known:
            found = read_topology(tmp_path / "x.gro", Labels(("", ""))).universe.atoms.elements
            assert found.tolist() == ["Ca", "Ca"]
        else:
            with pytest.raises(TrajectoryError, match=r"`topology`: .*elements, or names"):
                read_topology(tmp_path / "x.gro", Labels(("", "")))
