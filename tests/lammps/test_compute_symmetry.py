"""The computes tumble/symmetry and tumble/symmetry/atom: the core's numbers, and no effect on a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.lammps_frames import COLUMNS, DUMP_FORMAT, core_result, read_frames
from support.lammps_runs import run_lammps, scattered_ids, system_script, with_pair
from support.systems import systems

from tumble import _core

SYSTEMS = systems()
SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]
OUTPUT = "thermo_modify norm no line yaml format float %.17g\n"
PER_ATOM = "write_dump all custom {}.dump id {} modify sort id format float %.17g\n"
#: Word in place of a pair style's instance, in the key of random rotations.
OF_COMPUTES = 2**64 - 1


def expected(
    model: Path, atoms: Atoms, words: str, seed: int | None = None, step: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The vector of the global compute, and the per-atom force differences; eV and Å."""
    symmetrizer = _core.Symmetrizer(words, "average", seed)
    frames = symmetrizer.frames((step, 0, 0, OF_COMPUTES)).with_lab_frame()
    lab, average = core_result(model, atoms), core_result(model, atoms, frames)
    energies = average.frame_energies[0]
    spread = np.sqrt(frames.weights @ (energies - frames.weights @ energies) ** 2)
    differences = average.forces - lab.forces
    lengths = np.linalg.norm(differences, axis=1)
    torques = [np.linalg.norm(result.torques[0]) for result in (lab, average)]
    vector = [lab.energies[0], average.energies[0], spread, np.sqrt(np.mean(lengths**2)), lengths.max(), *torques]
    return np.array(vector), differences


def values(table: dict[str, np.ndarray], name: str, row: int = 0) -> np.ndarray:
    return np.array([table[f"c_{name}[{k}]"][row] for k in range(1, 8)])


SETS = {"a": ("octahedral", None), "i": ("inversion", None), "b": ("icosahedral+inversion", None), "r": ("random:4", 3)}


@pytest.mark.parametrize(("name", "ranks"), [("triclinic", 1), ("liquid", 2), ("triclinic", 4)])
def test_numbers_of_the_core(tmp_path: Path, model_file: ModelFile, name: str, ranks: int) -> None:
    """With message passing through ghosts; the pair style's own set and seed have no part in it."""
    atoms, model = SYSTEMS[name], model_file("two_hop")
    script = system_script(tmp_path, atoms, model, SPECIES, keywords="device cpu symmetrize random:tetrahedral seed 3")
    for key, (words, seed) in SETS.items():
        arguments = words if seed is None else f"{words} seed {seed}"
        script += f"compute {key} all tumble/symmetry {arguments}\n"
        script += f"compute {key}_atom all tumble/symmetry/atom {arguments}\n"
    script += "thermo_style custom step " + " ".join(f"c_{key} c_{key}[*]" for key in SETS) + "\n"
    script += (
        OUTPUT + "reset_timestep 12\nrun 0\n" + PER_ATOM.format("all", " ".join(f"c_{key}_atom[*]" for key in SETS))
    )
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    table = done.thermo()
    rows = {int(row[0]): row[1:].reshape(len(SETS), 4) for row in done.dump("all.dump")}
    per_atom = np.array([rows[i] for i in scattered_ids(len(atoms)).tolist()])
    for n, (key, (words, seed)) in enumerate(SETS.items()):
        vector, differences = expected(model, atoms, words, seed, step=12)
        np.testing.assert_allclose(values(table, key), vector, rtol=1e-9, atol=1e-10)
        assert table[f"c_{key}"][0] == table[f"c_{key}[3]"][0]
        np.testing.assert_allclose(per_atom[:, n, :3], differences, rtol=0, atol=1e-10)
        np.testing.assert_allclose(per_atom[:, n, 3], np.linalg.norm(differences, axis=1), rtol=0, atol=1e-10)
    assert (values(table, "a")[2:5] > 1e-2).all()


def test_units_and_extensivity(tmp_path: Path, model_file: ModelFile) -> None:
    """In real units, and per atom where thermo output is: energies and torques, but not the forces."""
    atoms, model = SYSTEMS["triclinic"], model_file("two_hop")
    script = system_script(tmp_path, atoms, model, SPECIES).replace("units metal", "units real")
    script += "compute a all tumble/symmetry octahedral\ncompute f all tumble/symmetry/atom octahedral\n"
    script += "compute largest all reduce max c_f[4]\nthermo_style custom step c_a c_a[*] c_largest\n" + OUTPUT
    script += "run 0\nthermo_modify norm yes\nrun 0\n"
    done = run_lammps(tmp_path, script).checked()
    vector, _ = expected(model, atoms, "octahedral")
    vector *= 23.060547830619026  # kcal/mol, CODATA 2022: e N_A / 4184
    table = done.thermo(0)
    np.testing.assert_allclose(values(table, "a"), vector, rtol=1e-9)
    assert table["c_largest"][0] == pytest.approx(vector[4], rel=1e-9)
    per_atom = done.thermo(1)
    vector[[0, 1, 2, 5, 6]] /= len(atoms)
    np.testing.assert_allclose(values(per_atom, "a"), vector, rtol=1e-9)
    assert per_atom["c_a"][0] == pytest.approx(vector[2], rel=1e-9)


