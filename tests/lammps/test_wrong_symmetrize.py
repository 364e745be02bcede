"""What can't be symmetrized ends LAMMPS with one clear line, on every rank: keywords, settings, computes.

Most cases share one process, through LAMMPS' Python module.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.lammps_cases import Outcome, run_cases
from support.lammps_runs import run_lammps, run_partitions, system_script, with_pair, write_data
from support.systems import systems

MOLECULE = systems()["molecule"]
SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]

STYLE = "ERROR: pair_style tumble: "
#: Words behind `pair_style tumble device cpu`, and the line in which LAMMPS ends.
WORDS = {
    "icosahedra": rf"{STYLE}`symmetrize`: expected one of none, .*; did you mean `icosahedral`\?",
    "degree:99": rf"{STYLE}`symmetrize`: expected `degree:t` with t from 1 to \d+, got `degree:99`",
    "none mode correction": f"{STYLE}`mode`: expected a set for `correction`, got `symmetrize none`",
    "octahedral mode corection": rf"{STYLE}`mode`: expected one of .*; did you mean `correction`\?",
    "random": f"{STYLE}`seed`: expected an integer for the random rotations of `random`, got none",
    "random:octahedral mode correction": f"{STYLE}`seed`: expected an integer for the random rotations of",
    "random seed": f"{STYLE}expected a value after keyword `seed`",
    **{
        f"random seed {seed}": rf"{STYLE}`seed`: expected an integer from 0, got `{re.escape(seed)}`"
        for seed in ("-1", "1.5", "one", "1e3", "99999999999999999999")
    },
    "octahedral symmetrize octahedral": rf"{STYLE}`symmetrize`: expected once, got twice \(",
    "octahedral device cpu": rf"{STYLE}`device`: expected once, got twice \(",
    "random seed 1 beads share": rf"{STYLE}`beads`: expected one of independent, shared; got `share`; did you mean",
    "octahedral beads shared": f"{STYLE}`beads`: expected random rotations for `shared`, got `symmetrize octahedral`, ",
    "none beads shared": f"{STYLE}`beads`: expected random rotations for `shared`, got `symmetrize none`, the same",
    "octahedral symmetrise none": rf"{STYLE}expected one of .*; got `symmetrise`; did you mean `symmetrize`\?",
}

COMPUTE = "ERROR: compute tumble/symmetry: "
ONE = f"{COMPUTE}`symmetrize`: expected a set of at least two rotations, since one has no spread,"
#: Words behind `compute a`.
COMPUTES = {
    "all tumble/symmetry": f"{COMPUTE}expected a set of rotations, such as icosahedral, got nothing",
    "all tumble/symmetry tetrahedra": rf"{COMPUTE}`symmetrize`: .*; did you mean `tetrahedral`\?",
    "all tumble/symmetry none": rf"{ONE} got `none` \(",
    "all tumble/symmetry random:1 seed 1": rf"{ONE} got `random:1` \(",
    "all tumble/symmetry/atom random seed 1": rf"{ONE.replace('symmetry', 'symmetry/atom', 1)} got `random` \(",
    "all tumble/symmetry random": rf"{COMPUTE}`seed`: expected an integer .* rotations of `random`, got none",
    "all tumble/symmetry random sead 1": rf"{COMPUTE}expected one of seed, instance; got `sead`; did you mean `seed`\?",
    "all tumble/symmetry octahedral instance 0": f"{COMPUTE}`instance`: expected an integer from 1, got `0`",
    "all tumble/symmetry octahedral instance 2": f"{COMPUTE}`instance`: expected an integer from 1 to 1, got 2",
    "all tumble/symmetry octahedral seed 1 seed 1": f"{COMPUTE}`seed`: expected once, got twice",
    "oxygen tumble/symmetry octahedral": f"{COMPUTE}expected group all, since a model sees all atoms; got oxygen",
    "oxygen tumble/symmetry/atom octahedral": "ERROR: compute tumble/symmetry/atom: expected group all, .* got oxygen",
}

MINIMIZATION = f"{STYLE}expected a fixed set for a minimization, such as icosahedral, .* got `symmetrize random:3`"
DIFFERENCES = f"{STYLE}expected a fixed set for {{}}, such as icosahedral, since .* got `symmetrize random:3`"
COMMANDS = DIFFERENCES.format("dynamical_matrix and third_order")
LEVEL = (
    f"{STYLE}expected random rotations at the outermost level of `run_style respa` alone, .* got `symmetrize random:3`"
)
TWO = (
    "pair_style hybrid/overlay tumble device cpu{} tumble device cpu{}",
    *(f"pair_coeff * * tumble {n} MODEL O H" for n in (1, 2)),
)
RANDOM = " symmetrize random:3 seed 1"
#: Lines in place of pair_style and pair_coeff, commands behind, and the line in which LAMMPS ends.
SETTINGS = {
    "minimize": ((), "minimize 0 1e-4 5 50\n", MINIMIZATION),
    "fire": ((), "run 0\nmin_style fire\nminimize 0 1e-4 5 50\n", MINIMIZATION),
    "dynamical_matrix": ((), "reset_atoms id\ndynamical_matrix all regular 0.001 file d.txt\n", COMMANDS),
    "third_order": ((), "reset_atoms id\nrun 2\nthird_order all regular 0.001 file t.txt\n", COMMANDS),
    "fix numdiff": ((), "reset_atoms id\nfix 1 all numdiff 1 0.001\nrun 0\n", DIFFERENCES.format("fix numdiff")),
    "fix numdiff/virial": (
        (),
        "fix 1 all numdiff/virial 1 0.001\nrun 0\n",
        DIFFERENCES.format("fix numdiff/virial"),
    ),
    "compute born/matrix": (
        (),
        "compute v all pressure NULL virial\ncompute b all born/matrix numdiff 0.001 v\nrun 0\n",
        DIFFERENCES.format("compute born/matrix"),
    ),
    "compute fep/ta": (
        (),
        "compute f all fep/ta 300 xy 1.01\nrun 0\n",
        DIFFERENCES.format("compute fep/ta"),
    ),
    "whole on an inner level": ((), "fix 1 all nve\nrun_style respa 2 2 pair 1\nrun 3\n", LEVEL),
    "middle level": ((), "fix 1 all nve\nrun_style respa 3 2 2 pair 2\nrun 3\n", LEVEL),
    "part on an inner level": (
        (TWO[0].format(RANDOM, ""), *TWO[1:]),
        "fix 1 all nve\nrun_style respa 2 2 hybrid 1 2\nrun 3\n",
        LEVEL,
    ),
    "several, none chosen": (
        (TWO[0].format("", ""), *TWO[1:]),
        "compute a all tumble/symmetry octahedral\nrun 0\n",
        f"{COMPUTE}expected `instance N` with N from 1 to 2, since there are 2 pair styles tumble",
    ),
    "too few": (
        (TWO[0].format("", ""), *TWO[1:]),
        "compute a all tumble/symmetry/atom octahedral instance 3\nrun 0\n",
        "ERROR: compute tumble/symmetry/atom: `instance`: expected an integer from 1 to 2, got 3",
    ),
    "no pair style": (
        ("pair_style zero 4.0", "pair_coeff * *"),
        "compute a all tumble/symmetry octahedral\nrun 0\n",
        f"{COMPUTE}expected a `pair_style tumble`, got none",
    ),
    "before the forces": (
        (),
        "compute a all tumble/symmetry octahedral\nvariable x equal c_a[3]\nvariable v equal 0\n"
        "fix 1 all move variable v_x NULL NULL v_v NULL NULL\nrun 2\n",
        "ERROR: compute tumble/symmetry at step 1: expected forces of this step, .* got none so far; ask later",
    ),
    "after the model has gone": (
        (),
        "compute a all tumble/symmetry/atom octahedral\nrun 0\npair_style tumble device cpu\n"
        "write_dump all custom a.dump id c_a[*]\n",
        "ERROR: compute tumble/symmetry/atom at step 0: expected forces of this step, .* got none so far; ask later",
    ),
    "after the atoms have changed": (
        (),
        "compute a all tumble/symmetry/atom octahedral\nrun 0\ncreate_atoms 1 single 2 2 2\n"
        "write_dump all custom a.dump id c_a[*]\n",
        "ERROR: compute tumble/symmetry/atom at step 0: expected the atoms of the last run, got others; use `run 0`",
    ),
}

CASES = WORDS | COMPUTES | {name: error for name, (_, _, error) in SETTINGS.items()}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, model_file: ModelFile) -> dict[str, Outcome]:
    folder = tmp_path_factory.mktemp("cases")
    model = model_file("two_hop")
    start = system_script(folder, MOLECULE, model, SPECIES, keywords="device cpu check no")
    start = start.replace("system.data", f"{folder}/system.data")
    start = start.replace("atom_style atomic", "atom_style atomic\natom_modify map yes")
    random = start.replace("check no", f"check no{RANDOM}")
    scripts = [start.replace("check no", f"symmetrize {words}") + "run 0\n" for words in WORDS]
    scripts += [start + f"group oxygen type 1\ncompute a {words}\nrun 0\n" for words in COMPUTES]
    for pair, behind, _ in SETTINGS.values():
        lines = [line.replace("MODEL", str(model)) for line in pair]
        scripts.append((with_pair(start, *lines) if pair else random) + behind)
    found = run_cases(folder, {f"case{n}": script for n, script in enumerate(scripts)})
    return dict(zip(CASES, found.values(), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_ends_with_one_clear_line(outcomes: dict[str, Outcome], name: str) -> None:
    text = outcomes[name].text
    assert re.match(CASES[name], text), text
    assert re.fullmatch(r"ERROR: .*\(lammps-plugin/\w+\.cpp:\d+\)(\nLast input line: [^\n]*\s*\^*\s*)?", text), text


def test_no_random_frames_in_neb(tmp_path: Path, model_file: ModelFile) -> None:
    (tmp_path / "final.txt").write_text("1\n2 5.7 5.6 5\n")
    script = system_script(
        tmp_path, MOLECULE, model_file("pair"), SPECIES, keywords="device cpu symmetrize random seed 2"
    )
    write_data(tmp_path / "system.data", MOLECULE, SPECIES, np.arange(1, 4))
    script = script.replace("atom_style atomic", "atom_style atomic\natom_modify map array sort 0 0.0")
    script += "fix 1 all neb 1.0\nmin_style quickmin\nneb 0 1e-4 5 5 5 final final.txt\n"
    done = run_partitions(tmp_path, script, "2x1")
    assert done.returncode != 0
    assert f"{STYLE}expected a fixed set for a minimization" in done.output


@pytest.mark.parametrize("turned", ["compute", "pair_style"])
def test_one_rank_of_two_fails_in_a_turned_frame(tmp_path: Path, model_file: ModelFile, turned: str) -> None:
    """Both ranks end with the one line; in the lab frame, the model has nothing against the structure."""
    atoms = Atoms("OHHO", [[5, 5, 5], [5.76, 5.59, 5], [4.24, 5.59, 5.1], [25, 5, 5]], cell=[30, 10, 10], pbc=False)
    model = model_file("out_of_plane")
    words = "device cpu symmetrize octahedral" if turned == "pair_style" else "device cpu"
    script = system_script(tmp_path, atoms, model, SPECIES, keywords=words).replace("read", "processors 2 1 1\nread", 1)
    if turned == "compute":
        script += "compute a all tumble/symmetry octahedral\nthermo_style custom step pe c_a\n"
    done = run_lammps(tmp_path, script + "run 0\n", ranks=2)
    assert done.returncode not in (0, None)
    assert done.output.count("ERROR") == 1, done.output
    who = "compute tumble/symmetry" if turned == "compute" else "pair_style tumble"
    assert f"ERROR: {who} at step 0: the model failed: " in done.output
    assert "an edge leaves the plane" in done.output
    assert len(list(tmp_path.glob("tumble_failed_0.extxyz"))) == (turned == "pair_style")
