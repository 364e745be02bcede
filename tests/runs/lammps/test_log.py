"""Logs of real runs of LAMMPS, with what people write between them; the right values are those of the inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.argon import argon, run_argon
from support.lammps_runs import run_lammps

from tumble.analysis import TrajectoryError
from tumble.runs import open_run
from tumble.runs.lammps.log import read_lammps_log

NVE = "timestep 0.00025\nfix 1 all nve\n"
DUMP = "dump d all custom 10 a.dump id type x y z\n"


PRINTED = """\
print "Step 1: production"
print "timestep 2 of the ladder"
print "timestep 2"
print "timestep = 2 fs"
print "units real"
print 'unfix 1'
variable n equal 3
print "timestep ${n}"
print \"\"\"
timestep 3
fix 1 all nvt temp 300 300 0.1
\"\"\"
print "Per MPI rank memory allocation"
print "Step Temp"
print "0 300"
print "LAMMPS is here"
print "run 7"
if "1 > 0" then "print 'timestep 4'"
"""


@pytest.mark.parametrize(
    "printed",
    [
        PRINTED,
        'fix p all print 5 "timestep $(step)"\n',
        'fix p all print 5 "$(step) $(temp) $(pe) $(2*(1+ke)) $(etotal) $(press)"\n',
    ],
)
def test_printed_text_is_no_command_and_no_table(tmp_path: Path, printed: str) -> None:
    found = open_run(run_argon(tmp_path, NVE + printed + "run 40\n"))
    assert found.timestep == 0.00025
    assert found.time == pytest.approx(0.0025 * np.arange(5))
    assert found.log["temperature"][0] == pytest.approx(90.0)
    assert found.ensemble == "NVE"


def test_text_that_looks_like_a_table_is_none_without_its_echo(tmp_path: Path) -> None:
    printed = 'print "Step 1: production"\nprint "run 5"\nprint "timestep 2"\nprint "fix 1 all nvt temp 1 1 1"\n'
    folder = run_argon(tmp_path, NVE + printed + "run 40\n", "-echo", "none")
    found = open_run(folder, units="metal", timestep=0.00025)
    assert found.time == pytest.approx(0.0025 * np.arange(5))
    assert found.ensemble == "unknown"


def test_run_that_was_killed_and_another_behind_it(tmp_path: Path) -> None:
    """The first log ends within its table; the second run has another ensemble and time step."""
    first = run_argon(tmp_path / "first", "timestep 0.002\nfix 1 all nvt temp 90 90 0.2\nrun 40\n")
    second = run_argon(tmp_path / "second", NVE + "run 30\n")
    killed = (first / "log.lammps").read_text().partition("Loop time")[0]
    killed = killed[: killed.rindex("\n", 0, -1) + 1]
    for name, text in (("whole", killed), ("cut", killed[:-30] + "\n")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "log.lammps").write_text(text + (second / "log.lammps").read_text())
        found = open_run(folder)
        assert (found.ensemble, found.timestep) == ("NVE", 0.00025)
        assert found.time == pytest.approx(0.0025 * np.arange(4))
    # As `log FILE append` leaves it: without the heading of the second process.
    text = (second / "log.lammps").read_text()
    (folder / "log.lammps").write_text(killed + text[text.index("units metal") :])
    assert (open_run(folder).ensemble, open_run(folder).timestep) == ("NVE", 0.00025)


def test_log_that_goes_on_in_others(tmp_path: Path) -> None:
    script = "fix 1 all nvt temp 90 90 0.2\nrun 20\nlog next.log\nunfix 1\n" + NVE + DUMP + "run 30\n"
    folder = run_argon(tmp_path, script)
    for path in (folder, folder / "log.lammps", folder / "next.log"):
        found = open_run(path)
        assert (found.ensemble, found.timestep) == ("NVE", 0.00025)
        assert found.time == pytest.approx(0.0025 * np.arange(2, 6))
        assert found.trajectory.positions == (folder / "a.dump",)
    (folder / "next.log").unlink()
    assert (
        "The log continues in `next.log`, which is missing: the rest of the run is unknown." in open_run(folder).notes
    )


def test_log_in_another_folder(tmp_path: Path) -> None:
    """Names are relative to the folder in which LAMMPS was started, also where one such log names the next."""
    (tmp_path / "logs").mkdir()
    script = "log logs/first.log\nfix 1 all nvt temp 90 90 0.2\nrun 20\nlog logs/second.log\nunfix 1\n"
    found = open_run(run_argon(tmp_path, script + NVE + DUMP + "run 30\n"))
    assert (found.ensemble, found.timestep, found.time[-1]) == ("NVE", 0.00025, pytest.approx(0.0125))
    assert [path.name for path in found.files[:3]] == ["log.lammps", "first.log", "second.log"]


def test_commands_that_are_carried_out_by_others_count(tmp_path: Path) -> None:
    """Through `if`, `include`, `run every`, `partition` and a loop, LAMMPS echoes what it carries out."""
    (tmp_path / "in.more").write_text("variable dt equal 0.001/2\ntimestep ${dt} # as $dt is above\n")
    script = (
        "include in.more\nfix 1 all nvt temp 90 90 $(100*dt)\n"
        'if "1 > 0" then "unfix 1" "fix 1 all nve"\n'
        "variable i loop 3\nlabel again\nrun 10\nnext i\njump in.lammps again\n"
        'run 20 every 10 "timestep 0.00025"\n'
    )
    log = read_lammps_log(run_argon(tmp_path, script) / "log.lammps")
    assert [stage.settings.timestep for stage in log.stages] == [0.0005] * 4 + [0.00025]
    assert [int(stage.steps[-1]) for stage in log.stages] == [10, 20, 30, 40, 50]
    found = open_run(tmp_path)
    assert (found.ensemble, found.timestep, found.time) == ("NVE", 0.00025, pytest.approx([0.01, 0.0125]))


@pytest.mark.parametrize(("arguments", "known"), [(("-echo", "none"), False), (("-echo", "both"), True)])
def test_what_is_not_echoed_is_not_known(tmp_path: Path, arguments: tuple[str, ...], known: bool) -> None:
    folder = run_argon(tmp_path, NVE + DUMP + "run 40\n", *arguments)
    found = open_run(folder, units="metal")
    assert (found.ensemble == "NVE", found.timestep == 0.00025) == (known, known)
    assert len(found.trajectory.positions) == (1 if known else 0)
    notes = " ".join(found.notes)
    assert ("doesn't echo the commands" in notes, "about 0.25 fs" in notes) == (not known, not known)
    found = open_run(folder, units="metal", timestep=0.00025)  # what is true is taken, without a word
    assert found.time == pytest.approx(0.0025 * np.arange(5))
    assert "as given" not in " ".join(found.notes)


def test_log_that_is_not_echoed_leaves_out_the_frames_before_its_last_stage(tmp_path: Path) -> None:
    """Nothing says whether they have the same time step: here they don't."""
    script = (
        "timestep 0.002\nfix 1 all nve\ndump d all custom 10 a.dump id type element x y z\ndump_modify d element Ar\n"
    )
    folder = run_argon(tmp_path, script + "run 20\ntimestep 0.00025\nrun 40\n", "-echo", "none")
    found = open_run(folder, units="metal", timestep=0.00025, trajectory=[folder / "a.dump"])
    assert found.universe().trajectory.steps.tolist() == [30, 40, 50, 60]
    assert found.time == pytest.approx(0.0025 * np.arange(2, 7))


