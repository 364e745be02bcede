"""Which stages of real runs count, and which frames belong to them; the right values are those of the inputs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from support.argon import run_argon
from support.lammps_runs import run_lammps

from tumble.errors import NotApplicableError
from tumble.runs import open_run
from tumble.runs.lammps.part import _lasting
from tumble.trajectories.open import notes_of

DUMP = "dump d all custom 10 a.dump id type element x y z vx vy vz\ndump_modify d element Ar\n"
NVE = "fix 1 all nve\ntimestep 0.00025\n"


def steps(folder: Path, **arguments: object) -> list[int]:
    return open_run(folder, **arguments).universe().trajectory.steps.tolist()


def test_frames_of_a_minimization_and_of_another_time_step_do_not_count(tmp_path: Path) -> None:
    script = "displace_atoms all random 0.3 0.3 0.3 1\n" + DUMP + "minimize 0 0 17 100\n"
    script += "fix 0 all nvt temp 90 90 0.1\ntimestep 0.002\nrun 33\nunfix 0\n" + NVE + "run 40\nrun 10\n"
    found = open_run(run_argon(tmp_path, script))
    assert (found.ensemble, found.timestep) == ("NVE", 0.00025)
    universe = found.universe()
    kept = universe.trajectory.steps
    assert kept.tolist() == [60, 70, 80, 90, 100]  # 17 steps, 33 steps, and then these 50
    assert universe.trajectory.frame_times == pytest.approx(kept * 0.00025)
    assert any("other stages or runs" in note for note in notes_of(universe))


def test_dump_that_begins_with_the_stage_counts_whole(tmp_path: Path) -> None:
    script = "fix 0 all nvt temp 90 90 0.1\nrun 20\nunfix 0\n" + NVE + DUMP + "run 20\nminimize 0 0 5 5\nrun 0\n"
    folder = run_argon(tmp_path, script)
    assert steps(folder) == [20, 30, 40]  # and none of the minimization
    assert open_run(folder).ensemble == "NVE"


def test_steps_that_begin_anew(tmp_path: Path) -> None:
    """The frame of step 0 is that of the earlier stage, which a frame of the later one doesn't replace."""
    script = DUMP + "fix 0 all nvt temp 90 90 0.1\nrun 30\nunfix 0\nundump d\nreset_timestep 0\n" + NVE + DUMP
    assert steps(run_argon(tmp_path, script + "dump_modify d append yes first no\nrun 20\n")) == [10, 20]


def test_dump_that_goes_on_with_the_file_of_another(tmp_path: Path) -> None:
    script = DUMP + "fix 0 all nvt temp 90 90 0.1\nrun 30\nunfix 0\nundump d\n" + NVE + DUMP
    assert steps(run_argon(tmp_path, script + "dump_modify d append yes\nrun 20\n")) == [40, 50]


def test_last_run_with_a_trajectory_counts(tmp_path: Path) -> None:
    script = NVE + DUMP + "run 30\nundump d\nunfix 1\nfix 0 all nvt temp 90 90 0.1\nrun 20\n"
    found = open_run(run_argon(tmp_path, script))
    assert (found.ensemble, found.time[-1]) == ("NVE", pytest.approx(0.0075))
    assert any("from step 30 on isn't analyzed" in note for note in found.notes)
    assert steps(tmp_path) == [0, 10, 20, 30]


def test_another_potential_is_another_run(tmp_path: Path) -> None:
    script = NVE + DUMP + "run 20\npair_coeff * * 0.02 3.4\nrun 20\n"
    assert open_run(run_argon(tmp_path, script)).time == pytest.approx([0.005, 0.0075, 0.01])
    assert steps(tmp_path) == [30, 40]


@pytest.mark.parametrize(
    ("command", "goes_on"),
    [
        ("displace_atoms all move 1 0 0", False),
        ("change_box all x scale 1.01 remap", False),
        ("set atom 1 x 0.1", False),
        ("velocity all create 90 1", False),
        ("velocity all zero linear", True),
        ("velocity all scale 80", True),
        ("group some id 1", True),
    ],
)
def test_stage_does_not_go_on_from_atoms_that_a_command_changed(tmp_path: Path, command: str, goes_on: bool) -> None:
    script = f"{NVE}{DUMP}run 20\n{command}\nrun 20\n"
    assert steps(run_argon(tmp_path, script)) == ([0, 10, 20, 30, 40] if goes_on else [30, 40])


def test_stage_that_was_halted_between_two_rows_counts_to_its_end(tmp_path: Path) -> None:
    halt = "variable s equal step\nfix h all halt 1 v_s > 33 error continue\nthermo 20\n"
    assert steps(run_argon(tmp_path, NVE + DUMP + halt + "run 100\nunfix h\nrun 0\n")) == [0, 10, 20, 30]


def test_what_was_run_without_a_log_does_not_count(tmp_path: Path) -> None:
    folder = run_argon(tmp_path, NVE + DUMP + "run 20\nlog none\ntimestep 0.002\nrun 20\n")
    assert steps(folder) == [0, 10, 20]
    assert "The log ends before the run (`log none`): the rest of the run is unknown." in open_run(folder).notes


def test_log_without_steps(tmp_path: Path) -> None:
    script = "thermo_style custom temp pe\nfix 1 all nvt temp 50 50 0.1\n" + DUMP + "run 20\nunfix 1\n" + NVE
    found = open_run(run_argon(tmp_path, script + "run 20\nminimize 0 0 2 2\n"))
    assert (found.ensemble, found.timestep, len(found.time)) == ("NVE", 0.00025, 0)
    assert any(note.startswith("The log has no rows with steps") for note in found.notes)


