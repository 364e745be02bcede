"""Comments of i-PI and their units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase.units import Bohr
from MDAnalysis.lib.mdamath import triclinic_vectors

from tumble.errors import TrajectoryError
from tumble.trajectories.ipi_comment import parse_comment

LINE = "# CELL(abcABC): 2.0 4.0 6.0 90.0 90.0 60.0 Step: 12 Bead: 3 positions{angstrom} cell{atomic_unit}"


def test_everything_in_it() -> None:
    comment = parse_comment(LINE)
    np.testing.assert_allclose(comment.cell, [2 * Bohr, 4 * Bohr, 6 * Bohr, 90, 90, 60])
    assert (comment.step, comment.bead, comment.quantity, comment.centroid) == (12, 3, "positions", False)
    assert comment.factor == 1.0


def test_order_of_old_versions() -> None:
    line = "# CELL(abcABC): 2 4 6 90 90 60 cell{angstrom}  Traj: x_centroid{angstrom} Step: 7  Bead: 0"
    comment = parse_comment(line)
    assert (comment.step, comment.quantity, comment.centroid) == (7, "positions", True)


@pytest.mark.parametrize(
    "line",
    [
        "# positions{angstrom} cell{angstrom} CELL(abcABC): 5.0 6.0 7.0 90.0 90.0 60.0",
        "#  CELL(abcABC): 5.0 6.0 7.0 90.0 90.0 60.0 positions{angstrom} cell{angstrom} Step: 3",
        "  CELL{abcABC}: 5.0 6.0 7.0 90.0 90.0 60.0 cell{angstrom} positions{angstrom} Bead: 0 ",
        "#CELL[abcABC]: 5.0 6.0 7.0 90.0 90.0 60.0 positions{angstrom} cell{angstrom}",
        "# positions{atomic_unit} CELL{abcABC}: 5.0 6.0 7.0 90.0 90.0 60.0 ",
        "# CELL{H}: 5.0 3.0 0.5 0.0 6.0 -0.7 0.0 0.0 7.0 positions{angstrom} cell{atomic_unit}",
        "# bead: 2 CELL(abcABC): 5 6 7 80 95 110 cell{atomic_unit} positions{atomic_unit}",
    ],
)
def test_what_ipi_reads_in_any_order(tmp_path: Path, line: str) -> None:
    """Against i-PI's own reader, of a structure file: positions and cell, in bohr."""
    io_units = pytest.importorskip("ipi.utils.io", reason="i-PI isn't installed")
    (tmp_path / "x.xyz").write_text(f"1\n{line}\nH 1.0 2.0 3.0\n")
    with open(tmp_path / "x.xyz") as file:
        expected = io_units.read_file("xyz", file)
    comment = parse_comment(line)
    # i-PI rounds its constants to eight digits.
    np.testing.assert_allclose(np.array([1, 2, 3]) * comment.factor, np.asarray(expected["atoms"].q) * Bohr, rtol=3e-7)
    vectors = triclinic_vectors(comment.cell, dtype=np.float64)
    np.testing.assert_allclose(vectors.T, np.asarray(expected["cell"].h) * Bohr, rtol=3e-7, atol=1e-7)
    assert comment.step == (3 if "Step" in line else None)
    assert comment.bead == (0 if "Bead" in line else None)


@pytest.mark.parametrize(
    ("name", "unit", "dimension", "ours"),
    [
        ("positions", "nanometer", "length", 1e-10),
        ("positions", "angstrom", "length", 1e-10),
        ("velocities", "atomic_unit", "velocity", 1e2),
        ("v_centroid", "m/s", "velocity", 1e2),
        ("velocities", "ase", "velocity", 1e2),
        ("forces", "atomic_unit", "force", 1e13 / 6.02214076e23),
        ("f_centroid", "ev/ang", "force", 1e13 / 6.02214076e23),
        ("forces", "piconewton", "force", 1e13 / 6.02214076e23),
    ],
)
def test_units_agree_with_ipi(name: str, unit: str, dimension: str, ours: float) -> None:
    """Through i-PI's own units: ours, in SI, is that of MDAnalysis."""
    units = pytest.importorskip("ipi.utils.units", reason="i-PI isn't installed")
    si = {"length": "meter", "velocity": "m/s", "force": "newton"}[dimension]
    expected = units.unit_to_user(dimension, si, units.unit_to_internal(dimension, unit)) / ours
    found = parse_comment(LINE.replace("positions{angstrom}", f"{name}{{{unit}}}")).factor
    # i-PI rounds its constants to eight digits.
    assert found == pytest.approx(expected, rel=3e-7)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Lattice=whatever", r"comment of i-PI.*got `Lattice=whatever`"),
        (LINE.replace("{angstrom}", "{furlong}"), r"`positions`: .*got `furlong`"),
        (LINE.replace("positions", "momenta"), r"trajectories .*got `momenta`"),
        (LINE.replace("positions{angstrom}", "velocities{angstrom}"), r"`velocities`: .*got `angstrom`"),
        (LINE.replace("Step: 12", "Step: 1x2"), "comment of i-PI"),
        (LINE.replace("Bead: 3", "Bead:"), "comment of i-PI"),
        (LINE + " velocities{ase}", "comment of i-PI"),
        (LINE + " CELL", "comment of i-PI"),
        (LINE.replace("positions{angstrom}", ""), "comment of i-PI"),
        (LINE.replace("cell{atomic_unit}", ""), r"`cell\{angstrom\}`"),
        (LINE.replace("(abcABC)", ""), "comment of i-PI"),
        (LINE.replace("6.0", "six"), r"6 numbers.*`CELL\(abcABC\)`"),
        (LINE.replace("6.0", "1_0"), r"6 numbers.*`CELL\(abcABC\)`"),
        (LINE.replace("60.0", "360.0"), r"`cell`: .*got .* 360"),
        (LINE.replace("6.0", "nan"), r"6 numbers.*`CELL\(abcABC\)`"),
        (LINE.replace("6.0", "1e999"), r"`cell`: .*got .* inf"),
        (LINE.replace("6.0", "0.0"), r"`cell`: .*angles"),
        ("# CELL{H}: 4 0 0 1 4 0 0 0 4 positions{angstrom} cell{angstrom}", r"`cell`: .*a along x"),
    ],
)
def test_what_is_not_known(line: str, message: str) -> None:
    with pytest.raises(TrajectoryError, match=message):
        parse_comment(line)