def test_no_effect_on_the_run(tmp_path: Path, model_file: ModelFile) -> None:
    """To the last bit, with everything that can ask: thermo output, fix ave/time, a dump, a variable; also a pair style
    with random rotations and the same seed. Averages in time are those of single values."""
    atoms, model = SYSTEMS["liquid"], model_file("two_hop")
    words = "device cpu check no symmetrize random seed 5"
    system = system_script(tmp_path, atoms, model, SPECIES, keywords=words)
    run = "velocity all create 900 1 loop geom\nfix 1 all nve\ntimestep 4e-4\n"
    end = OUTPUT + f"run 20\nwrite_dump all custom {{}} {COLUMNS} modify {DUMP_FORMAT}\n"
    asked = (
        "compute s all tumble/symmetry random:2 seed 5\ncompute f all tumble/symmetry/atom octahedral\n"
        "variable v equal c_s[2]-c_s[1]\nfix t all ave/time 2 5 10 c_s[*] v_v file average.txt format ' %.17g'\n"
        f"dump d all custom 5 atoms.dump {COLUMNS} c_f[*]\nthermo 2\nthermo_style custom step pe c_s c_s[*]\n"
    )
    script = system + run + end.format("plain.dump") + "clear\n" + system + run + asked + end.format("asked.dump")
    done = run_lammps(tmp_path, script, ranks=2).checked()
    plain, observed = (read_frames(tmp_path / name, SPECIES)[0] for name in ("plain.dump", "asked.dump"))
    for what in ("velocities", "forces"):
        np.testing.assert_array_equal(getattr(observed, what), getattr(plain, what))
    np.testing.assert_array_equal(observed.atoms.positions, plain.atoms.positions)
    assert np.abs(plain.atoms.positions - atoms[np.argsort(scattered_ids(96))].positions).max() > 1e-2

    table = done.thermo(1)
    averaged = np.loadtxt(tmp_path / "average.txt", ndmin=2)
    rows = np.array([values(table, "s", row) for row in range(11)])
    assert (table["Step"] == np.arange(0, 21, 2)).all()
    np.testing.assert_array_equal(averaged[:, 0], [10, 20])
    # LAMMPS averages over the steps 2 to 10, and 12 to 20
    for n, last in ((0, 6), (1, 11)):
        mean = rows[last - 5 : last].mean(axis=0)
        np.testing.assert_allclose(averaged[n, 1:8], mean, rtol=1e-10)
        assert averaged[n, 8] == pytest.approx(mean[1] - mean[0], rel=1e-6)
    vector, _ = expected(model, observed.atoms, "random:2", 5, step=20)
    np.testing.assert_allclose(rows[-1], vector, rtol=1e-8, atol=1e-9)
    assert len(set(rows[:, 2])) == 11


def test_parts_of_a_hybrid_under_respa(tmp_path: Path, model_file: ModelFile) -> None:
    """`instance` chooses; types outside of a model have no part in the mean over the atoms."""
    atoms = SYSTEMS["triclinic"]
    models = [model_file("two_hop"), model_file("harmonic")]
    script = with_pair(
        system_script(tmp_path, atoms, Path("none"), SPECIES),
        "pair_style hybrid/overlay tumble device cpu tumble device cpu symmetrize tetrahedral mode correction zero 4.0",
        f"pair_coeff * * tumble 1 {models[0]} O NULL",
        f"pair_coeff * * tumble 2 {models[1]} O H",
        "pair_coeff * * zero",
    )
    script += (
        "compute a all tumble/symmetry octahedral instance 1\ncompute b all tumble/symmetry tetrahedral instance 2\n"
    )
    script += "velocity all create 300 1 loop geom\nfix 1 all nve\ntimestep 4e-4\nrun_style respa 2 2 hybrid 1 2 1\n"
    script += "thermo_style custom step c_a[*] c_b[*]\nthermo 2\n" + OUTPUT
    script += f"run 4\nwrite_dump all custom end.dump {COLUMNS} modify {DUMP_FORMAT}\n"
    table = run_lammps(tmp_path, script).checked().thermo()
    end = read_frames(tmp_path / "end.dump", SPECIES)[0].atoms
    oxygens = end[[atom.symbol == "O" for atom in end]]
    np.testing.assert_allclose(values(table, "a", -1), expected(models[0], oxygens, "octahedral")[0], rtol=1e-8)
    np.testing.assert_allclose(values(table, "b", -1), expected(models[1], end, "tetrahedral")[0], rtol=1e-8, atol=1e-9)


def test_another_pair_style_after_the_compute(tmp_path: Path, model_file: ModelFile) -> None:
    """The compute looks for the pair style at each run; without it, the run is refused."""
    atoms = SYSTEMS["triclinic"]
    system = system_script(tmp_path, atoms, model_file("two_hop"), SPECIES)
    line = next(line for line in system.splitlines() if line.startswith("pair_coeff"))
    script = system.replace("pair_style", "compute a all tumble/symmetry octahedral\npair_style")
    script += "thermo_style custom step c_a[*]\n" + OUTPUT + "run 0\n"
    script += "pair_style tumble device cpu\n" + line.replace("two_hop", "harmonic") + "\nrun 0\n"
    model_file("harmonic")
    done = run_lammps(tmp_path, script + "pair_style zero 4.0\npair_coeff * *\nrun 0\n")
    for n, name in enumerate(("two_hop", "harmonic")):
        vector, _ = expected(model_file(name), atoms, "octahedral")
        np.testing.assert_allclose(values(done.thermo(n), "a"), vector, rtol=1e-9, atol=1e-10)
    assert done.returncode != 0
    assert "ERROR: compute tumble/symmetry: expected a `pair_style tumble`, got none" in done.output
