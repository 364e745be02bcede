"""Comments of i-PI and their units."""

from __future__ import annotations

import numpy as np
import pytest
from ase.units import Bohr

from tumble.analysis.reading.ipi_comment import parse_comment
from tumble.analysis.trajectory_error import TrajectoryError

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
        ("Lattice=whatever", r"expected the comment of i-PI .*, got `Lattice=whatever`"),
        (LINE.replace("{angstrom}", "{furlong}"), "`positions`: expected one of the units .*, got `furlong`"),
        (LINE.replace("positions", "momenta"), "expected one of the trajectories .*, got `momenta`"),
        (LINE.replace("positions{angstrom}", "velocities{angstrom}"), "`velocities`: expected .*, got `angstrom`"),
        (LINE.replace("Step: 12", ""), "expected the comment of i-PI"),
    ],
)
def test_what_is_not_known(line: str, message: str) -> None:
    with pytest.raises(TrajectoryError, match=message):
        parse_comment(line)
