"""Reading LAMMPS logs. The texts are those of real runs, cut short; tests/demo reads whole ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.argon import run_argon

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.runs import open_run

LOG = """\
LAMMPS (22 Jul 2025 - Update 4)
variable seed  index 4711           # of the initial velocities and of the thermostat
units         metal                 # eV, Å, ps, bar
read_data     water64.data          # type 1 is O, type 2 is H
pair_style    tumble symmetrize tetrahedral
pair_coeff    * * ${model} O H      # the elements of types 1 and 2
pair_coeff    * * water O H
timestep      0.0005                # ps
fix           integrate all nve
fix           bath all temp/csvr 310.0 310.0 0.05 ${seed}
fix           bath all temp/csvr 310.0 310.0 0.05 4711
compute       tumble all pair tumble          # the pair energy, and the frame torque
compute       sym all tumble/symmetry icosahedral
dump          trajectory all custom ${every} water.dump id type element xu yu zu vx vy vz
dump          trajectory all custom 10 water.dump id type element xu yu zu vx vy vz
run           1000
pair_style tumble: model water (/somewhere/water.pt), approximate invariance, cutoff 4 A, depth 2, float32
pair_style tumble: symmetrize tetrahedral, 12 rotations
   Step          Temp          PotEng         KinEng         TotEng       Econserve        Press       c_tumble[1] \
c_tumble[2]    c_tumble[3]    c_sym[1]    c_sym[2]    c_sym[3]    c_sym[4]
         0   300.5   -10.00   1.0  -9.0   -9.0    100.0    3.0  4.0  0.0   -10.0  -9.5  0.2  0.01
        10   310.5   -9.98    1.1  -8.9   -9.01   200.0    0.0  0.0  0.5   -9.98 -9.5  0.2  0.01
        20   290.5   -9.96    1.2  -8.8   -9.02   300.0    1.0  2.0  2.0   -9.96 -9.5  0.2  0.01
