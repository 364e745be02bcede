"""Dumps of real runs, as the logs name them: those of beads, and files that the user names."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from support.argon import argon, run_argon
from support.lammps_runs import run_lammps, run_partitions

from tumble.errors import NotApplicableError
from tumble.runs import open_run
from tumble.trajectories.open import notes_of

COLUMNS = "id type x y z vx vy vz"
DUMPED = f"fix 1 all nve\ndump d all custom 10 a.dump {COLUMNS}\n"


@pytest.fixture(scope="module")
def beads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four beads of `fix pimd/langevin` at 20 K, whose dumps have velocities of normal modes."""
    folder = tmp_path_factory.mktemp("beads")
    script = argon().replace("atom_style atomic", "atom_style atomic\natom_modify map array sort 0 0.0")
    script += (
        "variable b uloop 4 pad\nfix 1 all pimd/langevin method nmpimd ensemble nvt temp 20 thermostat PILE_L 7 tau 0.1"
        "\ntimestep 0.002\ndump d all custom 10 bead.$b.dump id type element x y z vx vy vz\n"
        "dump_modify d element Ar\nrun 60\n"
    )
    run_partitions(folder, script, "4x1").checked()
    return folder


def test_one_bead_is_no_classical_trajectory(beads: Path) -> None:
    """By its log, or by the name of its dump."""
    for path in (beads / "log.lammps.2", beads / "bead.3.dump"):
        found = open_run(path)
        assert (found.engine, found.ensemble, found.temperature) == ("LAMMPS", "path integral", 20.0)
        assert found.trajectory.positions == (beads / "bead.3.dump",)
        universe = found.universe()
        assert not universe.trajectory.ts.has_velocities
        assert any(note.startswith("These are positions of one bead") for note in notes_of(universe))
        assert not {"temperature", "kinetic", "conserved"} & set(found.log)


def test_beads_by_a_pattern_have_what_their_logs_say(beads: Path) -> None:
    found = open_run(beads / "bead.*.dump", beads=True)
    assert (found.engine, found.ensemble, found.temperature, found.beads) == ("LAMMPS", "path integral", 20.0, 4)
    universe = found.universe()
    assert universe.trajectory.n_beads == 4
    assert universe.trajectory.frame_times == pytest.approx(0.02 * np.arange(7))
    assert found.log == {}  # that of one bead is none of all


def test_named_trajectory_keeps_what_the_run_knows(tmp_path: Path) -> None:
    script = f"fix 1 all nve\ndump d all custom 10 a.dump {COLUMNS}\n"
    folder = run_argon(tmp_path, script + "dump e all custom 20 b.dump id type x y z vx vy vz\nrun 40\n")
    (folder / "elsewhere").mkdir()
    copied = folder / "elsewhere" / "converted.dump"
    copied.write_text((folder / "b.dump").read_text())
    (folder / "argon.data").write_text(_data(folder / "a.dump"))
    own = open_run(folder, topology=folder / "argon.data").universe()
    assert own.trajectory.ts.has_velocities
    for named in (folder / "b.dump", copied):
        found = open_run(folder, topology=folder / "argon.data", trajectory=[named])
        assert (found.trajectory.positions, found.trajectory.units) == ((named,), "metal")
        universe = found.universe()
        assert universe.trajectory.frame_times == pytest.approx([0, 0.02, 0.04])
        np.testing.assert_allclose(universe.trajectory[1].velocities, own.trajectory[2].velocities)


def _data(dump: Path) -> str:
    """A data file for the atoms of a dump of argon."""
    rows = [line.split() for line in dump.read_text().splitlines()[9:41]]
    atoms = "".join(f"{row[0]} {row[1]} {row[2]} {row[3]} {row[4]}\n" for row in rows)
    head = "argon\n\n32 atoms\n1 atom types\n0 10.52 xlo xhi\n0 10.52 ylo yhi\n0 10.52 zlo zhi\n\n"
    return head + f"Masses\n\n1 39.948\n\nAtoms # atomic\n\n{atoms}"


def test_data_file_is_the_topology_of_whatever_does_not_name_its_atoms(tmp_path: Path) -> None:
    """A dump of types alone takes elements from `read_data`; a file with elements has its own."""
    start = run_argon(tmp_path / "start", "write_data argon.data nocoeff\n")
    script = "units metal\natom_style atomic\nread_data argon.data\npair_style lj/cut 5.0\npair_coeff * * 0.0104 3.4\n"
    script += f"velocity all create 90 1\nfix 1 all nve\ndump d all custom 10 a.dump {COLUMNS}\n"
    script += "dump e all custom 20 e.dump id type element x y z\ndump_modify e element Ar\nrun 40\n"
    run_lammps(start, script).checked()
    (start / "copies").mkdir()
    for name in ("a.dump", "e.dump"):
        (start / "copies" / name).write_text((start / name).read_text())
        for path in (start / name, start / "copies" / name):
            universe = open_run(start, trajectory=[path]).universe()
            assert set(universe.atoms.elements) == {"Ar"}
            assert universe.trajectory.ts.has_velocities == (name == "a.dump")
    assert open_run(start / "a.dump").universe().trajectory.ts.has_velocities  # as its log lies next to it