def test_pieces_of_a_run_without_setup(tmp_path: Path) -> None:
    script = NVE + DUMP + "run 0\nvariable i loop 4\nlabel l\nrun 10 pre no post no\nnext i\njump in.lammps l\n"
    found = open_run(run_argon(tmp_path, script))
    assert found.time == pytest.approx(0.0025 * np.arange(5))
    assert steps(tmp_path) == [0, 10, 20, 30, 40]


def test_minimization_alone_has_no_times(tmp_path: Path) -> None:
    found = open_run(run_argon(tmp_path, "timestep 0.001\n" + DUMP + "minimize 0 0 20 100\n"))
    assert (found.ensemble, found.timestep, len(found.time)) == ("minimization", None, 0)
    assert any("`minimize` and no dynamics" in note for note in found.notes)
    assert "temperature" not in found.log


def test_frames_without_steps_are_refused_where_others_may_be_among_them(tmp_path: Path) -> None:
    script = "dump d all xyz 10 a.xyz\ndump_modify d element Ar\nfix 1 all nve\nrun 20\n" + NVE + "run 20\n"
    folder = run_argon(tmp_path, script)
    assert steps(folder) == [30, 40]
    text = (folder / "a.xyz").read_text()
    for step in (0, 10, 20, 30, 40):
        text = text.replace(f"Atoms. Timestep: {step}\n", "argon\n")
    (folder / "a.xyz").write_text(text)
    with pytest.raises(NotApplicableError, match=r"`files`: .*step 21 .*a\.xyz`.* got none"):
        open_run(folder).universe()


CHAINED = (
    "fix 1 all nve\ntimestep 0.001\ndump d all custom 5 {0} id type element xu yu zu\n"
    "dump_modify d element Ar append yes\n"
)
RESTARTED = "units metal\nread_restart a.20.restart\nthermo 10\npair_style lj/cut 5.0\npair_coeff * * 0.0104 3.40\n"


@pytest.mark.parametrize("dumps", [("a.dump", "a.dump"), ("a.1.dump", "a.2.dump")])
def test_logs_of_a_chain_of_restarts_that_were_joined(tmp_path: Path, dumps: tuple[str, str]) -> None:
    """The first process went on after it had written the restart file, until its time was up."""
    folder = run_argon(tmp_path, f"{CHAINED.format(dumps[0])}restart 20 a.*.restart\nrun 35\n")
    first = (folder / "log.lammps").read_text()
    run_lammps(folder, f"{RESTARTED}{CHAINED.format(dumps[1])}run 40\n").checked()
    second = (folder / "log.lammps").read_text()
    (folder / "log.lammps").write_text(first + second)
    found = open_run(folder)
    assert found.log["Step"].tolist() == [0, 10, 20, 30, 40, 50, 60]
    assert found.universe().trajectory.steps.tolist() == list(range(0, 65, 5))
    # Another run from the same restart file is a beginning, not what follows.
    (folder / "log.lammps").write_text(second + second)
    assert open_run(folder).log["Step"].tolist() == [20, 30, 40, 50, 60]


def test_start_counts_within_the_part(tmp_path: Path) -> None:
    from tumble.observables.base.opened_run import OpenedRun
    from tumble.observables.base.settings import Settings

    folder = run_argon(tmp_path, DUMP + "fix 1 all nve\nrun 20\n" + NVE + "run 60\n")
    opened = OpenedRun(open_run(folder), Settings(start=0.01))
    first, stop = opened.frames()
    times = opened.universe.trajectory.frame_times[first:stop]
    assert times == pytest.approx(0.00025 * np.arange(40, 81, 10))
    opened.close()


def test_continuation_from_a_restart_file_is_one_run(tmp_path: Path) -> None:
    """As `tumble run` writes it: other random numbers, appended files, a start between two rows of thermo output."""
    bath = "fix 0 all langevin 90 90 0.1 {seed}\nfix 2 all ave/time 5 1 5 c_thermo_temp {word} t.txt\n"
    dump = DUMP
    first = NVE + dump + bath.format(seed=1, word="file") + "restart 25 a.restart\nrun 25\n"
    folder = run_argon(tmp_path, first)
    log = (folder / "log.lammps").read_text()
    begun = log[: re.search(r"^ +25 ", log, re.MULTILINE).start()]  # killed before it wrote the row of step 25
    script = "units metal\nread_restart a.restart.25\ntimestep $(dt)\n"
    script += "pair_style lj/cut 5.0\npair_coeff * * 0.0104 3.40\nthermo 10\n"
    script += NVE + dump + "dump_modify d append yes\n" + bath.format(seed=7, word="append") + "run 25\n"
    run_lammps(folder, script).checked()
    continued = (folder / "log.lammps").read_text().partition("\n")[2]
    (folder / "log.lammps").write_text(begun + continued)
    found = open_run(folder)
    assert steps(folder) == [0, 10, 20, 30, 40, 50]
    assert found.time[[0, -1]] == pytest.approx([0.0, 0.0125])
    assert found.ensemble == "NVT (Langevin)"
    assert found.periodic is True


def test_seeds_may_differ_between_the_starts_of_a_run() -> None:
    words = "fix 1 all pimd/langevin temp 300 thermostat PILE_L {} tau {}"
    one, other, third = ({"1": words.format(seed, tau).split()} for seed, tau in ((1, 0.1), (21, 0.1), (21, 0.2)))
    assert _lasting(one) == _lasting(other) != _lasting(third)