Loop time of 1 on 1 procs for 20 steps with 192 atoms
""".replace("\\\n", "")


def run(folder: Path, text: str = LOG) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "log.lammps").write_text(text)
    (folder / "water.dump").write_text("ITEM: TIMESTEP\n")
    (folder / "water.in").write_text("units metal\n")
    return folder


def test_log(tmp_path: Path) -> None:
    found = open_run(run(tmp_path / "bare"))
    assert (found.name, found.engine, found.beads, found.ensemble) == ("bare", "LAMMPS", 1, "NVT (velocity rescaling)")
    assert (found.timestep, found.temperature, found.thermostat) == (0.0005, 310.0, "global")
    assert found.time == pytest.approx([0, 0.005, 0.01])
    assert found.log["temperature"] == pytest.approx([300.5, 310.5, 290.5])
    assert found.log["potential"] == pytest.approx([-10.0, -9.98, -9.96])
    assert found.log["conserved"] == pytest.approx([-9.0, -9.01, -9.02])
    assert found.torque is not None
    assert found.torque[:, 0] == pytest.approx(np.array([[3, 4, 0], [0, 0, 0.5], [1, 2, 2]]))
    assert found.symmetry["energy_shift"] == pytest.approx([0.5, 0.48, 0.46])
    assert found.symmetry["energy_std"] == pytest.approx([0.2, 0.2, 0.2])
    assert found.symmetry["force_rms"] == pytest.approx([0.01, 0.01, 0.01])
    assert found.model == {"name": "water", "path": "/somewhere/water.pt"}
    assert found.symmetrize == "tetrahedral"
    assert found.trajectory.positions == (tmp_path / "bare" / "water.dump",)
    assert found.inputs == {"water.in": "units metal\n"}
    assert found.versions == {"LAMMPS": "22 Jul 2025 - Update 4"}


PLAIN = LOG.replace("pair_style    tumble symmetrize tetrahedral", "pair_style lj/cut 5").replace(
    LOG[LOG.index("pair_style tumble: ") : LOG.index("   Step")], ""
)


@pytest.mark.parametrize(
    "plain",
    [PLAIN, "clear\n" + PLAIN[PLAIN.index("units") :], "pair_style lj/cut 5\n" + PLAIN[PLAIN.index("run  ") :]],
    ids=["another process", "clear", "another pair style"],
)
def test_the_model_is_that_of_the_analyzed_stages(tmp_path: Path, plain: str) -> None:
    assert open_run(run(tmp_path / "plain", LOG + plain)).model == {}
    assert open_run(tmp_path / "plain").symmetrize is None
    averaged = open_run(run(tmp_path / "averaged", PLAIN.replace("22 Jul", "2 Aug") + LOG))
    assert (averaged.model["name"], averaged.symmetrize) == ("water", "tetrahedral")
    assert averaged.versions["LAMMPS"] == "22 Jul 2025 - Update 4"


def test_the_model_is_not_that_of_a_later_stage_without_a_trajectory(tmp_path: Path) -> None:
    later = "undump trajectory\npair_style tumble\npair_style tumble: symmetrize none, 1 rotation\n"
    found = open_run(run(tmp_path, LOG + later + LOG[LOG.index("   Step") :]))
    assert (found.model["name"], found.symmetrize) == ("water", "tetrahedral")


def test_the_model_stays_where_commands_are_no_longer_echoed(tmp_path: Path) -> None:
    found = open_run(run(tmp_path, LOG + "echo none\n" + LOG[LOG.index("   Step") :]))
    assert (found.model["name"], found.symmetrize) == ("water", "tetrahedral")


def test_dump_without_elements_takes_them_from_the_data_file(tmp_path: Path) -> None:
    folder = run(tmp_path, LOG.replace("id type element", "id type"))
    assert open_run(folder).trajectory.topology is None
    (folder / "water64.data").write_text("")
    assert open_run(folder).trajectory.topology == folder / "water64.data"


def test_run_that_is_not_over(tmp_path: Path) -> None:
    text = LOG[: LOG.index("Loop time")] + "        30   2"
    found = open_run(run(tmp_path, text))
    assert found.time == pytest.approx([0, 0.005, 0.01])


def test_real_units_are_converted(tmp_path: Path) -> None:
    text = LOG.replace("units         metal", "units real").replace("timestep      0.0005", "timestep 0.5")
    found = open_run(run(tmp_path, text))
    assert found.timestep == pytest.approx(0.0005)
    assert found.log["potential"][0] == pytest.approx(-10 * 4184 / 96485.332)  # kcal/mol to eV, by CODATA's faraday
    assert found.log["pressure"][0] == pytest.approx(101.325)


def test_other_units_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match=r"`units metal`.*`units real`, got"):
        open_run(run(tmp_path, LOG.replace("units         metal", "")))
    with pytest.raises(TrajectoryError, match="got `units lj`"):
        open_run(run(tmp_path, LOG.replace("units         metal", "units lj")))
    assert open_run(run(tmp_path, LOG.replace("units         metal", "")), units="real").timestep == 0.0005e-3


def test_runs_that_continue_each_other_are_joined_and_repeated_steps_dropped(tmp_path: Path) -> None:
    header = LOG[LOG.index("   Step") : LOG.index("         0   300.5")]
    row = "        {}   {}   -9.98    1.1  -8.9   -9.01   200.0    0.0  0.0  0.5   -9.98 -9.5  0.2  0.01\n"
    more = header + row.format(20, 1.0) + row.format(30, 2.0) + "Loop time of 1 on 1\n"
    found = open_run(run(tmp_path, LOG + more))
    assert found.time == pytest.approx([0, 0.005, 0.01, 0.015])
    assert found.log["temperature"] == pytest.approx([300.5, 310.5, 1.0, 2.0])
    anew = header + row.format(0, 1.0) + row.format(10, 2.0) + "Loop time of 1 on 1\n"  # after reset_timestep
    assert open_run(run(tmp_path, LOG + anew)).log["temperature"] == pytest.approx([1.0, 2.0])


def test_total_energy_is_conserved_only_without_a_thermostat(tmp_path: Path) -> None:
    without = LOG.replace("Econserve", "Enthalpy ")
    assert "conserved" not in open_run(run(tmp_path, without)).log
    free = "\n".join(line for line in without.splitlines() if "temp/csvr" not in line)
    found = open_run(run(tmp_path, free + "\n"))
    assert found.ensemble == "NVE"
    assert found.log["conserved"] == pytest.approx([-9.0, -8.9, -8.8])


def test_atoms_that_no_integrator_moves_are_noted(tmp_path: Path) -> None:
    lines = [line for line in LOG.splitlines() if not line.startswith("fix ")]
    lines.insert(7, "fix 1 water nvt temp 300 300 0.1\nfix 2 ions nve")
    found = open_run(run(tmp_path, "\n".join(lines) + "\n"))
    assert any(note.startswith("The integrators act on the groups `water`, `ions`: ") for note in found.notes)


@pytest.mark.parametrize(
    ("fix", "ensemble", "thermostat"),
    [
        ("bath all langevin 300 300 0.1 7", "NVT (Langevin)", "local"),
        ("bath all temp/rescale 10 300 300 1 1", "NVT (rescaling)", "global"),
        ("spin all momentum 10 angular", "unknown", None),
        ("drift all momentum 10 linear 1 1 1", "NVE", "none"),
        ("other all spring/self 1.0", "unknown", None),
        ("both all npt temp 300 300 0.1 iso 1 1 1", "NPT (Nosé–Hoover)", "global"),
        ("both all pimd/langevin method nmpimd temp 300", "path integral", "local"),
        ("bodies all rigid molecule", "NVE", "none"),
        ("bodies all rigid/nvt/small molecule temp 300 300 0.1", "NVT (Nosé–Hoover)", "global"),
        ("bodies all rigid/npt molecule temp 300 300 0.1 iso 1 1 1", "NPT (Nosé–Hoover)", "global"),
        ("bodies all rigid/nve/small molecule langevin 300 300 0.1 7", "NVT (Langevin)", "local"),
    ],
)
def test_ensembles(tmp_path: Path, fix: str, ensemble: str, thermostat: str | None) -> None:
    lines = [line for line in LOG.splitlines() if "temp/csvr" not in line]
    lines.insert(8, f"fix {fix}")
    found = open_run(run(tmp_path, "\n".join(lines) + "\n"))
    assert (found.ensemble, found.thermostat) == (ensemble, thermostat)
    if "300" in fix:
        assert found.temperature == 300.0
    assert not any("act on the groups" in note for note in found.notes)


STAGE = """\
run           10
   Step          Temp          PotEng
{}
Loop time of 1 on 1 procs for 20 steps with 192 atoms
"""
HEAD = """\
units         metal
read_data     water64.data
  read_data CPU = 0.001 seconds
