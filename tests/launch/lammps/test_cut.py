"""Cuts of logs, and of the files that they name. `tests/launch/test_run.py` cuts those of real runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.errors import LaunchError
from tumble.launch.lammps.cut import named_files, plan_cut

HEAD = "LAMMPS (22 Jul 2025)\nunits metal\nread_data water.data\nReading data file ...\n  3 atoms\n"
BANNER = "Per MPI rank memory allocation (min/avg/max) = 1 | 1 | 1 Mbytes\n"
ROWS = ["   Step          Temp     \n", *(f"     {step}   300.0\n" for step in (0, 10, 20))]
END = "Loop time of 4.5 on 1 procs for 20 steps with 3 atoms\n 30 40\n"
DUMPS = "dump 1 all custom 10 a.dump id type x\ndump 2 all custom 10 b.*.dump id type x\n"
FIX = 'fix 3 all print 10 "$(step) $(temp)" file rows.txt\n'
FIRST = f"{HEAD}{DUMPS}{FIX}tumble_run_begins 1 0\nrun 20\n{BANNER}"
SECOND = f"undump 1\nunfix 3\ntumble_run_begins 2 20\nrun 20\n{BANNER}   Step          Temp\n     20   300.0\n"
FRAME = "ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\nITEM: ATOMS id\n1\n"
WRITE = "write_restart tumble-run/restart.1.*\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.dump").write_text("".join(map(FRAME.format, (0, 10, 20))))
    (tmp_path / "rows.txt").write_text("# title\n0 1\n10 1\n20 1\n")
    for step in (0, 10, 20, 30):
        (tmp_path / f"b.{step}.dump").write_text(FRAME.format(step))
    return tmp_path


def steps_in(folder: Path) -> tuple[int, int, list[str]]:
    frames = (folder / "a.dump").read_text().count("TIMESTEP")
    rows = (folder / "rows.txt").read_text().count(" 1\n")
    return frames, rows, sorted(path.name for path in folder.glob("b.*.dump"))


@pytest.mark.parametrize(
    ("step", "kept", "frames"),
    [(5, 2, 1), (10, 3, 1), (15, 3, 2), (20, 4, 2)],
)
def test_first_run(folder: Path, step: int, kept: int, frames: int) -> None:
    log = folder / "log.lammps"
    behind = END if step == 20 else ""
    log.write_text(FIRST + "".join(ROWS) + END + WRITE + "a line that was cu")
    plan_cut(log, 1, step, folder / "copy").carry_out()
    assert log.read_text() == FIRST + "".join(ROWS[:kept]) + behind
    # The frame of the step itself is written again.
    assert steps_in(folder)[:2] == (frames, frames)
    assert "b.30.dump" not in steps_in(folder)[2]


def test_outputs_of_an_earlier_run_stay(folder: Path) -> None:
    log = folder / "log.lammps"
    first = FIRST + "".join(ROWS) + END + WRITE
    log.write_text(first + SECOND + "     30   300.0\n")
    plan_cut(log, 2, 20, folder / "copy").carry_out()
    assert log.read_text() == first + SECOND
    assert steps_in(folder) == (3, 3, ["b.0.dump", "b.10.dump"])
    plan_cut(log, 1, 20, folder / "copy").carry_out()
    assert log.read_text() == FIRST + "".join(ROWS) + END


def test_a_run_that_was_stopped_before(folder: Path) -> None:
    log = folder / "log.lammps"
    stopped = FIRST + "".join(ROWS[:3]) + END.replace("20 steps", "10 steps") + WRITE
    again = (
        f"LAMMPS (22 Jul 2025)\nunits metal\nread_restart r\n{DUMPS}run 20 upto\n{BANNER}{ROWS[0]}{ROWS[2]}{ROWS[3]}"
    )
    log.write_text(stopped + again)
    plan_cut(log, 1, 15, folder / "copy").carry_out()
    assert log.read_text() == stopped + again.removesuffix(ROWS[3])


def test_nothing_is_changed_if_a_file_cannot_be_cut(folder: Path) -> None:
    log = folder / "log.lammps"
    log.write_text(FIRST + "".join(ROWS))
    (folder / "a.dump").write_text("binary")
    with pytest.raises(LaunchError, match=r"a\.dump"):
        plan_cut(log, 1, 10, folder / "copy")
    assert log.read_text() == FIRST + "".join(ROWS)


def test_files_by_their_names(folder: Path) -> None:
    found = named_files(["b.*.dump", str(folder / "a.dump"), "b.%.dump", "none"], folder)
    assert [path.name for path in found] == ["a.dump", *(f"b.{step}.dump" for step in (0, 10, 20, 30))]
