"""pair_style tumble as a part of pair_style hybrid and hybrid/overlay, and on the levels of run_style respa.

The references are sums of the core's own results, and an r-RESPA integrator in NumPy with the core's forces.
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

from tumble import _core

SYSTEMS = systems()
SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]
NKTV2P = 1602176.5  # LAMMPS' own factor from eV/Å³ to bar in metal units
WRITE = f"write_dump all custom {{}} {COLUMNS} modify {DUMP_FORMAT}\n"
OUTPUT = "thermo_modify norm no line yaml format float %.17g\n"


def scene(folder: Path, atoms: Atoms, *pair: str) -> str:
    """A system with the given lines in place of pair_style and pair_coeff."""
    return with_pair(system_script(folder, atoms, Path("none"), SPECIES), *pair)


def ordered(frame: Frame, atoms: Atoms) -> np.ndarray:
    """Forces of a frame in the order of the structure that `scene` wrote."""
    rows = dict(zip(frame.ids.tolist(), frame.forces, strict=True))
    return np.array([rows[i] for i in scattered_ids(len(atoms)).tolist()])


def virial(table: dict[str, np.ndarray]) -> np.ndarray:
    """W_xx, W_yy, W_zz, W_yx, W_zx, W_zy of a motionless system, eV."""
    pressures = np.array([table[key][0] for key in ("Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz")])
    return pressures * table["Volume"][0] / NKTV2P


def shown(full: np.ndarray) -> np.ndarray:
    return full[[0, 1, 2, 1, 2, 2], [0, 1, 2, 0, 0, 1]]


def overlay(*models: Path) -> list[str]:
    numbers = [""] if len(models) == 1 else [f" {n + 1}" for n in range(len(models))]
    return [
        "pair_style hybrid/overlay " + "tumble device cpu " * len(models),
        *(f"pair_coeff * * tumble{n} {model} O H" for n, model in zip(numbers, models, strict=True)),
    ]


@pytest.mark.parametrize(
    ("name", "ranks"), [("triclinic", 1), ("small", 1), ("slab", 1), ("triclinic", 2), ("liquid", 2)]
)
def test_two_models_add_up(tmp_path: Path, model_file: ModelFile, name: str, ranks: int) -> None:
    atoms = SYSTEMS[name]
    models = [model_file("two_hop"), model_file("harmonic")]
    script = scene(tmp_path, atoms, *overlay(*models)) + (
        "compute a all pair tumble 1\ncompute b all pair tumble 2\n"
        "compute e all pe/atom\ncompute sum all reduce sum c_e\n"
        "compute s all stress/atom NULL virial\ncompute w all reduce sum c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]\n"
        "thermo_style custom step pe pxx pyy pzz pxy pxz pyz vol c_a c_b c_a[*] c_b[*] c_sum c_w[*]\n"
    )
    done = run_lammps(tmp_path, script + OUTPUT + "run 0\n" + WRITE.format("out.dump"), ranks=ranks).checked()
    table, frame = done.thermo(), read_frames(tmp_path / "out.dump", SPECIES)[0]
    parts = [core_result(model, atoms) for model in models]
    for part, name_ in zip(parts, "ab", strict=True):
        assert table[f"c_{name_}"][0] == pytest.approx(part.energies[0], rel=1e-11)
        np.testing.assert_allclose(
            [table[f"c_{name_}[{k}]"][0] for k in (1, 2, 3)], part.torques[0], rtol=0, atol=1e-10
        )
    assert table["PotEng"][0] == pytest.approx(sum(part.energies[0] for part in parts), rel=1e-11)
    assert table["c_sum"][0] == pytest.approx(table["PotEng"][0], rel=1e-11)
    np.testing.assert_allclose(ordered(frame, atoms), sum(part.forces for part in parts), rtol=0, atol=1e-10)
    expected = shown(sum(part.virials[0] for part in parts))
    np.testing.assert_allclose(virial(table), expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose([-table[f"c_w[{k}]"][0] / NKTV2P for k in range(1, 7)], expected, rtol=1e-10, atol=1e-10)


def test_scaled_models(tmp_path: Path, model_file: ModelFile) -> None:
    """hybrid/scaled, say for the path between two models in a free energy."""
    atoms = SYSTEMS["triclinic"]
    models = [model_file("two_hop"), model_file("harmonic")]
    _, *coefficients = overlay(*models)
    style = "pair_style hybrid/scaled 0.25 tumble device cpu 0.75 tumble device cpu"
    script = scene(tmp_path, atoms, style, *coefficients) + "thermo_style custom step pe\n" + OUTPUT
    done = run_lammps(tmp_path, script + "run 0\n" + WRITE.format("out.dump")).checked()
    a, b = (core_result(model, atoms) for model in models)
    assert done.thermo()["PotEng"][0] == pytest.approx(0.25 * a.energies[0] + 0.75 * b.energies[0], rel=1e-11)
    forces = ordered(read_frames(tmp_path / "out.dump", SPECIES)[0], atoms)
    np.testing.assert_allclose(forces, 0.25 * a.forces + 0.75 * b.forces, rtol=0, atol=1e-10)


def test_overlay_with_a_style_of_lammps(tmp_path: Path, model_file: ModelFile) -> None:
    """What the other style gives is measured by itself; the rest must be the core's."""
    atoms = SYSTEMS["slab"]
    lennard_jones = ["pair_coeff 1*2 2 lj/cut 0.01 1.5", "pair_coeff 1 1 lj/cut 0.02 2.5"]
    first, coefficients = overlay(model_file("two_hop"))
    both = scene(tmp_path, atoms, first + "lj/cut 3.5", coefficients, *lennard_jones)
    alone = scene(tmp_path, atoms, "pair_style lj/cut 3.5", *(line.replace("lj/cut ", "") for line in lennard_jones))
    thermo = "thermo_style custom step pe pxx pyy pzz pxy pxz pyz vol\n" + OUTPUT + "run 0\n"
    script = both + thermo + WRITE.format("both.dump") + "clear\n" + alone + thermo + WRITE.format("alone.dump")
    done = run_lammps(tmp_path, script).checked()
    both_forces, alone_forces = (
        ordered(read_frames(tmp_path / f"{name}.dump", SPECIES)[0], atoms) for name in ("both", "alone")
    )
    reference = core_result(model_file("two_hop"), atoms)
    tables = done.thermo(0), done.thermo(1)
    assert abs(tables[1]["PotEng"][0]) > 1e-2
    assert tables[0]["PotEng"][0] - tables[1]["PotEng"][0] == pytest.approx(reference.energies[0], rel=1e-10)
    np.testing.assert_allclose(both_forces - alone_forces, reference.forces, rtol=0, atol=1e-9)
    difference = virial(tables[0]) - virial(tables[1])
    np.testing.assert_allclose(difference, shown(reference.virials[0]), rtol=0, atol=1e-9)