"""


def stage(*steps: int, temperature: float = 300.0) -> str:
    return STAGE.format("\n".join(f"{step} {temperature} -10.0" for step in steps))


def test_comment_with_a_variable_hides_no_command(tmp_path: Path) -> None:
    found = open_run(run(tmp_path, HEAD + "timestep 0.00025   # ps; see $dt above\n" + stage(0, 10)))
    assert found.timestep == 0.00025


def test_time_step_of_a_restart_file_is_that_of_the_times_or_unknown(tmp_path: Path) -> None:
    restarted = "units metal\nread_restart water.restart\n"
    found = open_run(run(tmp_path, restarted + stage(100, 200)))
    assert (found.timestep, len(found.time)) == (None, 0)
    assert open_run(tmp_path, timestep=0.002).time == pytest.approx([0.2, 0.4])
    timed = restarted + stage(100, 200).replace("PotEng", "Time").replace("-10.0", "0.025", 1).replace("-10.0", "0.05")
    found = open_run(run(tmp_path, timed))
    assert found.timestep == pytest.approx(0.00025)
    assert found.time == pytest.approx([0.025, 0.05])


def test_fixes_that_are_alive_in_the_last_run_count(tmp_path: Path) -> None:
    text = HEAD + "fix 1 all nvt temp 500 500 0.1\n" + stage(0, 10, temperature=500.0)
    text += "unfix 1\nfix 1 all nve\n" + stage(10, 20, temperature=310.0)
    found = open_run(run(tmp_path, text))
    assert (found.ensemble, found.thermostat, found.temperature) == ("NVE", "none", 310.0)
    assert found.time == pytest.approx([0.01, 0.02])


@pytest.mark.parametrize("fix", ["langevin v_T 1.0 0.1 1", "nvt temp 300 400 0.1"])
def test_temperature_that_changes_is_unknown(tmp_path: Path, fix: str) -> None:
    assert open_run(run(tmp_path, HEAD + f"fix 1 all {fix}\n" + stage(0, 10))).temperature is None


def test_minimization_is_no_time(tmp_path: Path) -> None:
    minimized = stage(0, 7, 10).replace("run           10", "minimize 1e-4 1e-6 200 1000")
    found = open_run(run(tmp_path, HEAD + "fix 1 all nve\n" + minimized + stage(10, 20)))
    assert found.time == pytest.approx([0.01, 0.02])


def test_lines_off_the_grid_are_left_out_with_a_note(tmp_path: Path) -> None:
    found = open_run(run(tmp_path, HEAD + stage(0, 10, 20, 25) + stage(25, 30, 40, 50)))
    assert found.time == pytest.approx([0.0, 0.01, 0.02, 0.03, 0.04, 0.05])
    assert found.notes == ("1 rows of the log at irregular steps are left out.",)


def test_dump_of_all_positions_that_the_last_run_wrote(tmp_path: Path) -> None:
    text = HEAD + "dump early all custom 10 early.dump id element x y z\n" + stage(0, 10) + "undump early\n"
    text += "dump part hydrogen custom 1 part.dump id element x y z\n"
    text += "dump forces all custom 1 forces.dump id element fx fy fz\n"
    text += "dump late all custom 10 late.dump id element x y z\n" + stage(10, 20)
    folder = run(tmp_path, text)
    for name, size in (("early", 1000), ("part", 800), ("forces", 600), ("late", 10)):
        (folder / f"{name}.dump").write_text("x" * size)
    assert open_run(folder).trajectory.positions == (folder / "late.dump",)


def test_dump_of_a_file_for_each_frame(tmp_path: Path) -> None:
    folder = run(tmp_path, HEAD + "dump all all custom 10 frame.*.dump id element x y z\n" + stage(0, 10))
    for step in (0, 10, 100, 20):
        (folder / f"frame.{step}.dump").write_text("")
    names = [path.name for path in open_run(folder).trajectory.positions]
    assert names == ["frame.0.dump", "frame.10.dump", "frame.20.dump", "frame.100.dump"]


YAML = """\
keywords: ['Step', 'Temp', 'PotEng', ]
data:
  - [0, 300.5, -10.0, ]
  - [10, 310.5, -9.98, ]
