"""Dumps of real runs, as the logs name them: those of beads, and files that the user names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.argon import argon, run_argon
from support.lammps_runs import run_lammps, run_partitions

from tumble.analysis import TrajectoryError
from tumble.analysis.reading.open import notes_of
from tumble.runs import open_run

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
    assert found.notes[0].startswith("What `log.lammps` says isn't used: ")


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
    with pytest.raises(TrajectoryError, match=r"`a\.dump` leaves atoms out; name files with `--trajectory`"):
        open_run(folder).universe()
    universe = open_run(folder, trajectory=[folder / "a.dump"]).universe()
    assert any(note.startswith("The trajectory has 16 of the 32 atoms") for note in notes_of(universe))
    universe = open_run(run_argon(tmp_path / "all", f"{script}dump_modify d {undone}\nrun 0\n")).universe()
    assert (len(universe.atoms), [note for note in notes_of(universe) if "atoms of the run" in note]) == (32, [])


def test_dump_that_begins_later_than_the_run_is_noted(tmp_path: Path) -> None:
    loop = "variable i loop 2\nlabel again\ndump d all custom 10 a.$i.dump id type x y z\nrun 20\nundump d\nnext i\n"
    folder = run_argon(tmp_path, f"fix 1 all nve\n{loop}jump in.lammps again\n")
    found = open_run(folder)
    assert found.trajectory.positions == (folder / "a.2.dump",)
    assert any(note.startswith("The trajectory, `a.2.dump`, begins at step 20;") for note in found.notes)
    assert not any("begins at step" in note for note in open_run(run_argon(tmp_path / "b", f"{DUMPED}run 20\n")).notes)
