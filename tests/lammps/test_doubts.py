"""Warnings about settings that run but hardly mean what they say: masses, and random rotations without a thermostat.

All cases of a test are in one process of `lmp`, each after a `clear`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.lammps_frames import COLUMNS, DUMP_FORMAT
from support.lammps_runs import run_lammps, system_script, with_pair
from support.systems import systems

ATOMS = systems()["triclinic"]
SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]
WARNING = "WARNING: pair_style tumble: "


def run_cases(folder: Path, cases: dict[str, str], ranks: int = 1) -> dict[str, list[str]]:
    """What pair_style tumble has warned of in each script, without the place in the source."""
    script = "".join(f"clear\nprint 'CASE {name}'\n{text}" for name, text in cases.items())
    output = run_lammps(folder, script, ranks=ranks).checked().output
    parts = re.split(r"^CASE (.*)\n", output, flags=re.MULTILINE)
    pattern = re.compile(rf"^{WARNING}(.*) \(\S*doubts.cpp:\d+\)$", re.MULTILINE)
    return {name: pattern.findall(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.parametrize("ranks", [1, 2])
def test_masses(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    start = system_script(tmp_path, ATOMS, model_file("pair"), SPECIES)

    def masses(first: float, second: float) -> str:
        return start.replace("mass 1 15.999", f"mass 1 {first}").replace("mass 2 1.008", f"mass 2 {second}")

    symbols = list(ATOMS.symbols)
    hydrogens = symbols.count("H") / symbols.count("O")  # that an oxygen gives mass to
    swapped = start.replace(" O H", " H O")
    hybrid = with_pair(
        swapped,
        "pair_style hybrid tumble device cpu zero 4.0",
        f"pair_coeff * * tumble {model_file('pair')} NULL H",
        "pair_coeff 1 * zero",
    )
    cases = {
        "right": start,
        "rounded": masses(16, 1),
        "heavy water": masses(17.999, 2.014),
        "tritium": masses(16.999, 3),
        "tripled hydrogens": masses(round(15.999 - 2.016 * hydrogens, 4), 3.024),
        "quadrupled hydrogens": masses(round(15.999 - 3.024 * hydrogens, 4), 4.032),
        "tripled hydrogens of whole oxygens": masses(15.999, 3.024),
        "swapped": swapped,
        "heavy hydrogen": masses(14, 4),
        "unseen": hybrid.replace("mass 1 15.999", "mass 1 3"),
        "own masses": swapped.replace("read_data", "fix m all property/atom rmass\nread_data").replace(
            "pair_style", "set type 1 mass 15.999\nset type 2 mass 1.008\npair_style"
        ),
    }
    warnings = run_cases(tmp_path, {name: text + "run 0\nrun 0\n" for name, text in cases.items()}, ranks)
    order = "; pair_coeff names the elements in the order of the atom types"
    o_for_h = "expected the mass of an isotope for atom type 1, H of weight 1.008, got 15.999, that of O"
    h_for_o = "; for atom type 2, O of weight 15.999, got 1.008, that of H"
    expected: dict[str, list[str]] = {name: [] for name in cases}
    expected["swapped"] = expected["own masses"] = [o_for_h + h_for_o + order]
    expected["heavy hydrogen"] = [
        "expected the mass of an isotope for atom type 1, O of weight 15.999, got 14; "
        "for atom type 2, H of weight 1.008, got 4" + order
    ]
    assert warnings == expected


#: Commands of a thermostat, or of none, with whether there is a warning.
DYNAMICS = {
    "nve": ("fix 1 all nve", True),
    "nve/limit": ("fix 1 all nve/limit 0.1", True),
    "nph": ("fix 1 all nph iso 0 0 1", True),
    "rigid": ("fix 1 all rigid group 1 all", True),
    "rigid/small": ("variable one atom 1\ncomm_modify cutoff 8\nfix 1 all rigid/small custom v_one", True),
    "rigid/nve": ("fix 1 all rigid/nve group 1 all", True),
    "no drift": ("fix 1 all nve\nfix 2 all momentum 1 linear 1 1 1", True),
    "on others": ("group none empty\nfix 1 all nve\nfix 2 none langevin 300 300 0.1 1", True),
    "nvt": ("fix 1 all nvt temp 300 300 0.1", False),
    "npt": ("fix 1 all npt temp 300 300 0.1 iso 0 0 1", False),
    "langevin": ("fix 1 all nve\nfix 2 all langevin 300 300 0.1 1", False),
    "on some": ("group some type 1\nfix 1 all nve\nfix 2 some langevin 300 300 0.1 1", False),
    "csvr": ("fix 1 all nve\nfix 2 all temp/csvr 300 300 0.1 1", False),
    "rescale": ("fix 1 all nve\nfix 2 all temp/rescale 1 300 300 1 1", False),
    "berendsen": ("fix 1 all nve\nfix 2 all temp/berendsen 300 300 0.1", False),
    "press/langevin": ("fix 1 all nve\nfix 2 all press/langevin iso 0 0 1 temp 300 300 1", False),
    "gjf": ("fix 1 all nve\nfix 2 all gjf 300 300 0.1 1", False),
    "rigid/nvt": ("fix 1 all rigid/nvt group 1 all temp 300 300 0.1", False),
    "rigid langevin": ("fix 1 all rigid group 1 all langevin 300 300 0.1 1", False),
    # Not fix rigid/small with `langevin`: once in many runs of LAMMPS its first step had positions that weren't finite.
    "rigid/nve langevin": ("fix 1 all rigid/nve group 1 all langevin 300 300 0.1 1", False),
    "noforce": ("fix 1 all nve/noforce", False),
    "viscous": ("fix 1 all nve\nfix 2 all viscous 0.1", False),
    "nothing moves": ("", False),
}


def test_random_frames_without_a_thermostat(tmp_path: Path, model_file: ModelFile) -> None:
    words = "device cpu check no symmetrize random seed 1"
    start = system_script(tmp_path, ATOMS, model_file("harmonic"), SPECIES, keywords=words)
    start = start.replace("read_data", "atom_modify map array\nread_data")  # for fix rigid/small
    start += "velocity all create 300 1 loop geom\ntimestep 1e-4\n"
    cases = {name: f"{start}{commands}\nrun 1\nrun 1\n" for name, (commands, _) in DYNAMICS.items()}
    nve = "fix 1 all nve\nrun 1\n"
    cases["fixed set"] = start.replace("random", "octahedral") + nve
    cases["no steps"] = start + nve.replace("run 1", "run 0")
    dump = f"dump d all custom 1 all.dump {COLUMNS}\ndump_modify d {DUMP_FORMAT}\nrun 0\nundump d\n"
    cases["rerun"] = start + dump + "fix 1 all nve\nrerun all.dump dump x y z\n"
    warnings = run_cases(tmp_path, cases)
    assert {name: len(texts) for name, texts in warnings.items()} == {
        name: int(name in DYNAMICS and DYNAMICS[name][1]) for name in cases
    }
    assert warnings["nve/limit"][0].startswith(
        "expected a thermostat for `symmetrize random`, such as fix langevin, got fix nve/limit alone; "
    )


def test_monte_carlo_with_random_frames(tmp_path: Path, model_file: ModelFile) -> None:
    words = "device cpu check no symmetrize random:2 seed 1"
    start = system_script(tmp_path, ATOMS, model_file("harmonic"), SPECIES, keywords=words)
    swaps = "fix 1 all atom/swap 1 1 1234 300 ke no types 1 2\nrun 1\nrun 1\n"
    warnings = run_cases(tmp_path, {"random": start + swaps, "fixed": start.replace("random:2", "octahedral") + swaps})
    assert len(warnings["random"]) == 1
    assert warnings["random"][0].startswith("expected a fixed set, such as icosahedral, for fix atom/swap, ")
    assert warnings["fixed"] == []