"""
MULTI = """\
------------ Step              0 ----- CPU =            0 (sec) -------------
TotEng   =        -9.0000 KinEng   =         1.0000 Temp     =       300.5000
PotEng   =       -10.0000
------------ Step             10 ----- CPU =    0.0034871 (sec) -------------
TotEng   =        -8.9000 KinEng   =         1.1000 Temp     =       310.5000
PotEng   =        -9.9800
"""


@pytest.mark.parametrize("table", [YAML, MULTI])
@pytest.mark.parametrize("end", ["", "Loop time of 1 on 1 procs for 10 steps with 192 atoms\n"])
def test_other_styles_of_thermo_output(tmp_path: Path, table: str, end: str) -> None:
    found = open_run(run(tmp_path, HEAD + "run 10\n" + table + end))
    assert found.time == pytest.approx([0.0, 0.01])
    assert found.log["temperature"] == pytest.approx([300.5, 310.5])
    assert found.log["potential"] == pytest.approx([-10.0, -9.98])


def test_energies_per_atom_are_made_those_of_all(tmp_path: Path) -> None:
    found = open_run(run(tmp_path, HEAD + "thermo_modify norm yes\n" + stage(0, 10)))
    assert found.log["potential"] == pytest.approx([-1920.0, -1920.0])


def test_partitions(tmp_path: Path) -> None:
    folder = run(tmp_path, "LAMMPS (22 Jul 2025)\nRunning on 2 partitions of processors\n")
    with pytest.raises(TrajectoryError, match=r"one partition, got .*`log\.lammps\.0`"):
        open_run(folder)
    bead = HEAD + "fix 1 all pimd/langevin ensemble nvt temp 300.0\n" + stage(0, 10, temperature=1400.0)
    (folder / "log.lammps.0").write_text(bead)
    found = open_run(folder / "log.lammps.0")
    assert (found.temperature, found.ensemble, found.thermostat) == (300.0, "path integral", "local")
    assert "temperature" not in found.log


def test_folder_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match="found neither"):
        open_run(tmp_path)
    with pytest.raises(TrajectoryError, match="found no such file"):
        open_run(tmp_path / "nothing.dump")
    (run(tmp_path) / "water.dump").unlink()
    with pytest.raises(NotApplicableError, match="trajectory, found none"):
        open_run(tmp_path).universe()


def test_what_the_user_says_counts(tmp_path: Path) -> None:
    found = open_run(run(tmp_path), name="a", trajectory=["b.dcd"], topology="t.data")
    assert (found.name, found.trajectory.positions, found.trajectory.topology) == (
        "a",
        (Path("b.dcd"),),
        Path("t.data"),
    )
    assert open_run(tmp_path, timestep=0.0005, temperature=310.0, units="metal").notes == ()


def test_what_the_user_says_wins_with_a_note_where_the_run_says_another(tmp_path: Path) -> None:
    found = open_run(run(tmp_path), timestep=0.001, temperature=250.0, units="real")
    assert (found.timestep, found.temperature, found.trajectory.units) == (0.001, 250.0, "real")
    assert found.time == pytest.approx([0, 0.01, 0.02])
    assert found.torque_time == pytest.approx([0, 0.01, 0.02])
    assert found.log["potential"][0] == pytest.approx(-10 * 4184 / 96485.332)
    assert found.notes == (
        "Units are `real`, as given; the log has `units metal`.",
        "The time step is 1 fs, as given; that of the log is 0.0005 fs.",
        "The temperature is 250 K, as given; that of the run is 310 K.",
    )


@pytest.mark.parametrize(
    ("boundary", "periodic"),
    [("", True), ("boundary p p f\n", True), ("boundary f s m\n", False), ("boundary ff sm fs\n", False)],
)
def test_boundaries(tmp_path: Path, boundary: str, periodic: bool) -> None:
    assert open_run(run(tmp_path, LOG.replace("read_data", boundary + "read_data", 1))).periodic is periodic


def test_boundaries_that_are_not_known(tmp_path: Path) -> None:
    restarted = LOG.replace("read_data     water64.data ", "read_restart  water.restart")
    assert open_run(run(tmp_path / "restarted", restarted)).periodic is None


@pytest.mark.parametrize(
    ("fix", "damping", "pressure"),
    [
        ("all nvt temp 90 90 100.0", 0.1, None),
        ("all npt temp 90 90 50.0 iso 10.0 10.0 1000.0", 0.05, 10.1325),
        ("all npt temp 90 90 50.0 x 2.0 2.0 1000.0 y 2.0 2.0 1000.0", 0.05, 2.0265),
        ("all npt temp 90 90 50.0 iso 10.0 100.0 1000.0", 0.05, None),
        ("all nph aniso 1.0 1.0 1000.0", None, 1.01325),
        ("all nve", None, None),
    ],
)
def test_time_of_the_thermostat_and_pressure(
    tmp_path: Path, fix: str, damping: float | None, pressure: float | None
) -> None:
    """In units of real: fs and atm."""
    found = open_run(run_argon(tmp_path, f"fix 1 {fix}\nrun 2\n", units="real"))
    assert found.damping == (None if damping is None else pytest.approx(damping))
    assert found.pressure == (None if pressure is None else pytest.approx(pressure))


def test_time_of_a_thermostat_next_to_an_integrator(tmp_path: Path) -> None:
    found = open_run(run_argon(tmp_path, "fix 1 all nve\nfix 2 all langevin 90 90 0.25 7\nrun 2\n"))
    assert found.damping == 0.25
