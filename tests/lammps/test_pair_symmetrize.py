"""`pair_style tumble symmetrize SET`: averages and corrections over fixed sets, and over random ones at one step.

References: toys whose averages vanish, the core's own numbers, and finite differences of LAMMPS' energies.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.lammps_runs import THERMO, run_lammps, scattered_ids, system_script
from support.numbers import SPECIES, assert_same, from_core, from_lammps_in_turn
from support.systems import systems

from tumble import _core

SYSTEMS = systems()
ModelFile = Callable[[str], Path]
NKTV2P = 1602176.5  # LAMMPS' own factor from eV/Å³ to bar in metal units

#: Toys of one degree l, and the sets that average it to zero: their own degree is l or higher.
VANISHING = {
    "harmonic": ("tetrahedral", "octahedral", "icosahedral+inversion", "random:tetrahedral seed 8"),  # l = 2
    "harmonic_2": ("octahedral", "icosahedral", "tetrahedral+inversion", "none+inversion"),  # l = 3
    "harmonic_4": ("icosahedral", "icosahedral+inversion", "degree:4"),
    "harmonic_5": ("icosahedral", "random:icosahedral seed 1", "degree:5"),
}
#: One degree too low.
SURVIVING = {"harmonic_2": "tetrahedral", "harmonic_4": "octahedral"}


@pytest.mark.parametrize("ranks", [1, 2, pytest.param(4, marks=pytest.mark.extended)])
def test_toys_of_one_degree_average_to_zero(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    """Energy, forces and virial in a triclinic box, to rounding; one degree too low doesn't do."""
    atoms = SYSTEMS["triclinic"]  # the free atoms' energies, -3 and 1.5 eV, sum to zero
    # each start of a model costs time on each rank: on several, the first set of each toy
    pairs = [(toy, words) for toy, sets in VANISHING.items() for words in sets[: None if ranks == 1 else 1]]
    pairs += SURVIVING.items()
    cases = {f"{toy}_{n}": (model_file(toy), atoms, f"symmetrize {words}") for n, (toy, words) in enumerate(pairs)}
    results = from_lammps_in_turn(cases, tmp_path, ranks)
    for (toy, words), result in zip(pairs, results.values(), strict=True):
        largest = max(np.abs(values).max() for values in (result.energy, result.forces, np.nan_to_num(result.virial)))
        if SURVIVING.get(toy) == words:
            assert largest > 1e-2
        else:
            assert largest < 1e-12, (toy, words)
            assert np.abs(result.torque).max() < 1e-12


def inverted(atoms: Atoms) -> Atoms:
    """The structure at -x, in the same box: a lattice is its own inverse."""
    copied = atoms.copy()
    copied.positions *= -1.0
    copied.wrap()
    return copied


@pytest.mark.parametrize("ranks", [1, 2])
def test_inversion_of_a_model_that_breaks_parity(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    """A structure and its inverse have one energy, that of the part that is even, and opposite forces."""
    here = SYSTEMS["triclinic"]
    cases = {
        f"{words}_{where}": (model_file("handed"), atoms, f"symmetrize {words}")
        for words in ("none", "inversion")
        for where, atoms in (("here", here), ("there", inverted(here)))
    }
    found = from_lammps_in_turn(cases, tmp_path, ranks)
    odd = 0.5 * (found["none_here"].energy - found["none_there"].energy)
    assert abs(odd) > 1e-2
    assert np.abs(found["none_here"].torque).max() < 1e-11  # it doesn't show the error
    assert found["inversion_here"].energy == pytest.approx(found["inversion_there"].energy, abs=1e-11)
    np.testing.assert_allclose(found["inversion_here"].forces, -found["inversion_there"].forces, atol=1e-11)
    pair = from_core(model_file("pair"), here)
    np.testing.assert_allclose(found["inversion_here"].energy, pair.energy, atol=1e-11)
    np.testing.assert_allclose(found["inversion_here"].forces, pair.forces, atol=1e-11)


@pytest.mark.parametrize(
    ("model", "words", "said", "enough"),
    [
        ("handed", "none", True, None),
        ("handed", "octahedral", True, "inversion"),
        ("handed", "inversion", False, None),
        ("handed", "random+inversion seed 1", False, None),
        ("pair", "none", False, None),
        ("pair", "inversion", False, "none"),
        ("harmonic", "none", False, None),
        ("harmonic", "octahedral", False, None),
    ],
)
def test_the_log_says_what_the_frame_torque_does_not_show(
    tmp_path: Path, model_file: ModelFile, model: str, words: str, said: bool, enough: str | None
) -> None:
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file(model), SPECIES)
    script = script.replace("pair_style tumble", f"pair_style tumble symmetrize {words}")
    run_lammps(tmp_path, script + "run 0\nrun 0\n").checked()
    log = (tmp_path / "log.lammps").read_text()
    line = "pair_style tumble: inversion changes the model's energy, which the frame torque doesn't show; "
    assert log.count(line) == said
    assert re.findall("this model needs only `symmetrize (.*)`", log) == ([enough] if enough else [])
    kind = {"handed": "exact invariance under rotations, not inversion", "pair": "exact invariance"}
    assert f"), {kind.get(model, 'approximate invariance')}, cutoff 4 A" in log