def test_file_that_no_log_names_stays_alone(tmp_path: Path) -> None:
    folder = run_argon(tmp_path, f"fix 1 all nve\ndump d all custom 10 a.dump {COLUMNS}\nrun 20\n")
    (folder / "b.dump").write_text((folder / "a.dump").read_text())
    assert open_run(folder / "b.dump").engine == "unknown"
    assert open_run(folder / "a.dump").engine == "LAMMPS"
    log = folder / "log.lammps"
    log.write_text(log.read_text().replace("units metal", "units lj"))
    found = open_run(folder / "a.dump")
    assert found.engine == "unknown"
    assert found.notes[0].startswith("`log.lammps` isn't used: ")


@pytest.mark.parametrize("where", ["", "dumps/", "absolute"])
def test_file_for_each_step_in_any_folder(tmp_path: Path, where: str) -> None:
    """LAMMPS puts the step in the place of the first `*` alone."""
    folder = tmp_path.resolve()
    name = (f"{folder}/dumps/" if where == "absolute" else where) + "a.*.[1].*"
    (folder / "dumps").mkdir()
    run_argon(folder, f"fix 1 all nve\ndump d all custom 10 {name} {COLUMNS}\nrun 20\n")
    written = tuple((folder if where == "" else folder / "dumps") / f"a.{step}.[1].*" for step in (0, 10, 20))
    assert open_run(folder).trajectory.positions == written


def test_dump_that_can_be_read_is_taken_before_a_larger_one_that_can_not(tmp_path: Path) -> None:
    others = "dump e all custom 1 e.bin id x y z\ndump f all custom/gz 1 f.gz id x y z\ndump g all atom 1 g.%.dump\n"
    folder = run_argon(tmp_path, f"fix 1 all nve\ndump d all custom 10 a.dump {COLUMNS}\n{others}run 20\n")
    assert open_run(folder).trajectory.positions == (folder / "a.dump",)


@pytest.mark.parametrize(("keyword", "undone"), [("thresh x < 5", "thresh none"), ("region half", "region none")])
def test_dump_of_some_atoms_is_taken_where_it_is_named_with_a_note(tmp_path: Path, keyword: str, undone: str) -> None:
    dump = f"region half block 0 0.9 0 2 0 2\nfix 1 all nve\ndump d all custom 10 a.dump element {COLUMNS}\n"
    script = f"{dump}dump_modify d element Ar {keyword}\n"
    folder = run_argon(tmp_path / "some", script + "run 0\n")
    with pytest.raises(NotApplicableError, match=r"`a\.dump`.*`--trajectory`"):
        open_run(folder).universe()
    universe = open_run(folder, trajectory=[folder / "a.dump"]).universe()
    assert any(note.startswith("The trajectory has 16 of the 32 atoms") for note in notes_of(universe))
    universe = open_run(run_argon(tmp_path / "all", f"{script}dump_modify d {undone}\nrun 0\n")).universe()
    assert (len(universe.atoms), [note for note in notes_of(universe) if "atoms of the run" in note]) == (32, [])


def test_dump_that_begins_later_than_the_run_is_noted(tmp_path: Path) -> None:
    stages = [f"dump d all custom 10 {name}.dump id type x y z\nrun 20\nundump d\n" for name in ("start", "end")]
    folder = run_argon(tmp_path, "fix 1 all nve\n" + "".join(stages))
    found = open_run(folder)
    assert found.trajectory.positions == (folder / "end.dump",)
    assert any(note.startswith("The trajectory, `end.dump`, begins at step 20;") for note in found.notes)
    assert not any("begins at step" in note for note in open_run(run_argon(tmp_path / "b", f"{DUMPED}run 20\n")).notes)


_LOOP = """\
fix 1 all nve
variable i loop 11
label again
{turn}
dump d all custom 10 a.$i.dump id type element x y z
dump_modify d element Ar
run 20
undump d
next i
jump in.lammps again
"""


