"""`units real` beside `units metal`: the same numbers after conversion with CODATA 2022.

LAMMPS' own factor for pressures has fewer digits; it is divided out, so that virials are compared, not it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import constants
from support.lammps_frames import COLUMNS, DUMP_FORMAT, core_result, read_frames
from support.lammps_runs import run_lammps, scattered_ids, system_script
from support.systems import systems

SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]
KCAL_PER_MOL = constants.e * constants.N_A / (1000 * constants.calorie)  # of 1 eV
NKTV2P = 68568.415  # LAMMPS' own factor from kcal/mol/Å³ to atm in real units


@pytest.mark.parametrize(("name", "ranks"), [("triclinic", 1), ("molecule", 1), ("liquid", 2)])
def test_all_results_are_converted(tmp_path: Path, model_file: ModelFile, name: str, ranks: int) -> None:
    atoms = systems()[name]
    model = model_file("two_hop")
    script = system_script(tmp_path, atoms, model, SPECIES).replace("units metal", "units real")
    script += (
        "compute e all pe/atom\ncompute s all stress/atom NULL virial\ncompute es all reduce sum c_e\n"
        "compute w all reduce sum c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]\ncompute t all pair tumble\n"
        "thermo_style custom step pe pxx pyy pzz pxy pxz pyz vol c_es c_w[*] c_t\n"
        "thermo_modify norm no line yaml format float %.17g\nrun 0\n"
        f"write_dump all custom out.dump {COLUMNS} modify {DUMP_FORMAT}\n"
        "write_dump all custom e.dump id c_e modify sort id format float %.17g\n"
    )
    done = run_lammps(tmp_path, script, ranks=ranks).checked()
    reference, table = core_result(model, atoms), done.thermo()
    for key in ("PotEng", "c_es", "c_t"):
        assert table[key][0] == pytest.approx(reference.energies[0] * KCAL_PER_MOL, rel=1e-11)
    ids = scattered_ids(len(atoms))
    frame = read_frames(tmp_path / "out.dump", SPECIES)[0]
    order = np.searchsorted(frame.ids, ids)
    np.testing.assert_allclose(frame.forces[order], reference.forces * KCAL_PER_MOL, rtol=0, atol=1e-9)
    energies = dict(done.dump("e.dump").tolist())
    expected = reference.atom_energies * KCAL_PER_MOL
    np.testing.assert_allclose([energies[i] for i in ids], expected, rtol=0, atol=1e-9)
    virial = reference.virials[0][[0, 1, 2, 1, 2, 2], [0, 1, 2, 0, 0, 1]] * KCAL_PER_MOL
    pressures = np.array([table[key][0] for key in ("Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz")])
    np.testing.assert_allclose(pressures * table["Volume"][0] / NKTV2P, virial, rtol=1e-10, atol=1e-9)
    stresses = np.array([table[f"c_w[{k}]"][0] for k in range(1, 7)])
    np.testing.assert_allclose(-stresses / NKTV2P, virial, rtol=1e-10, atol=1e-9)


def test_dynamics_are_those_of_metal_units(tmp_path: Path, model_file: ModelFile) -> None:
    """To the digits of LAMMPS' own constants, which differ between the two; the energy is conserved in both."""
    atoms = systems()["triclinic"]
    ends, tables = [], []
    for units, step in (("metal", 2e-4), ("real", 0.2)):
        script = system_script(tmp_path, atoms, model_file("two_hop"), SPECIES).replace("units metal", f"units {units}")
        script += (
            f"fix 1 all nve\ntimestep {step}\nthermo_style custom step pe etotal\n"
            "thermo_modify norm no line yaml format float %.17g\nthermo 10\nrun 50\n"
            f"write_dump all custom out.dump {COLUMNS} modify {DUMP_FORMAT}\n"
        )
        done = run_lammps(tmp_path, script).checked()
        tables.append(done.thermo())
        ends.append(read_frames(tmp_path / "out.dump", SPECIES)[0].atoms.positions)
    start = atoms.positions[np.argsort(scattered_ids(len(atoms)))]
    assert np.abs(ends[0] - start).max() > 1e-2
    np.testing.assert_allclose(ends[0], ends[1], rtol=0, atol=1e-6)
    for table in tables:
        assert np.ptp(table["TotEng"]) < 0.01 * np.ptp(table["PotEng"])