WORDS = {
    "none": ("none", "average", None),
    "fixed": ("octahedral", "average", None),
    "improper": ("tetrahedral+inversion", "average", 5),  # a seed without random rotations is no error
    "correction": ("icosahedral", "correction", None),
    "random": ("random:3", "average", 2**62 + 1),
    "turned": ("random:octahedral+inversion", "average", 0),
    "random_correction": ("random:2+inversion", "correction", 17),
}


def keywords(symmetrize: str, mode: str, seed: int | None) -> str:
    return f"symmetrize {symmetrize} mode {mode}" + (f" seed {seed}" if seed is not None else "")


@pytest.mark.parametrize("ranks", [1, 2, pytest.param(4, marks=pytest.mark.extended)])
def test_numbers_are_those_of_the_core(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    """With message passing; random rotations have the key of step 0, its first evaluation, and the first pair style."""
    model = model_file("two_hop")
    cases = {
        f"{system}_{name}": (model, SYSTEMS[system], keywords(*words) + " memory 1")
        for system in ("triclinic", "small")
        for name, words in WORDS.items()
        if system == "triclinic" or (ranks < 4 and name in ("fixed", "random_correction"))
    }
    results = from_lammps_in_turn(cases, tmp_path, ranks)
    bare = from_core(model, SYSTEMS["triclinic"])
    for name, result in results.items():
        system, key = name.split("_", 1)
        frames = _core.Symmetrizer(*WORDS[key]).frames((0, 0, 0, 0))
        assert_same(result, from_core(model, SYSTEMS[system], frames))
        if system == "triclinic" and key in ("none", "fixed", "improper", "correction"):
            # the lab frame is among them
            np.testing.assert_allclose(result.bare, [bare.energy, *bare.torque], rtol=0, atol=1e-10)
    energies = [results[f"triclinic_{name}"].energy for name in WORDS]
    assert np.abs(np.diff(np.sort(energies))).min() > 1e-6  # each is a number of its own


def test_log_and_per_atom_virials(tmp_path: Path, model_file: ModelFile) -> None:
    """The log names the set once; virials of atoms are averages as well, and sum to the pressure."""
    script = system_script(
        tmp_path,
        SYSTEMS["triclinic"],
        model_file("two_hop"),
        SPECIES,
        keywords="device cpu symmetrize octahedral+inversion mode correction",
    )
    script += (
        "compute s all stress/atom NULL virial\n"
        "compute w all reduce sum c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]\n"
        "thermo_style custom step vol pxx pyy pzz pxy pxz pyz c_w[*]\n"
        "thermo_modify norm no line yaml format float %.17g\nrun 0\nrun 0\n"
    )
    done = run_lammps(tmp_path, script, ranks=2).checked()
    line = "pair_style tumble: symmetrize octahedral+inversion, 48 rotations, exact to degree 3, correction\n"
    assert done.output.count(line) == 1
    table = done.thermo()
    for n, component in enumerate(("Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz")):
        expected = -table[component][0] * table["Volume"][0]
        assert abs(expected) > 1
        assert table[f"c_w[{n + 1}]"][0] == pytest.approx(expected, rel=1e-9)


DERIVED = {
    "fixed": "symmetrize octahedral",
    "correction": "symmetrize tetrahedral+inversion mode correction",
    "random": "symmetrize random:2 seed 3",  # every `run 0` of a step has the same frames
    "random_correction": "symmetrize random:tetrahedral seed 4 mode correction",
}
TILTS = {
    # the shear that moves the second cell vector along x takes the third one along, too
    "Pxy": "xy delta {b} xz delta {c_y}",
    "Pxz": "xz delta {c}",
    "Pyz": "yz delta {c}",
}


@pytest.mark.parametrize("name", DERIVED)
def test_forces_and_pressure_are_derivatives_of_the_energy(tmp_path: Path, model_file: ModelFile, name: str) -> None:
    """By central differences: three atoms along one direction each, and the three tilts of the box."""
    atoms: Atoms = SYSTEMS["triclinic"]
    model = model_file("two_hop")
    script = system_script(tmp_path, atoms, model, SPECIES, keywords=f"device cpu {DERIVED[name]}") + THERMO
    script += "run 0\nwrite_dump all custom forces.dump id fx fy fz modify sort id format float %.17g\n"
    step = 1e-4
    directions = np.random.default_rng(6).normal(size=(3, 3))
    ids = scattered_ids(len(atoms))[[0, 4, 9]]
    for atom, direction in zip(ids, directions, strict=True):
        script += f"group a id {atom}\n"
        for factor in (step, -2 * step):
            script += f"displace_atoms a move {' '.join(f'{x:.17g}' for x in factor * direction)} units box\nrun 0\n"
        script += f"displace_atoms a move {' '.join(f'{x:.17g}' for x in step * direction)} units box\n"
        script += "group a delete\n"
    for tilt in TILTS.values():
        for factor in (step, -2 * step, step):
            tilts = tilt.format(b=factor * atoms.cell[1, 1], c=factor * atoms.cell[2, 2], c_y=factor * atoms.cell[2, 1])
            script += f"change_box all {tilts} remap units box\nrun 0\n"
    done = run_lammps(tmp_path, script).checked()
    energies = iter([done.thermo(n)["PotEng"][0] for n in range(1, 16)])
    forces = {int(row[0]): row[1:] for row in done.dump("forces.dump")}
    for atom, direction in zip(ids.tolist(), directions, strict=True):
        derivative = (next(energies) - next(energies)) / (2 * step)
        assert forces[atom] @ direction == pytest.approx(-derivative, rel=1e-6, abs=1e-8)
    here = done.thermo(0)
    for pressure in TILTS:
        derivative = (next(energies) - next(energies)) / (2 * step)
        next(energies)  # back again
        virial = here[pressure][0] * here["Volume"][0] / NKTV2P
        assert virial == pytest.approx(-derivative, rel=1e-6, abs=1e-8)


def test_fixed_sets_beside_what_takes_differences(tmp_path: Path, model_file: ModelFile) -> None:
    """Random rotations are refused there; a fixed set has its forces, and a symmetric matrix of their derivatives."""
    script = system_script(
        tmp_path, SYSTEMS["molecule"], model_file("two_hop"), SPECIES, keywords="symmetrize octahedral"
    )
    script = script.replace("atom_style atomic", "atom_style atomic\natom_modify map yes") + "reset_atoms id\n"
    script += "dynamical_matrix all eskm 1e-4 file matrix.txt\nfix 1 all numdiff 1 1e-4\nrun 0\n"
    script += "write_dump all custom all.dump id fx fy fz f_1[*] modify sort id format float %.17g\n"
    done = run_lammps(tmp_path, script).checked()
    rows = done.dump("all.dump")
    np.testing.assert_allclose(rows[:, 4:], rows[:, 1:4], rtol=0, atol=1e-6)
    assert np.abs(rows[:, 1:4]).max() > 0.1
    matrix = np.loadtxt(tmp_path / "matrix.txt").reshape(9, 9)
    np.testing.assert_allclose(matrix, matrix.T, rtol=0, atol=1e-6 * np.abs(matrix).max())
