"""What users do in one input script: restarts, several runs, clear, new IDs, deleted atoms, minimize, rerun.

Every energy and force is compared with the core's own at the positions that LAMMPS writes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.lammps_frames import COLUMNS, DUMP_FORMAT, Frame, core_result, read_frames
from support.lammps_runs import run_lammps, scattered_ids, system_script, with_pair
from support.systems import systems

from tumble.lammps import plugin_folder

SYSTEMS = systems()
SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]
THERMO = "thermo_style custom step pe etotal pxx\nthermo_modify norm no line yaml format float %.17g\n"
NVE = "fix 1 all nve\ntimestep 4e-4\n"
VELOCITIES = "velocity all create 900 1 loop geom\n"


def write(name: str) -> str:
    return f"write_dump all custom {name} {COLUMNS} modify {DUMP_FORMAT}\n"


def frame(folder: Path, name: str) -> Frame:
    return read_frames(folder / name, SPECIES)[-1]


def assert_as_core(here: Frame, energy: float, model: Path) -> None:
    reference = core_result(model, here.atoms)
    assert energy == pytest.approx(reference.energies[0], rel=1e-11)
    np.testing.assert_allclose(here.forces, reference.forces, rtol=0, atol=1e-9)


@pytest.mark.parametrize("ranks", [1, 2])
def test_restart_continues_the_run(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    """Over rebuilds of the list, in the same process and in another one; the potential has to be given again."""
    model = model_file("two_hop")
    system = system_script(tmp_path, SYSTEMS["liquid"], model, SPECIES)
    pair = f"pair_style tumble device cpu\npair_coeff * * {model} O H\n"
    again = "read_restart half.restart\n" + pair + THERMO + NVE + "run 25\n"
    script = system + THERMO + VELOCITIES + NVE + "run 25\nwrite_restart half.restart\nrun 25\n" + write("whole.dump")
    done = run_lammps(tmp_path, script + "clear\n" + again + write("same.dump"), ranks=ranks).checked()
    energy = done.thermo(1)["PotEng"][-1]
    assert "pair style tumble stores no restart info" in done.output
    run_lammps(tmp_path, again + write("other.dump")).checked()
    whole = frame(tmp_path, "whole.dump")
    for name in ("same.dump", "other.dump"):
        continued = frame(tmp_path, name)
        assert continued.step == whole.step == 50
        np.testing.assert_allclose(continued.atoms.positions, whole.atoms.positions, rtol=0, atol=1e-10)
        np.testing.assert_allclose(continued.velocities, whole.velocities, rtol=0, atol=1e-8)
        np.testing.assert_allclose(continued.forces, whole.forces, rtol=0, atol=1e-9)
    assert_as_core(whole, energy, model)


def test_restart_without_the_potential_is_refused(tmp_path: Path, model_file: ModelFile) -> None:
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), SPECIES)
    done = run_lammps(tmp_path, script + "run 0\nwrite_restart a.restart\nclear\nread_restart a.restart\nrun 0\n")
    assert done.returncode != 0
    assert "Must re-specify non-restarted pair style (tumble) after read_restart" in done.output


def test_restart_of_hybrid(tmp_path: Path, model_file: ModelFile) -> None:
    """One part that stores nothing is enough for hybrid to store nothing either."""
    models = [model_file("two_hop"), model_file("harmonic")]
    coefficients = "".join(f"pair_coeff * * tumble {n + 1} {model} O H\n" for n, model in enumerate(models))
    pair = "pair_style hybrid/overlay tumble device cpu tumble device cpu\n" + coefficients
    script = with_pair(system_script(tmp_path, SYSTEMS["triclinic"], Path("none"), SPECIES), pair)
    script += THERMO + "run 0\nwrite_restart a.restart\nclear\nread_restart a.restart\n" + pair + THERMO + "run 0\n"
    done = run_lammps(tmp_path, script).checked()
    assert "pair style hybrid/overlay stores no restart info" in done.output
    assert done.thermo(1)["PotEng"][0] == pytest.approx(done.thermo(0)["PotEng"][0], rel=1e-12)


@pytest.mark.parametrize("ranks", [1, 2])
def test_several_runs(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    """Runs without a new setup, with output in between, after changes of box, atoms and style."""
    models = {name: model_file(name) for name in ("two_hop", "harmonic")}
    script = system_script(tmp_path, SYSTEMS["triclinic"], models["two_hop"], SPECIES) + THERMO + VELOCITIES + NVE
    actions = {
        "first": "run 20\n",
        "same": "run 0\n",
        "no_setup": "run 10 pre no post no\n",
        "every": 'run 10 every 5 "print here"\n',
        "box": "change_box all x scale 1.03 xy delta 0.2 remap\nrun 5\n",
        "moved": "displace_atoms all random 0.05 0.05 0.05 7\nrun 0\n",
        "skin": "neighbor 1.2 bin\nrun 5\n",
        "images": "change_box all triclinic\nset group all image 1 0 0\nrun 3\n",
        "other model": f"pair_coeff * * {models['harmonic']} O H\nrun 0\n",
    }
    for n, text in enumerate(actions.values()):
        script += text + f"print 'energy {n} $(pe:%.17g)'\n" + write(f"{n}.dump")
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    energies = {line.split()[1]: float(line.split()[2]) for line in done.output.splitlines() if line[:7] == "energy "}
    for n, name in enumerate(actions):
        model = models["harmonic" if name == "other model" else "two_hop"]
        assert_as_core(frame(tmp_path, f"{n}.dump"), energies[str(n)], model)


@pytest.mark.parametrize("ranks", [1, 2])
def test_types_that_are_swapped_in_trial_moves(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    """fix atom/swap asks for the energy of each move without a new list; next to no temperature, it takes only those
    that lower it."""
    model = model_file("harmonic")
    script = system_script(tmp_path, SYSTEMS["triclinic"], model, SPECIES) + "thermo 1\n"
    script += "fix 1 all atom/swap 1 20 1234 1e-3 ke no types 1 2\nthermo_style custom step pe f_1[1] f_1[2]\n"
    script += f"thermo_modify norm no line yaml format float %.17g\ndump 1 all custom 1 all.dump {COLUMNS}\n"
    table = run_lammps(tmp_path, script + f"dump_modify 1 {DUMP_FORMAT}\nrun 4\n", ranks=ranks).checked().thermo()
    assert table["f_1[1]"][-1] == 80 > 70 > table["f_1[2]"][-1] > 2
    frames = read_frames(tmp_path / "all.dump", SPECIES)
    assert len({tuple(here.types) for here in frames}) > 2
    for here, energy in zip(frames, table["PotEng"], strict=True):
        assert_as_core(here, energy, model)
    assert (np.diff(table["PotEng"]) < 1e-10).all()


@pytest.mark.parametrize("ranks", [1, 2])
def test_types_of_semi_grand_moves(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    """One atom changes its type in each move, so that the numbers of O and H change and with them the baseline."""
    model = model_file("harmonic")
    script = system_script(tmp_path, SYSTEMS["triclinic"], model, SPECIES) + "thermo 1\n"
    difference = core_result(model, Atoms("O")).energies[0] - core_result(model, Atoms("H")).energies[0]
    script += f"fix 1 all atom/swap 1 20 1234 1e4 semi-grand yes ke no types 1 2 mu {difference:.6f} 0.0\n"
    script += "thermo_style custom step pe f_1[1] f_1[2]\nthermo_modify norm no line yaml format float %.17g\n"
    script += f"dump 1 all custom 1 all.dump {COLUMNS}\ndump_modify 1 {DUMP_FORMAT}\nrun 4\n"
    table = run_lammps(tmp_path, script, ranks=ranks).checked().thermo()
    assert table["f_1[1]"][-1] == 80 > table["f_1[2]"][-1] > 10
    frames = read_frames(tmp_path / "all.dump", SPECIES)
    assert len({here.atoms.symbols.count("H") for here in frames}) > 1
    for here, energy in zip(frames, table["PotEng"], strict=True):
        assert_as_core(here, energy, model)


#: Commands of fixes of Monte Carlo other than atom/swap, which ask for energies between the steps.
MONTE_CARLO = {
    "hmc": "fix 1 all nve\nfix 2 all hmc 2 1234 900\ntimestep 1e-3\n",
    "sgcmc": "fix 1 all nve\nfix 2 all sgcmc 1 0.2 300 0.5 randseed 1234\ntimestep 5e-4\n",
    "mol/swap": "set type 1 mol 1\nset type 2 mol 2\nfix 2 all mol/swap 1 5 1 2 1234 900\n",
}


@pytest.mark.parametrize("fix", MONTE_CARLO)
def test_other_fixes_of_monte_carlo(tmp_path: Path, model_file: ModelFile, fix: str) -> None:
    """Each step's energy and forces are those of the atoms, or types, that the fix has left."""
    model = model_file("harmonic")
    atoms = Atoms("OH" * 14, np.random.default_rng(1).random((28, 3)) * 17, cell=[17] * 3, pbc=True)
    script = system_script(tmp_path, atoms, model, SPECIES)
    # fix sgcmc takes no triclinic box
    text = "".join(line for line in (tmp_path / "system.data").read_text().splitlines(True) if "xy xz yz" not in line)
    (tmp_path / "system.data").write_text(text)
    if fix == "mol/swap":
        script = script.replace("read_data", "fix m all property/atom mol\nread_data")
    script += MONTE_CARLO[fix] + THERMO + f"thermo 1\ndump 1 all custom 1 all.dump {COLUMNS}\n"
    table = run_lammps(tmp_path, script + f"dump_modify 1 {DUMP_FORMAT}\nrun 6\n").checked().thermo()
    for here, energy in zip(read_frames(tmp_path / "all.dump", SPECIES), table["PotEng"], strict=True):
        assert_as_core(here, energy, model)
    assert len(set(table["PotEng"])) > 1


