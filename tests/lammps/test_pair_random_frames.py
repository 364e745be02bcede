"""Random rotations of pair_style tumble: which ones a run has depends on seed, step, partition and instance alone.

The reference is the core's own result at the positions that LAMMPS writes, in the frames of the key that is documented:
(step, evaluation within the step, partition, instance).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from support.lammps_frames import COLUMNS, DUMP_FORMAT, core_result, read_frames
from support.lammps_runs import run_lammps, run_partitions, system_script, with_pair, write_data
from support.systems import systems

from tumble import _core

SYSTEMS = systems()
SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]
OUTPUT = "thermo_style custom step pe\nthermo_modify norm no line yaml format float %.17g\n"
NVE = "fix 1 all nve\ntimestep 4e-4\nthermo 10\n"
START = "velocity all create 900 1 loop geom\n"
RANDOM = "symmetrize random:2 seed 7"


def drawn(words: str, seed: int, key: Sequence[int]) -> _core.Frames:
    return _core.Symmetrizer(words, "average", seed).frames(key)


def write(name: str) -> str:
    return f"write_dump all custom {name}.dump {COLUMNS} modify {DUMP_FORMAT}\n"


def test_same_frames_after_a_restart_and_on_all_numbers_of_ranks(tmp_path: Path, model_file: ModelFile) -> None:
    """Forty steps in one piece, in two runs, from a restart file, on 1, 2 and 4 ranks: the same positions; with
    another seed, or other sets, not. And rerun finds the energies again."""
    model = model_file("two_hop")
    pair = "pair_style tumble device cpu check no {}\n" + f"pair_coeff * * {model} O H\n"
    system = system_script(tmp_path, SYSTEMS["triclinic"], model, SPECIES, keywords=f"device cpu {RANDOM}") + OUTPUT
    whole = system + START + NVE + f"dump d all custom 10 all.dump {COLUMNS}\ndump_modify d {DUMP_FORMAT}\n"
    whole += f"dump o all custom 10 old.dump {COLUMNS.replace('xu yu zu', 'x y z ix iy iz')}\n"
    whole += "dump_modify o format float %.17g\nrun 40\nundump d\nundump o\n" + write("whole")
    script = whole + "rerun old.dump dump x y z ix iy iz\n"
    script += "clear\n" + system + START + NVE + "run 20\nwrite_restart half.restart\nrun 20\n" + write("two_runs")
    script += (
        "clear\nread_restart half.restart\n" + pair.format(RANDOM) + OUTPUT + NVE + "run 20\n" + write("restarted")
    )
    for name, words in (
        ("seed", "random:2 seed 8"),
        ("number", "random:3 seed 7"),
        ("improper", "random+inversion seed 7"),
    ):
        script += "clear\n" + system + pair.format(f"symmetrize {words}") + START + NVE + "run 40\n" + write(name)
    done = run_lammps(tmp_path, script).checked()
    energies, again = done.thermo(0)["PotEng"], done.thermo(1)["PotEng"]
    np.testing.assert_allclose(again, energies, rtol=1e-10)
    frames = read_frames(tmp_path / "all.dump", SPECIES)
    for frame, energy in zip(frames, energies, strict=True):
        reference = core_result(model, frame.atoms, drawn("random:2", 7, (frame.step, 0, 0, 0)))
        assert energy == pytest.approx(reference.energies[0], rel=1e-11)
        np.testing.assert_allclose(frame.forces, reference.forces, rtol=0, atol=1e-9)

    ends = {name: read_frames(tmp_path / f"{name}.dump", SPECIES)[0] for name in ("whole", "two_runs", "restarted")}
    others = [read_frames(tmp_path / f"{name}.dump", SPECIES)[0] for name in ("seed", "number", "improper")]
    for ranks in (2, 4):
        run_lammps(tmp_path, whole, ranks=ranks).checked()
        ends[str(ranks)] = read_frames(tmp_path / "whole.dump", SPECIES)[0]
    for end in ends.values():
        assert end.step == 40
        np.testing.assert_allclose(end.atoms.positions, ends["whole"].atoms.positions, rtol=0, atol=1e-10)
        np.testing.assert_allclose(end.forces, ends["whole"].forces, rtol=0, atol=1e-9)
    for other in others:
        assert np.abs(other.atoms.positions - ends["whole"].atoms.positions).max() > 1e-4


def test_each_pair_style_of_a_hybrid_has_frames_of_its_own(tmp_path: Path, model_file: ModelFile) -> None:
    """Also with one seed; the correction, beside the bare model, has those of its own place."""
    atoms = SYSTEMS["triclinic"]
    models = [model_file("two_hop"), model_file("harmonic"), model_file("two_hop")]
    style = "tumble device cpu check no symmetrize random seed 5 "
    script = with_pair(
        system_script(tmp_path, atoms, Path("none"), SPECIES),
        f"pair_style hybrid/overlay {style * 3} mode correction",
        *(f"pair_coeff * * tumble {n + 1} {model} O H" for n, model in enumerate(models)),
    )
    script += "".join(f"compute {n} all pair tumble {n + 1}\n" for n in range(3))
    script += "thermo_style custom step c_0 c_1 c_2 c_0[*] c_1[*] c_2[*]\n" + OUTPUT.split("\n", 1)[1]
    script += "reset_timestep 41\nrun 0\n"
    table = run_lammps(tmp_path, script, ranks=2).checked().thermo()
    for n, model in enumerate(models):
        mode = "correction" if n == 2 else "average"
        frames = _core.Symmetrizer("random", mode, 5).frames((41, 0, 0, n))
        reference = core_result(model, atoms, frames)
        expected = [
            reference.energies[0],
            *reference.torques[0],
            reference.bare_energies[0],
            *reference.bare_torques[0],
        ]
        ours = [table[f"c_{n}"][0], *(table[f"c_{n}[{k}]"][0] for k in range(1, 8))]
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-10)


PIMD = """
variable bead uloop 2
displace_atoms all random 0.03 0.03 0.03 1${{bead}}
velocity all create 300 2${{bead}} loop geom
timestep 2e-4
fix 1 all pimd/langevin ensemble nvt method nmpimd temp 300 integrator obabo thermostat PILE_L 1 fixcom no
dump d all custom 1 bead${{bead}}.dump {columns}
dump_modify d {format} first yes
thermo 1
{output}run 5
"""


@pytest.mark.parametrize("beads", ["independent", "shared"])
def test_beads_of_a_path_integral(tmp_path: Path, model_file: ModelFile, beads: str) -> None:
    """One partition for each bead: frames of its own at each step, or the same for all."""
    model = model_file("two_hop")
    words = f"symmetrize random seed 3 beads {beads}" if beads == "shared" else "symmetrize random seed 3"
    atoms = SYSTEMS["triclinic"]
    script = system_script(tmp_path, atoms, model, SPECIES, keywords=f"device cpu {words}")
    write_data(tmp_path / "system.data", atoms, SPECIES, np.arange(1, len(atoms) + 1))
    script = script.replace("atom_style atomic", "atom_style atomic\natom_modify map array sort 0 0.0")
    done = run_partitions(
        tmp_path, script + PIMD.format(columns=COLUMNS, format=DUMP_FORMAT, output=OUTPUT), "2x1"
    ).checked()
    for bead in range(2):
        energies = done.thermo(log=f"log.lammps.{bead}")["PotEng"]
        frames = read_frames(tmp_path / f"bead{bead + 1}.dump", SPECIES)
        assert len(frames) == 6
        for frame, energy in zip(frames, energies, strict=True):
            key = (frame.step, 0, bead if beads == "independent" else 0, 0)
            reference = core_result(model, frame.atoms, drawn("random", 3, key))
            assert energy == pytest.approx(reference.energies[0], rel=1e-11)


def test_each_evaluation_of_a_step_has_frames_of_its_own(tmp_path: Path, model_file: ModelFile) -> None:
    """fix atom/swap computes the energy before its three moves and after each, then come the forces of the step."""
    model = model_file("two_hop")
    script = system_script(tmp_path, SYSTEMS["triclinic"], model, SPECIES, keywords=f"device cpu {RANDOM}")
    script += OUTPUT + "thermo 1\nfix 1 all atom/swap 1 3 1234 300 ke no types 1 2\n"
    script += f"dump d all custom 1 swap.dump {COLUMNS}\ndump_modify d {DUMP_FORMAT}\nrun 2\n"
    table = run_lammps(tmp_path, script).checked().thermo()
    for frame, energy in zip(read_frames(tmp_path / "swap.dump", SPECIES), table["PotEng"], strict=True):
        key = (frame.step, 4 if frame.step > 0 else 0, 0, 0)
        reference = core_result(model, frame.atoms, drawn("random:2", 7, key))
        assert energy == pytest.approx(reference.energies[0], rel=1e-11)
