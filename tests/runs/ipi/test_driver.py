"""What the driver leaves beside the outputs of i-PI."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.ipi_runs import HARTREE, run_with_symmetry_log

from tumble.runs import open_run
from tumble.runs.ipi.driver import symmetry_of
from tumble.runs.ipi.input import IpiInput
from tumble.runs.ipi.motion import Motion
from tumble.runs.ipi.symmetry_log import symmetry_logs_in

MOTION = Motion("NVE", timestep=0.5, thermostat="none", one_force_per_step=True)
MTS, TIMELESS = dataclasses.replace(MOTION, one_force_per_step=False), dataclasses.replace(MOTION, timestep=None)
INPUT = IpiInput((), (), MOTION, None, 300.0, 2, {}, 0)
HEADING = (
    "# tumble drive: symmetry error of toy over icosahedral+inversion, 120 rotations, exact to degree 5; every 10 "
    "rounds through the beads\n"
)
ERRORS = "-10 -10.5 0.3 0.1 0.2 0.01 0.001\n"


def log(*places: str, heading: str = HEADING) -> str:
    return heading + "".join(f"{place} {ERRORS}" for place in places)


def test_what_a_real_run_leaves(tmp_path: Path, model_file: Callable[[str], Path]) -> None:
    server = run_with_symmetry_log(tmp_path, model_file("harmonic"), "errors.txt", steps=6, beads=2)
    run = open_run(tmp_path)
    assert run.symmetry_time == pytest.approx(np.array([0, 2, 4, 6]) * 0.25e-3)
    assert set(run.symmetry) >= {"energy_std", "energy_shift", "force_rms"}
    assert all(len(values) == 4 for values in run.symmetry.values())
    assert run.symmetrize == "none"
    assert run.torque is not None
    assert run.torque.shape == (7, 2, 3)
    # Round n is step n − 1: the energies of the log are the potential energy that i-PI logged.
    table = np.loadtxt(tmp_path / "errors.txt")
    last = table[table[:, 0] == 7, 2].mean()
    assert last == pytest.approx(server.properties[6, 1] * HARTREE, rel=1e-10)
    assert run.log["potential"][6] == pytest.approx(last, rel=1e-10)


def test_rounds_are_steps(tmp_path: Path) -> None:
    (tmp_path / "any-name").write_text(log("1 0", "11 0", "11 1", "21 0", "21 1"))
    (tmp_path / "other.log").write_text("# round bead\n1 0\n")
    time, values, notes = symmetry_of(symmetry_logs_in(tmp_path), INPUT)
    assert list(time) == [0, 5, 10]
    assert values["energy_shift"] == pytest.approx([-0.5, -0.5, -0.5])
    assert notes == ()


def test_a_driver_that_was_started_again(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(log("1 0", "1 1") + log("1 0", "1 1", "11 0", "11 1"))
    time, _, notes = symmetry_of(symmetry_logs_in(tmp_path), INPUT)
    assert list(time) == [0, 5, 10]
    assert notes[0].startswith("The driver was started 2 times")


@pytest.mark.parametrize(
    ("changes", "text", "reason"),
    [
        (
            {"motion": MTS},
            log("1 0", "1 1"),
            "without multiple time stepping",
        ),
        (
            {"motion": TIMELESS},
            log("1 0", "1 1"),
            "without multiple time stepping",
        ),
        ({"start": 30}, log("1 0", "1 1"), "the input starts from step 30"),
        ({"beads": 4}, log("1 0", "1 1"), "its rounds have 2 lines for 4 beads"),
        ({}, log(), "expected lines of numbers, got none"),
    ],
)
def test_where_rounds_are_no_steps_the_log_is_left_out(
    tmp_path: Path, changes: dict[str, object], text: str, reason: str
) -> None:
    (tmp_path / "symmetry.log").write_text(text)
    time, values, notes = symmetry_of(symmetry_logs_in(tmp_path), dataclasses.replace(INPUT, **changes))
    assert (len(time), values) == (0, {})
    assert notes[0].startswith("The log of the symmetry error, `symmetry.log`, is left out: ")
    assert reason in notes[0]


def test_logs_of_several_drivers_are_left_out(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text(log("1 0", "1 1"))
    time, values, notes = symmetry_of(symmetry_logs_in(tmp_path), INPUT)
    assert (len(time), values) == (0, {})
    assert notes[0].startswith("The log of the symmetry error, `a.log`, `b.log`, is left out: there are several")


def test_no_log(tmp_path: Path) -> None:
    assert symmetry_of(symmetry_logs_in(tmp_path), INPUT)[1:] == ({}, ())