@pytest.mark.parametrize("ranks", [1, 2])
def test_insertions_of_widom(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    """At one place, where the core says what an atom more costs; the run itself is as without it."""
    model = model_file("two_hop")
    atoms = SYSTEMS["liquid"]
    script = system_script(tmp_path, atoms, model, SPECIES) + "region r sphere 3.1 3.2 3.3 1e-7\n"
    script += "fix 1 all widom 1 2 1 1234 300 region r\nthermo_style custom step pe etotal pxx f_1[1]\n"
    script += "thermo_modify norm no line yaml format float %.17g\nthermo 1\nrun 2\nrun 1\n"
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    energy, more = (core_result(model, a).energies[0] for a in (atoms, atoms + Atoms("O", [[3.1, 3.2, 3.3]])))
    table = done.thermo(0)
    assert table["f_1[1]"][1:] == pytest.approx([more - energy] * 2, abs=1e-5)
    assert [*table["PotEng"], *done.thermo(1)["PotEng"]] == pytest.approx([energy] * 5, rel=1e-11)
    assert "excluded by neigh_modify" not in done.output


@pytest.mark.parametrize("runs", ["", "run 0\n"], ids=["first run", "later run"])
def test_excluded_groups_are_warned_of_next_to_fix_widom(tmp_path: Path, model_file: ModelFile, runs: str) -> None:
    """Which excludes a group of its own, with full energies and once it has begun."""
    script = system_script(tmp_path, SYSTEMS["liquid"], model_file("two_hop"), SPECIES)
    script += f"fix 1 all widom 1 1 1 1234 300 full_energy\n{runs}print 'NOW'\n"
    text = "excluded by neigh_modify"
    for more, count in (("", 0), ("group h type 2\nneigh_modify exclude group h h\n", 1)):
        assert run_lammps(tmp_path, script + more + "run 0\n").checked().output.count(text) == count


def test_types_that_are_set_before_a_run_without_setup(tmp_path: Path, model_file: ModelFile) -> None:
    """On one rank; on several, LAMMPS itself tells no other rank of new types before the next list. One step each, as
    thermo output doesn't ask for the energy of the same step again."""
    model = model_file("two_hop")
    script = system_script(tmp_path, SYSTEMS["triclinic"], model, SPECIES) + THERMO + "run 0\n"
    script += f"group g id {' '.join(map(str, scattered_ids(24)[[0, 1, 5]]))}\n"
    for n, types in enumerate((1, 2)):
        script += f"set group g type {types}\nrun 1 pre no post no\n" + write(f"{n}.dump")
    done = run_lammps(tmp_path, script).checked()
    energies = [done.thermo(n)["PotEng"][-1] for n in range(3)]
    assert len(set(energies)) == 3
    for n in range(2):
        assert_as_core(frame(tmp_path, f"{n}.dump"), energies[n + 1], model)


@pytest.mark.parametrize("ranks", [1, 2])
def test_clear_between_systems_and_models(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    """Each clear takes the style away and brings it back; nothing of a system or a model may survive."""
    script, cases = "", []
    for n, (name, model) in enumerate(
        [("liquid", "two_hop"), ("molecule", "pair"), ("triclinic", "harmonic"), ("small", "two_hop")] * 3
    ):
        (tmp_path / str(n)).mkdir()
        text = system_script(tmp_path / str(n), SYSTEMS[name], model_file(model), SPECIES)
        script += "clear\n" * (n % 3) + text.replace("system.data", f"{n}/system.data")
        script += THERMO + VELOCITIES + NVE + "run 3\n" + write(f"{n}.dump") + "clear\n"
        cases.append(model_file(model))
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    for n, model in enumerate(cases):
        assert_as_core(frame(tmp_path, f"{n}.dump"), done.thermo(n)["PotEng"][-1], model)


def test_plugin_unloaded_and_loaded_again(tmp_path: Path, model_file: ModelFile) -> None:
    """Unloading takes a style in use away, as LAMMPS does with all plugins."""
    load = f"plugin load {plugin_folder()}/tumbleplugin.so\n"
    model = model_file("two_hop")
    pair = f"pair_style tumble device cpu\npair_coeff * * {model} O H\n"
    script = system_script(tmp_path, SYSTEMS["triclinic"], model, SPECIES) + THERMO + "run 0\n"
    script += (
        "plugin unload pair tumble\nrun 0\n" + load + pair + "run 0\n" + "plugin clear\n" + load + pair + "run 0\n"
    )
    done = run_lammps(tmp_path, script + "clear\nplugin list\n").checked()
    energies = [done.thermo(n)["PotEng"][0] for n in range(4)]
    assert energies[1] == 0
    assert energies[2:] == pytest.approx([energies[0]] * 2, rel=1e-12)
    done = run_lammps(tmp_path, "units metal\nplugin unload pair tumble\npair_style tumble\n")
    assert "Unrecognized pair style 'tumble'" in done.output


@pytest.mark.parametrize("ranks", [1, 2])
def test_new_ids_and_deleted_atoms_between_runs(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    model = model_file("two_hop")
    script = system_script(tmp_path, SYSTEMS["liquid"], model, SPECIES) + THERMO + VELOCITIES + NVE
    actions = [
        "run 10\n",
        "reset_atoms id sort yes\nrun 0\n",
        "reset_atoms id\nrun 10\n",
        "region r block 0 4 INF INF INF INF\ndelete_atoms region r compress no\nrun 10\n",
        "group h type 2\ngroup odd id 1:96:2\ngroup both intersect h odd\n"
        "delete_atoms group both compress yes\nrun 10\n",
        "create_atoms 1 single 1.0 1.0 1.0 units box\nrun 0\n",
        "delete_atoms group h compress no\nrun 5\n",
        "reset_atoms id\nrun 5\n",
    ]
    for n, text in enumerate(actions):
        script += text + write(f"{n}.dump")
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    sizes = []
    for n in range(len(actions)):
        here = frame(tmp_path, f"{n}.dump")
        assert_as_core(here, done.thermo(n)["PotEng"][-1], model)
        sizes.append(len(here.atoms))
    assert sizes[0] == sizes[2] == 96 > sizes[3] > sizes[4] > sizes[6] == sizes[7] > 3


@pytest.mark.parametrize("ranks", [1, 2])
def test_all_atoms_deleted(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    script = system_script(tmp_path, SYSTEMS["liquid"], model_file("two_hop"), SPECIES) + THERMO + "run 0\n"
    done = run_lammps(tmp_path, script + "delete_atoms group all\nrun 0\n", ranks=ranks).checked()
    assert done.thermo(1)["PotEng"][0] == 0


def test_minimize_in_every_style(tmp_path: Path, model_file: ModelFile) -> None:
    """Four minimizers, the last one with the cell; energies fall, and are the core's at the end."""
    model = model_file("pair")
    script = system_script(tmp_path, SYSTEMS["triclinic"], model, SPECIES) + THERMO
    for n, style in enumerate(("sd", "cg", "fire", "cg")):
        relax = "fix cell all box/relax tri 0.0 vmax 0.001\n" if n == 3 else ""
        script += f"{relax}min_style {style}\nminimize 0 1e-6 20 200\n" + write(f"{n}.dump")
    done = run_lammps(tmp_path, script).checked()
    energies = []
    for n in range(4):
        energies += done.thermo(n)["PotEng"].tolist()
        assert_as_core(frame(tmp_path, f"{n}.dump"), energies[-1], model)
    assert energies[0] > energies[1] > energies[3] > energies[5] > energies[7]
    first, last = (frame(tmp_path, f"{n}.dump").atoms.cell.array for n in (0, 3))
    assert np.abs(first - last).max() > 1e-3


def test_minimum_of_the_molecule(tmp_path: Path, model_file: ModelFile) -> None:
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), SPECIES) + THERMO
    run_lammps(tmp_path, script + "minimize 0 1e-8 500 5000\n" + write("end.dump")).checked()
    end = frame(tmp_path, "end.dump")
    assert np.abs(core_result(model_file("pair"), end.atoms).forces).max() < 1e-8


@pytest.mark.parametrize(("model", "ranks"), [("harmonic", 1), ("two_hop", 2)])
def test_rerun_has_the_energies_of_the_run(tmp_path: Path, model_file: ModelFile, model: str, ranks: int) -> None:
    """The cell changes with the frames; another model can be asked about them, too."""
    columns = COLUMNS.replace("xu yu zu", "x y z ix iy iz")
    script = system_script(tmp_path, SYSTEMS["triclinic"], model_file(model), SPECIES) + THERMO + VELOCITIES
    script += "fix 1 all npt temp 900 900 0.05 tri 0 0 0.5\ntimestep 4e-4\nthermo 5\n"
    script += f"dump d all custom 5 run.dump {columns}\ndump_modify d format float %.17g\nrun 40\nundump d\nunfix 1\n"
    script += f"dump e all custom 5 rerun.dump {COLUMNS}\ndump_modify e {DUMP_FORMAT}\n"
    script += "rerun run.dump dump x y z ix iy iz box yes\nundump e\n"
    script += f"pair_coeff * * {model_file('pair')} O H\nrerun run.dump dump x y z box yes\n"
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    moving, still, other = (done.thermo(n) for n in range(3))
    assert np.ptp(moving["PotEng"]) > 0.1
    np.testing.assert_allclose(still["PotEng"], moving["PotEng"], rtol=1e-11)
    frames = read_frames(tmp_path / "rerun.dump", SPECIES)
    assert len(frames) == len(moving["Step"]) == 9
    assert np.abs(frames[0].atoms.cell.array - frames[-1].atoms.cell.array).max() > 1e-3
    for here, energy, foreign in zip(frames, still["PotEng"], other["PotEng"], strict=True):
        assert_as_core(here, energy, model_file(model))
        assert foreign == pytest.approx(core_result(model_file("pair"), here.atoms).energies[0], rel=1e-11)


def test_excluded_pairs_are_warned_of_where_there_are_some(tmp_path: Path, model_file: ModelFile) -> None:
    """At the first run already, and not because an earlier system had them."""
    text = "pairs excluded by neigh_modify are invisible to the model, too"
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), SPECIES)
    excluded = script + "neigh_modify exclude type 1 2\nrun 0\n"
    assert run_lammps(tmp_path, excluded).checked().output.count(text) == 1
    restart = "write_restart a.restart\nclear\nread_restart a.restart\n" + script[script.index("pair_style") :]
    assert run_lammps(tmp_path, script + "run 0\n" + restart + "run 0\n").checked().output.count(text) == 0
    assert run_lammps(tmp_path, excluded + "clear\n" + script + "run 0\n").checked().output.count(text) == 1