@pytest.mark.parametrize("ranks", [1, 2, pytest.param(4, marks=pytest.mark.extended)])
def test_beside_pairs_of_a_longer_range(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    """Of lj/cut without energy, and of another model: LAMMPS' list has those pairs for each part of the style, and
    its ghosts aren't enough for a model that would take them for neighbors."""
    style, coefficients = overlay(model_file("two_hop"))
    beside_lj = [style + "lj/cut 10.0", coefficients, "pair_coeff * * lj/cut 0.0 1.0"]
    ranges = [model_file("short_two_hop"), model_file("long_harmonic")]
    ways = {
        "lj": (beside_lj, [model_file("two_hop")]),
        "models": (overlay(*ranges), ranges),
        "reversed": (overlay(*ranges[::-1]), ranges),
    }
    script, expected = "", []
    for name in ("liquid", "triclinic"):
        for way, (pair, models) in ways.items():
            folder = tmp_path / f"{name}_{way}"
            folder.mkdir()
            text = scene(folder, SYSTEMS[name], *pair).replace("system.data", f"{folder.name}/system.data")
            script += text + "thermo_style custom step pe pxx pyy pzz pxy pxz pyz vol\n" + OUTPUT
            script += "run 0\n" + WRITE.format(f"{folder.name}.dump") + "clear\n"
            expected.append((folder.name, SYSTEMS[name], [core_result(model, SYSTEMS[name]) for model in models]))
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    for n, (name, atoms, parts) in enumerate(expected):
        table, frame = done.thermo(n), read_frames(tmp_path / f"{name}.dump", SPECIES)[0]
        assert table["PotEng"][0] == pytest.approx(sum(part.energies[0] for part in parts), abs=1e-9)
        np.testing.assert_allclose(ordered(frame, atoms), sum(part.forces for part in parts), rtol=0, atol=1e-9)
        expected_virial = shown(sum(part.virials[0] for part in parts))
        np.testing.assert_allclose(virial(table), expected_virial, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("style", "ranks"), [("hybrid", 1), ("hybrid/overlay", 1), ("hybrid", 2), ("hybrid/overlay", 4)]
)
def test_types_outside_the_model(tmp_path: Path, model_file: ModelFile, style: str, ranks: int) -> None:
    """Types that map to NULL: the model sees the others alone, in the order that pair_coeff says."""
    atoms = SYSTEMS["triclinic"]
    ids = scattered_ids(len(atoms))
    outside = np.flatnonzero(atoms.symbols == "H")[::3]
    inside = np.setdiff1d(np.arange(len(atoms)), outside)
    other = "pair_coeff *3 3 zero" if style == "hybrid" else "pair_coeff * * zero"
    script = scene(
        tmp_path,
        atoms,
        f"pair_style {style} tumble device cpu zero 4.0",
        f"pair_coeff * * tumble {model_file('two_hop')} O H NULL",
        other,
    ).replace("read_data system.data", "read_data system.data extra/atom/types 1")
    script += f"mass 3 4.0\ngroup g id {' '.join(map(str, ids[outside]))}\nset group g type 3\n"
    script += (
        "compute a all pair tumble\ncompute e all pe/atom\nthermo_style custom step pe pxx pyy pzz pxy pxz pyz vol "
    )
    script += "c_a c_a[*]\n" + OUTPUT + "run 0\n" + WRITE.format("out.dump")
    script += "write_dump all custom e.dump id c_e modify sort id format float %.17g\n"
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    reference = core_result(model_file("two_hop"), atoms[inside])
    table = done.thermo()
    assert table["PotEng"][0] == pytest.approx(reference.energies[0], rel=1e-11)
    np.testing.assert_allclose([table[f"c_a[{k}]"][0] for k in (1, 2, 3)], reference.torques[0], rtol=0, atol=1e-10)
    np.testing.assert_allclose(virial(table), shown(reference.virials[0]), rtol=1e-10, atol=1e-10)
    forces = ordered(read_frames(tmp_path / "out.dump", [*SPECIES, "He"])[0], atoms)
    np.testing.assert_allclose(forces[inside], reference.forces, rtol=0, atol=1e-10)
    assert not forces[outside].any()
    energies = dict(done.dump("e.dump").tolist())
    np.testing.assert_allclose([energies[i] for i in ids[inside]], reference.atom_energies, rtol=0, atol=1e-10)
    assert not any(energies[i] for i in ids[outside])


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_model_for_each_type(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    atoms = SYSTEMS["liquid"]
    script = scene(
        tmp_path,
        atoms,
        "pair_style hybrid tumble device cpu tumble device cpu zero 4.0",
        f"pair_coeff * * tumble 1 {model_file('two_hop')} O NULL",
        f"pair_coeff * * tumble 2 {model_file('harmonic')} NULL H",
        "pair_coeff 1 2 zero",
    )
    script += "thermo_style custom step pe pxx pyy pzz pxy pxz pyz vol\n" + OUTPUT + "run 0\n"
    done = run_lammps(tmp_path, script + WRITE.format("out.dump"), ranks=ranks).checked()
    forces = ordered(read_frames(tmp_path / "out.dump", SPECIES)[0], atoms)
    parts = {}
    for element, name in (("O", "two_hop"), ("H", "harmonic")):
        own = np.flatnonzero(atoms.symbols == element)
        parts[element] = core_result(model_file(name), atoms[own])
        np.testing.assert_allclose(forces[own], parts[element].forces, rtol=0, atol=1e-10)
    energy = sum(part.energies[0] for part in parts.values())
    assert done.thermo()["PotEng"][0] == pytest.approx(energy, rel=1e-11)
    expected = shown(sum(part.virials[0] for part in parts.values()))
    np.testing.assert_allclose(virial(done.thermo()), expected, rtol=1e-10, atol=1e-10)


def test_a_model_for_no_type_pairs_of_which_are_left(tmp_path: Path, model_file: ModelFile) -> None:
    """NULL leaves pairs without any style: LAMMPS itself refuses that."""
    lines = ["pair_style hybrid tumble device cpu", f"pair_coeff * * tumble {model_file('pair')} O NULL"]
    done = run_lammps(tmp_path, scene(tmp_path, SYSTEMS["molecule"], *lines) + "run 0\n")
    assert done.returncode != 0
    assert "All pair coeffs are not set" in done.output


#: Forces on a graph at a step, from the core.
Forces = Callable[[_core.Graph, int], np.ndarray]


def forces_of(model: Path, frames: Callable[[int], list[_core.Frames]] = lambda step: []) -> Forces:
    """Forces in the frames of a step; by default, in the lab frame."""
    potential = _core.Potential(str(model), device="cpu")
    return lambda graph, step: potential.evaluate(graph, frames(step)).forces


def respa_reference(start: Frame, inner: Forces, outer: Forces, steps: int, timestep: float, loops: int) -> np.ndarray:
    """Positions after steps of r-RESPA (Tuckerman, Berne and Martyna 1992) with two levels, metal units.

    The units are LAMMPS' own: 1 eV/Å accelerates 1 g/mol by 1/1.0364269e-4 Å/ps².
    """
    inverse_mass = np.where(start.types == 1, 1 / 15.999, 1 / 1.008)[:, None] / 1.0364269e-4
    atoms, v = start.atoms.copy(), start.velocities.copy()

    def acceleration(forces: Forces, step: int) -> np.ndarray:
        structure = _core.Structure(start.types - 1, atoms.positions, atoms.cell.array, atoms.pbc.tolist())
        return forces(_core.build_graph([structure], 4.0), step) * inverse_mass

    fast, slow, short = acceleration(inner, 0), acceleration(outer, 0), timestep / loops
    for step in range(1, steps + 1):
        v += 0.5 * timestep * slow
        for _ in range(loops):
            v += 0.5 * short * fast
            atoms.positions += short * v
            fast = acceleration(inner, step)
            v += 0.5 * short * fast
        slow = acceleration(outer, step)
        v += 0.5 * timestep * slow
    return atoms.positions


DYNAMICS = "velocity all create 900 1 loop geom\nfix 1 all nve\nthermo_style custom step pe ke etotal pxx\n" + OUTPUT


@pytest.mark.parametrize(("levels", "ranks"), [("hybrid 1 2", 1), ("hybrid 2 1", 1), ("hybrid 2 1", 2)])
def test_respa_with_a_model_on_each_level(tmp_path: Path, model_file: ModelFile, levels: str, ranks: int) -> None:
    """Forty steps with rebuilds of the list; energies of the last step are those of both models there."""
    atoms = SYSTEMS["liquid"]
    models = [model_file("pair"), model_file("two_hop")]
    script = scene(tmp_path, atoms, *overlay(*models)) + DYNAMICS
    script += f"timestep 4e-4\nrun_style respa 2 3 {levels}\nrun 0\n" + WRITE.format("start.dump")
    script += "run 40\n" + WRITE.format("end.dump")
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    # too thin a skin loses pairs between the outer steps, the only ones where LAMMPS looks whether to rebuild
    assert int(done.output.split("Neighbor list builds =")[-1].split()[0]) > 0
    assert "Dangerous builds = 0\n" in done.output.split("Neighbor list builds =")[-1]
    start, end = (read_frames(tmp_path / name, SPECIES)[0] for name in ("start.dump", "end.dump"))
    forces = [forces_of(model) for model in models]
    inner, outer = forces if levels == "hybrid 1 2" else forces[::-1]
    expected = respa_reference(start, inner, outer, 40, 4e-4, 3)
    assert np.abs(expected - start.atoms.positions).max() > 0.1
    np.testing.assert_allclose(end.atoms.positions, expected, rtol=0, atol=1e-10)
    parts = [core_result(model, end.atoms) for model in models]
    energy = sum(part.energies[0] for part in parts)
    assert done.thermo()["PotEng"][-1] == pytest.approx(energy, rel=1e-11)
    np.testing.assert_allclose(end.forces, sum(part.forces for part in parts), rtol=0, atol=1e-9)


@pytest.mark.parametrize(("words", "ranks"), [("octahedral", 1), ("octahedral", 2), ("random:2 seed 3", 1)])
def test_respa_with_the_correction_on_the_outer_level(
    tmp_path: Path, model_file: ModelFile, words: str, ranks: int
) -> None:
    """The bare model inside, what symmetrization adds outside: an integrator in NumPy takes the same way. The energy is
    that of the average, and with equal steps so is everything."""
    atoms, model = SYSTEMS["triclinic"], model_file("two_hop")
    first, *coefficients = overlay(model, model)
    pair = [f"{first} symmetrize {words} mode correction", *coefficients]
    script = scene(tmp_path, atoms, *pair) + DYNAMICS
    script += "timestep 4e-4\nrun_style respa 2 3 hybrid 1 2\nrun 0\n" + WRITE.format("start.dump")
    script += "compute c all pair tumble 2\nthermo_style custom step pe c_c[4]\n" + OUTPUT
    script += "run 20\n" + WRITE.format("end.dump")
    if words == "octahedral":
        script += "clear\n" + scene(tmp_path, atoms, *pair) + DYNAMICS + "timestep 4e-4\n"
        script += "run_style respa 2 1 hybrid 1 2\nrun 20\n" + WRITE.format("equal.dump")
        script += "clear\n" + system_script(tmp_path, atoms, model, SPECIES, keywords=f"device cpu symmetrize {words}")
        script += DYNAMICS + "timestep 4e-4\nrun 20\n" + WRITE.format("average.dump")
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    start, end = (read_frames(tmp_path / name, SPECIES)[0] for name in ("start.dump", "end.dump"))
    symmetrize, _, seed = words.partition(" seed ")
    number = int(seed) if seed else None
    correction = _core.Symmetrizer(symmetrize, "correction", number)
    outer = forces_of(model, lambda step: [correction.frames((step, 0, 0, 1))])
    expected = respa_reference(start, forces_of(model), outer, 20, 4e-4, 3)
    np.testing.assert_allclose(end.atoms.positions, expected, rtol=0, atol=1e-10)
    bare = respa_reference(start, forces_of(model), lambda graph, step: np.zeros((24, 3)), 20, 4e-4, 3)
    assert np.abs(bare - expected).max() > 1e-3

    average = _core.Symmetrizer(symmetrize, "average", number).frames((20, 0, 0, 1))
    energy = core_result(model, end.atoms, average).energies[0]
    assert done.thermo(1)["PotEng"][-1] == pytest.approx(energy, rel=1e-10)
    assert done.thermo(1)["c_c[4]"][-1] == pytest.approx(core_result(model, end.atoms).energies[0], rel=1e-10)
    if words == "octahedral":
        equal, plain = (read_frames(tmp_path / name, SPECIES)[0] for name in ("equal.dump", "average.dump"))
        np.testing.assert_allclose(equal.atoms.positions, plain.atoms.positions, rtol=0, atol=1e-10)
        np.testing.assert_allclose(equal.forces, plain.forces, rtol=0, atol=1e-9)


def test_respa_conserves_energy_as_verlet_does(tmp_path: Path, model_file: ModelFile) -> None:
    """The stiff model inside, thrice: the energy's range is that of verlet at the inner step, not the outer one."""
    atoms = SYSTEMS["molecule"]
    script = ""
    for style, step in (("verlet", 6e-4), ("verlet", 2e-4), ("respa 2 3 hybrid 1 2", 6e-4)):
        pair = overlay(model_file("pair"), model_file("harmonic"))
        script += scene(tmp_path, atoms, *pair) + DYNAMICS
        script += f"timestep {step}\nrun_style {style}\nthermo {round(6e-4 / step)}\nrun {round(0.12 / step)}\nclear\n"
    done = run_lammps(tmp_path, script).checked()
    coarse, fine, respa = (np.ptp(done.thermo(n)["TotEng"]) for n in range(3))
    assert fine < 0.3 * coarse
    assert respa < 0.3 * coarse


def test_respa_with_the_whole_pair_style_on_one_level(tmp_path: Path, model_file: ModelFile) -> None:
    """With nothing else to do, `pair 2` is verlet at the outer time step and `pair 1` verlet at the inner one."""
    atoms = SYSTEMS["triclinic"]
    system = system_script(tmp_path, atoms, model_file("two_hop"), SPECIES) + DYNAMICS
    ways = {
        "outer": "run_style respa 2 2 pair 2\ntimestep 4e-4\nrun 20\n",
        "default": "run_style respa 2 2\ntimestep 4e-4\nrun 20\n",
        "verlet_outer": "timestep 4e-4\nrun 20\n",
        "inner": "run_style respa 2 2 pair 1\ntimestep 4e-4\nrun 20\n",
        "verlet_inner": "timestep 2e-4\nrun 40\n",
    }
    run_lammps(
        tmp_path, "clear\n".join(system + text + WRITE.format(name + ".dump") for name, text in ways.items())
    ).checked()
    ends = {name: read_frames(tmp_path / (name + ".dump"), SPECIES)[0] for name in ways}
    for one, other in (("outer", "verlet_outer"), ("default", "verlet_outer"), ("inner", "verlet_inner")):
        np.testing.assert_allclose(ends[one].atoms.positions, ends[other].atoms.positions, rtol=0, atol=1e-11)
        np.testing.assert_allclose(ends[one].forces, ends[other].forces, rtol=0, atol=1e-9)
    assert np.abs(ends["inner"].atoms.positions - ends["outer"].atoms.positions).max() > 1e-6


def test_respa_by_distance_is_refused(tmp_path: Path, model_file: ModelFile) -> None:
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), SPECIES)
    done = run_lammps(tmp_path, script + "fix 1 all nve\nrun_style respa 2 2 inner 1 2 3 outer 2\nrun 1\n")
    assert done.returncode != 0
    assert "Pair style does not support rRESPA inner/middle/outer" in done.output