def test_dumps_of_the_turns_of_a_loop_are_one_trajectory(tmp_path: Path) -> None:
    folder = run_argon(tmp_path, _LOOP.format(turn=""))
    found = open_run(folder)
    assert [path.name for path in found.trajectory.positions] == [f"a.{number}.dump" for number in range(1, 12)]
    assert not any("dump" in note for note in found.notes)
    trajectory = found.universe().trajectory
    assert trajectory.steps.tolist() == list(range(0, 221, 10))
    assert trajectory.frame_times == pytest.approx(0.001 * trajectory.steps)
    (folder / "a.8.dump").unlink()
    found = open_run(folder)
    assert found.universe().trajectory.steps.tolist() == list(range(160, 221, 10))
    assert any(note.startswith("The trajectory, `a.9.dump`, begins at step 160;") for note in found.notes)


def test_dumps_of_turns_under_other_settings_are_named(tmp_path: Path) -> None:
    folder = run_argon(tmp_path, _LOOP.format(turn="timestep $(0.0001*v_i)"))
    found = open_run(folder)
    assert found.universe().trajectory.steps.tolist() == [200, 210, 220]
    assert (
        "Dumps of earlier stages, which the analyzed ones don't continue, are left out: `a.1.dump`, `a.2.dump`, "
        "`a.3.dump` and 7 more; name one."
    ) in found.notes
    third = open_run(folder / "a.3.dump")
    assert (third.timestep, third.universe().trajectory.steps.tolist()) == (pytest.approx(0.0003), [40, 50, 60])
    several = open_run(folder, trajectory=[folder / f"a.{number}.dump" for number in (9, 10, 11)])
    assert several.universe().trajectory.steps.tolist() == [210, 220]


APPENDED = "dump d all custom 10 a.dump id type element x y z\ndump_modify d element Ar append yes\n"


def test_frames_that_another_run_wrote_to_the_same_file_do_not_count(tmp_path: Path) -> None:
    """Two processes, each with its own log and time step; the second goes on with the dump of the first."""
    folder = run_argon(tmp_path, f"fix 1 all nve\ntimestep 0.001\n{APPENDED}run 40\nwrite_restart a.restart\n")
    (folder / "log.lammps").rename(folder / "log.first")
    again = "units metal\nread_restart a.restart\nthermo 10\npair_style lj/cut 5.0\npair_coeff * * 0.0104 3.40\n"
    run_lammps(folder, f"{again}fix 1 all nve\ntimestep 0.0005\n{APPENDED}run 25\n").checked()
    for log, timestep, steps in (("log.first", 0.001, [0, 10, 20, 30, 40]), ("log.lammps", 0.0005, [40, 50, 60])):
        found = open_run(folder / log)
        assert (found.timestep, found.universe().trajectory.steps.tolist()) == (timestep, steps)
    assert any("4 of 7 frames" in note for note in notes_of(open_run(folder).universe()))
    joined = folder / "both.log"
    joined.write_text((folder / "log.first").read_text() + (folder / "log.lammps").read_text())
    assert open_run(joined).universe().trajectory.steps.tolist() == [50, 60]
    joined.write_text(joined.read_text().replace("timestep 0.0005", "timestep 0.001"))
    assert open_run(joined).universe().trajectory.steps.tolist() == [0, 10, 20, 30, 40, 50, 60]


def test_frames_without_steps_in_a_file_that_was_appended_to_are_noted(tmp_path: Path) -> None:
    appended = APPENDED.replace("custom 10 a.dump id type element x y z", "xyz 10 a.xyz")
    folder = run_argon(tmp_path, f"fix 1 all nve\n{appended}run 20\n")
    text = re.sub(r"Atoms. Timestep: \d+", "argon", (folder / "a.xyz").read_text())
    (folder / "a.xyz").write_text(text)
    universe = open_run(folder).universe()
    assert len(universe.trajectory) == 3
    assert any("have no steps: if other runs wrote to it" in note for note in notes_of(universe))


def test_dump_of_another_run_under_the_same_name_is_refused(tmp_path: Path) -> None:
    """It was begun anew in this log, so that frames before its first step can't be its own."""
    run = f"fix 1 all nve\n{APPENDED.replace(' append yes', '')}run 20\n"
    folder = run_argon(tmp_path, run)
    other = (folder / "a.dump").read_bytes()
    run_argon(tmp_path, f"reset_timestep 5000\n{run}")
    assert open_run(folder).universe().trajectory.steps.tolist() == [5000, 5010, 5020]
    (folder / "a.dump").write_bytes(other)
    with pytest.raises(NotApplicableError, match=r"from step 5000 to step 5020.* got steps 0 to 20"):
        open_run(folder).universe()


def test_turns_that_begin_with_other_velocities_are_no_one_trajectory(tmp_path: Path) -> None:
    folder = run_argon(tmp_path, _LOOP.format(turn="velocity all create 90 $(v_i+1)"))
    found = open_run(folder)
    assert [path.name for path in found.trajectory.positions] == ["a.11.dump"]
    assert found.log["Step"].tolist() == [200, 210, 220]
