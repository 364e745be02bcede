"""Reading LAMMPS logs. The texts are those of real runs, cut short; tests/demo reads whole ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tumble.analysis import TrajectoryError
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
fix           bath all temp/csvr 300.0 310.0 0.05 ${seed}
fix           bath all temp/csvr 300.0 310.0 0.05 4711
compute       tumble all pair tumble          # the pair energy, and the frame torque
compute       sym all tumble/symmetry icosahedral
dump          trajectory all custom ${every} water.dump id type element xu yu zu vx vy vz
dump          trajectory all custom 10 water.dump id type element xu yu zu vx vy vz
run           1000
pair_style tumble: model water (/somewhere/water.pt), approximate invariance, cutoff 4 A, depth 2, float32
pair_style tumble: symmetrize tetrahedral, 12 frames
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
    with pytest.raises(TrajectoryError, match="expected `units metal` or `units real`, got `units lj`"):
        open_run(run(tmp_path, LOG.replace("units         metal", "")))


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


@pytest.mark.parametrize(
    ("fix", "ensemble", "thermostat"),
    [
        ("bath all langevin 300 300 0.1 7", "NVT (Langevin)", "local"),
        ("both all npt temp 300 300 0.1 iso 1 1 1", "NPT (Nosé–Hoover)", "global"),
        ("both all pimd/langevin method nmpimd", "NVT (PILE-L)", "local"),
    ],
)
def test_ensembles(tmp_path: Path, fix: str, ensemble: str, thermostat: str) -> None:
    lines = [line for line in LOG.splitlines() if "temp/csvr" not in line]
    lines.insert(8, f"fix {fix}")
    found = open_run(run(tmp_path, "\n".join(lines) + "\n"))
    assert (found.ensemble, found.thermostat) == (ensemble, thermostat)


def test_folder_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match=r"expected a folder with an input of i-PI .* found neither; name a traj"):
        open_run(tmp_path)
    with pytest.raises(TrajectoryError, match="expected a run or a trajectory, found no such file"):
        open_run(tmp_path / "nothing.dump")
    (run(tmp_path) / "water.dump").unlink()
    with pytest.raises(TrajectoryError, match="expected a trajectory, found none"):
        open_run(tmp_path).universe()


def test_what_the_user_says_counts(tmp_path: Path) -> None:
    found = open_run(
        run(tmp_path), name="a", timestep=0.001, temperature=250.0, trajectory=["b.dcd"], topology="t.data"
    )
    assert (found.name, found.timestep, found.temperature) == ("a", 0.001, 250.0)
    assert (found.trajectory.positions, found.trajectory.topology) == ((Path("b.dcd"),), Path("t.data"))
