"""Extended xyz of ASE, i-PI and LAMMPS, against ASE's own reader."""

from __future__ import annotations

from pathlib import Path

import ase.io
import ase.units
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from tumble.errors import TrajectoryError
from tumble.trajectories.ase_xyz import ExtendedXYZ
from tumble.trajectories.ipi_xyz import IPIXYZ
from tumble.trajectories.lammps_dump import LammpsDump
from tumble.units.lammps import lammps_units

CELL = [[9.0, 0, 0], [1.0, 8.0, 0], [-2.0, 1.5, 7.0]]
EV = 96.48533212331


def write(path: Path, count: int = 4, **options) -> list[Atoms]:
    """Frames with momenta, forces, energies, stresses, charges and dipoles."""
    generator = np.random.default_rng(2)
    frames = []
    for index in range(count):
        atoms = Atoms("OHHOHCl", positions=generator.normal(size=(6, 3)) * 50, cell=CELL, pbc=True)
        atoms.set_momenta(generator.normal(size=(6, 3)))
        atoms.info["step"], atoms.info["comment"] = 10 * index, "made up"
        atoms.set_array("dipoles", generator.normal(size=(6, 3)))
        atoms.set_array("q", generator.normal(size=6))
        atoms.calc = SinglePointCalculator(
            atoms,
            energy=-1.5 * index,
            forces=generator.normal(size=(6, 3)),
            stress=generator.normal(size=6),
        )
        frames.append(atoms)
    ase.io.write(path, frames, format="extxyz", **options)
    return frames


def test_everything_that_ase_writes(tmp_path: Path) -> None:
    write(tmp_path / "x.xyz")
    source = ExtendedXYZ(tmp_path / "x.xyz")
    frames = ase.io.read(tmp_path / "x.xyz", ":")
    assert len(source) == len(frames)
    assert source.steps.tolist() == [0, 10, 20, 30]
    assert source.labels == tuple(frames[0].symbols)
    assert source.unwrapped is None
    for index, atoms in enumerate(frames):
        frame = source.read(index)
        np.testing.assert_allclose(frame.positions, atoms.positions, atol=1e-12)
        np.testing.assert_allclose(frame.dimensions, atoms.cell.cellpar(), atol=1e-12)
        # ASE's velocity is in Å per its unit of time.
        np.testing.assert_allclose(frame.velocities, atoms.get_velocities() * 1000 * ase.units.fs, rtol=1e-7)
        np.testing.assert_allclose(frame.forces, atoms.get_forces() * EV, rtol=1e-7)
        np.testing.assert_allclose(frame.data["arrays"]["dipoles"], atoms.arrays["dipoles"])
        np.testing.assert_allclose(frame.data["arrays"]["q"], atoms.arrays["q"])
        assert frame.data["info"]["energy"] == atoms.get_potential_energy()
        assert frame.data["info"]["stress"].shape == (3, 3)
        assert frame.data["info"]["comment"] == "made up"


def test_without_a_cell(tmp_path: Path) -> None:
    ase.io.write(tmp_path / "x.xyz", [Atoms("HHO", positions=np.eye(3))] * 2, format="extxyz")
    source = ExtendedXYZ(tmp_path / "x.xyz")
    assert source.read(1).dimensions is None
    assert source.steps is None


def test_boxes_that_are_periodic_in_part_or_not(tmp_path: Path) -> None:
    for pbc, notes in (([True, True, False], 1), ([False] * 3, 0)):
        atoms = Atoms("HHO", positions=np.eye(3), cell=[5, 6, 7], pbc=pbc)
        ase.io.write(tmp_path / "x.xyz", atoms, format="extxyz")
        source = ExtendedXYZ(tmp_path / "x.xyz")
        assert (source.read(0).dimensions is not None) == any(pbc)
        assert len(source.notes) == notes


def test_turned_cell_is_refused(tmp_path: Path) -> None:
    atoms = Atoms("HHO", positions=np.eye(3), cell=[[0, 3, 3], [3, 0, 3], [3, 3, 0]], pbc=True)
    ase.io.write(tmp_path / "x.xyz", atoms, format="extxyz")
    with pytest.raises(TrajectoryError, match=r"`cell`: .*a along x"):
        ExtendedXYZ(tmp_path / "x.xyz")


def test_plain_xyz(tmp_path: Path) -> None:
    frames = [Atoms("HHO", positions=index + np.eye(3)) for index in range(3)]
    ase.io.write(tmp_path / "x.xyz", frames, format="xyz")
    source = ExtendedXYZ(tmp_path / "x.xyz")
    assert [source.read(index).positions[0, 0] for index in range(3)] == [1, 2, 3]
    assert source.read(0).dimensions is None
    text = (tmp_path / "x.xyz").read_text()
    (tmp_path / "x.xyz").write_text(text[:-10])
    source = ExtendedXYZ(tmp_path / "x.xyz")
    assert (len(source), source.notes) == (2, ("The last frame was cut off and is left out.",))


@pytest.mark.parametrize("count", ["       2", "2  ", "2\r", "\t2"])
def test_plain_xyz_with_blanks_around_the_number_of_atoms(tmp_path: Path, count: str) -> None:
    """As CP2K writes it, with its comment, and as editors of Windows leave it."""
    frames = [
        f"{count}\n i = {step:8d}, time = {step / 2:12.3f}, E = -17.19\n"
        f"  O {step:20.10f}        0.0000000000        0.0000000000\n"
        "  H        0.0000000000        0.0000000000        1.0000000000\n"
        for step in range(3)
    ]
    path = tmp_path / "cp2k.xyz"
    path.write_bytes("".join(frames).encode())
    source = ExtendedXYZ(path)
    assert (len(source), source.labels, source.notes) == (3, ("O", "H"), ())
    np.testing.assert_array_equal(
        [source.read(index).positions[0] for index in range(3)], [[0, 0, 0], [1, 0, 0], [2, 0, 0]]
    )


