"""Several partitions of ranks in one `mpirun`: neb, run_style verlet/split, independent replicas.

The references are the core's own results at the positions that each partition writes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.lammps_frames import COLUMNS, DUMP_FORMAT, core_result, read_frames
from support.lammps_runs import run_lammps, run_partitions, scene, tumble_pair
from support.systems import systems

SYSTEMS = systems()
SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]
OUTPUT = "thermo_modify norm no line yaml format float %.17g\n"


def test_replicas_with_models_of_their_own(tmp_path: Path, model_file: ModelFile) -> None:
    names = ["two_hop", "harmonic"]
    atoms = SYSTEMS["triclinic"]
    script = scene(tmp_path, atoms, f"variable m world {' '.join(str(model_file(name)) for name in names)}")
    script += (
        "pair_style tumble device cpu\npair_coeff * * ${m} O H\nvariable p world 1 2\nthermo_style custom step pe\n"
    )
    script += OUTPUT + f"fix 1 all nve\nrun 5\nwrite_dump all custom ${{p}}.dump {COLUMNS} modify {DUMP_FORMAT}\n"
    done = run_partitions(tmp_path, script, "2x1").checked()
    for n, name in enumerate(names):
        frame = read_frames(tmp_path / f"{n + 1}.dump", SPECIES)[0]
        reference = core_result(model_file(name), frame.atoms)
        assert done.thermo(log=f"log.lammps.{n}")["PotEng"][-1] == pytest.approx(reference.energies[0], rel=1e-11)
        np.testing.assert_allclose(frame.forces, reference.forces, rtol=0, atol=1e-10)


def test_error_in_one_partition_ends_them_all(tmp_path: Path, model_file: ModelFile) -> None:
    script = scene(tmp_path, SYSTEMS["molecule"], "variable e world H X", "pair_style tumble device cpu")
    done = run_partitions(tmp_path, script + f"pair_coeff * * {model_file('pair')} O ${{e}}\nrun 100\n", "2x1")
    assert done.returncode != 0
    assert "`species`: expected one of O, H; got `X`" in done.output


def test_neb(tmp_path: Path, model_file: ModelFile) -> None:
    """A proton goes from one oxygen to the other; the middle replica is at the top of the barrier by symmetry."""
    model = model_file("pair")
    atoms = Atoms("OHO", [[3.0, 5.0, 5.0], [3.97, 5.1, 5.0], [6.2, 5.0, 5.0]], cell=[10, 10, 10], pbc=True)
    (tmp_path / "final.txt").write_text("1\n2 5.23 5.1 5\n")
    script = scene(tmp_path, atoms, *tumble_pair(model)) + (
        "group fixed type 1\nfix 0 fixed setforce 0 0 0\nfix 1 all neb 1.0\nmin_style quickmin\ntimestep 5e-4\n"
        "thermo 20\nvariable u uloop 3\nneb 0 1e-4 150 50 50 final final.txt\nunfix 1\nunfix 0\nrun 0\n"
        f"write_dump all custom neb$u.dump {COLUMNS} modify {DUMP_FORMAT}\n"
    )
    run_partitions(tmp_path, script, "3x1").checked()
    rows = [line.split() for line in (tmp_path / "log.lammps").read_text().splitlines() if len(line.split()) == 15]
    reported = np.array(rows[-1][10::2], dtype=float)  # step, eight others, and reaction coordinate and energy of each
    frames = [read_frames(tmp_path / f"neb{n}.dump", SPECIES)[0] for n in (1, 2, 3)]
    results = [core_result(model, frame.atoms) for frame in frames]
    np.testing.assert_allclose(reported, [result.energies[0] for result in results], rtol=1e-7)  # eight digits
    for frame, result in zip(frames, results, strict=True):
        np.testing.assert_allclose(frame.forces, result.forces, rtol=0, atol=1e-10)
        assert np.abs(result.forces[1]).max() < 5e-3
    assert reported[1] - reported[0] > 0.5
    assert reported[2] == pytest.approx(reported[0], abs=1e-7)
    assert frames[1].atoms.positions[1, 0] == pytest.approx(4.6, abs=1e-6)


def charged(folder: Path, atoms: Atoms, *pair: str) -> str:
    script = scene(folder, atoms, *pair).replace("atom_style atomic", "atom_style charge")
    text = (folder / "system.data").read_text()
    head, lines = text.split("Atoms # atomic\n")
    rows = [line.split() for line in lines.splitlines() if line]
    charges = "".join(f"{' '.join(row[:2])} {-0.8 if row[1] == '1' else 0.4} {' '.join(row[2:])}\n" for row in rows)
    (folder / "system.data").write_text(head + "Atoms # charge\n\n" + charges)
    return script


@pytest.mark.parametrize("partition", ["2x1", pytest.param("2x2", marks=pytest.mark.extended)])
def test_verlet_split(tmp_path: Path, model_file: ModelFile, partition: str) -> None:
    """With kspace beside the model, one partition for each, and the numbers of verlet on one rank."""
    atoms = SYSTEMS["triclinic"]
    model = model_file("two_hop")
    script = charged(
        tmp_path,
        atoms,
        "pair_style hybrid/overlay tumble device cpu coul/long 4.0",
        f"pair_coeff * * tumble {model} O H",
        "pair_coeff * * coul/long",
        "kspace_style pppm 1e-4",
        "kspace_modify mesh 8 8 8",
    )
    script += "compute t all pair tumble\nthermo_style custom step pe elong pxx c_t\nthermo 1\n" + OUTPUT
    script += "fix 1 all nve\ntimestep 4e-4\n"
    end = f"run 10\nwrite_dump all custom end.dump {COLUMNS} modify {DUMP_FORMAT}\n"
    one = run_lammps(tmp_path, script + end).checked()
    verlet, verlet_end = one.thermo(), read_frames(tmp_path / "end.dump", SPECIES)[0]
    split = (
        run_partitions(tmp_path, script + "run_style verlet/split\n" + end, partition)
        .checked()
        .thermo(log="log.lammps.0")
    )
    split_end = read_frames(tmp_path / "end.dump", SPECIES)[0]
    assert abs(verlet["E_long"][0]) > 1
    for key in ("PotEng", "E_long", "c_t", "Pxx"):
        np.testing.assert_allclose(split[key], verlet[key], rtol=1e-10)
    np.testing.assert_allclose(split_end.atoms.positions, verlet_end.atoms.positions, rtol=0, atol=1e-11)
    assert split["c_t"][-1] == pytest.approx(core_result(model, split_end.atoms).energies[0], rel=1e-11)


def test_verlet_split_without_kspace_ends(tmp_path: Path, model_file: ModelFile) -> None:
    """LAMMPS itself warns and then crashes, with every pair style; at least it ends, on all ranks."""
    script = scene(tmp_path, SYSTEMS["triclinic"], *tumble_pair(model_file("pair")))
    done = run_partitions(tmp_path, script + "fix 1 all nve\nrun_style verlet/split\nrun 2\n", "2x1")
    assert done.returncode != 0
    assert "A KSpace style must be defined with verlet/split" in done.output