def test_echo_that_the_input_switches_off(tmp_path: Path) -> None:
    found = open_run(run_argon(tmp_path, NVE + "echo none\ntimestep 0.001\nrun 40\n"))
    assert (found.timestep, found.ensemble) == (None, "unknown")


def test_screen_that_was_kept_as_a_log_says_units_and_time_step(tmp_path: Path) -> None:
    done = run_lammps(tmp_path, argon() + NVE + "run 40\n", arguments=("-log", "none")).checked()
    (tmp_path / "water.out").write_text(done.output)
    found = open_run(tmp_path / "water.out")
    assert (found.engine, found.timestep, found.ensemble) == ("LAMMPS", 0.00025, "unknown")
    assert found.time == pytest.approx(0.0025 * np.arange(5))


def test_log_that_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "log.lammps").mkdir()
    with pytest.raises(TrajectoryError, match="found neither"):
        open_run(tmp_path)
    with pytest.raises(TrajectoryError, match="got no regular file"):
        read_lammps_log(tmp_path / "log.lammps")
    with pytest.raises(TrajectoryError, match="got No such file"):
        read_lammps_log(tmp_path / "nothing.log")


def test_what_fix_print_writes_before_the_thermo_output_is_no_command(tmp_path: Path) -> None:
    script = 'timestep 0.002\nvariable d equal 7\nfix 1 all nve\nfix p all print 5 "timestep ${d}"\nrun 10\n'
    log = read_lammps_log(run_argon(tmp_path / "printed", script) / "log.lammps")
    assert [stage.settings.timestep for stage in log.stages] == [0.002]


def test_what_fix_print_writes_between_the_pieces_of_a_run_is_no_command(tmp_path: Path) -> None:
    """The command that is carried out between them is one, also where it looks like what is printed."""
    script = 'variable d equal 7\nfix 1 all nve\nfix p all print 5 "timestep ${d}"\n'
    script += 'run 20 every 10 "print \'a piece\'" "timestep 0.0005"\n'
    log = read_lammps_log(run_argon(tmp_path / "printed", script) / "log.lammps")
    assert [stage.settings.timestep for stage in log.stages] == [0.001, 0.0005]
    script = 'variable d equal 7\nfix 1 all nve\nfix p all print 5 "timestep ${d}"\nrun 20 every 10 NULL\n'
    log = read_lammps_log(run_argon(tmp_path / "nothing", script) / "log.lammps")
    assert [stage.settings.timestep for stage in log.stages] == [0.001, 0.001]


def test_what_units_and_clear_leave_as_it_is(tmp_path: Path) -> None:
    """Variables stay (https://docs.lammps.org/clear.html), and so does a boundary that is given before the units."""
    script = "variable early equal 1\nboundary f f f\n" + argon() + "variable late equal 2\nfix 1 all nve\nrun 10\n"
    run_lammps(tmp_path, script + "clear\n" + argon() + "fix 1 all nve\nrun 10\n").checked()
    first, second = read_lammps_log(tmp_path / "log.lammps").stages
    assert (first.settings.periodic, second.settings.periodic) == (False, True)
    assert second.settings.variables.keys() >= {"early", "late"}