def test_positions_of_ipi(ipi_run: Path) -> None:
    for bead in range(3):
        one, other = ExtendedXYZ(ipi_run / f"run.ext_{bead}.extxyz"), IPIXYZ(ipi_run / f"run.pos_{bead}.xyz")
        assert (one.bead, one.labels, one.unwrapped) == (bead, other.labels, True)
        np.testing.assert_array_equal(one.steps, other.steps)
        for index in range(len(one)):
            np.testing.assert_allclose(one.read(index).positions, other.read(index).positions, atol=6e-6)
            np.testing.assert_allclose(one.read(index).dimensions, other.read(index).dimensions, atol=1e-5)


@pytest.mark.parametrize(("name", "other", "what"), [("extvel", "vel", "velocities"), ("extforce", "force", "forces")])
def test_velocities_and_forces_of_ipi(ipi_run: Path, name: str, other: str, what: str) -> None:
    one, xyz = ExtendedXYZ(ipi_run / f"run.{name}_1.extxyz"), IPIXYZ(ipi_run / f"run.{other}_1.xyz")
    assert one.quantity == what
    for index in range(len(one)):
        frame = one.read(index)
        assert frame.positions is None
        expected = getattr(xyz.read(index), what)
        np.testing.assert_allclose(getattr(frame, what), expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


def test_extended_xyz_of_lammps(lammps_run: Path) -> None:
    one = ExtendedXYZ(lammps_run / "x.extxyz", lammps_units("metal"))
    other = LammpsDump(lammps_run / "images.dump")
    np.testing.assert_array_equal(one.steps, other.steps)
    for index in range(len(one)):
        frame, expected = one.read(index), other.read(index)
        # LAMMPS writes unwrapped positions and six digits here, and doesn't move the box to the origin.
        np.testing.assert_allclose(frame.dimensions, expected.dimensions, rtol=1e-5)
        np.testing.assert_allclose(frame.velocities, expected.velocities, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(frame.forces, expected.forces, rtol=1e-4, atol=1e-4)
    without = ExtendedXYZ(lammps_run / "x.extxyz")
    assert without.read(0).velocities is None
    assert without.read(0).forces is None
    assert without.notes == ("Columns vel, forces are left out: give `units`, the style of units of LAMMPS.",)


def test_velocities_of_unknown_units_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "x.xyz").write_text("1\nProperties=species:S:1:pos:R:3:velo:R:3\nO 0 0 0 1 2 3\n")
    source = ExtendedXYZ(tmp_path / "x.xyz")
    assert source.read(0).velocities is None
    assert source.notes == ("Columns velo are left out: their unit is unknown.",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2\nProperties=species:S:1:pos:R:3\nO 0 0 0\n", "complete frame, got none"),
        ("2\nProperties=species:S:1:pos:R\nO 0 0 0\nO 0 0 0\n", "`Properties=name:type:columns:…`"),
        ("1\nProperties=species:S:1:pos:R:3\nO 0 0\n", r"4 words.*1 atoms, got 3 words"),
        (
            "1\nProperties=species:S:1:pos:R:3\nO 0 x 0\n",
            r"frame 0 of .*x\.xyz`: .*could not convert",
        ),
        ('1\nLattice="1 2" Properties=species:S:1:pos:R:3\nO 0 0 0\n', "comment of extended xyz"),
    ],
)
def test_damaged_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.xyz").write_text(text)
    with pytest.raises(TrajectoryError, match=message):
        ExtendedXYZ(tmp_path / "x.xyz")


def test_columns_or_atoms_that_change_are_refused(tmp_path: Path) -> None:
    head = "Properties=species:S:1:pos:R:3"
    (tmp_path / "x.xyz").write_text(f"1\n{head}\nO 0 0 0\n1\n{head}:tags:R:1\nO 0 0 0 0\n")
    with pytest.raises(TrajectoryError, match="species:S:1:pos:R:3"):
        ExtendedXYZ(tmp_path / "x.xyz").read(1)
    (tmp_path / "x.xyz").write_text(f"2\n{head}\nO 0 0 0\nH 0 0 0\n2\n{head}\nH 0 0 0\nO 0 0 0\n")
    with pytest.raises(TrajectoryError, match="same order"):
        ExtendedXYZ(tmp_path / "x.xyz").read(1)
    (tmp_path / "x.xyz").write_text(f"1\n{head}\nO 0 0 0\n2\n{head}\nH 0 0 0\nO 0 0 0\n")
    with pytest.raises(TrajectoryError, match=r"1 atoms.*got .*b'2'"):
        ExtendedXYZ(tmp_path / "x.xyz")


@pytest.mark.parametrize(("right", "wrong"), [('"9.0', '"9_0'), ("O 1.0", "O 1_0")])
def test_parts_of_numbers_are_no_numbers(tmp_path: Path, right: str, wrong: str) -> None:
    """ASE and Python take `9_0` for 90."""
    path = tmp_path / "damaged.xyz"
    path.write_text('1\nLattice="9.0 0 0 0 9.0 0 0 0 9.0" Properties=species:S:1:pos:R:3\nO 1.0 2.0 3.0\n')
    assert ExtendedXYZ(path).read(0).dimensions is not None
    path.write_text(path.read_text().replace(right, wrong))
    with pytest.raises(TrajectoryError, match=wrong[-3:]):
        ExtendedXYZ(path).read(0)
