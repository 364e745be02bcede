"""Frame torque and symmetry error in the logs of real runs, against the core's numbers, in eV whatever LAMMPS has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.argon import run_argon
from support.lammps_frames import core_result
from support.lammps_runs import run_lammps, system_script
from support.systems import systems

from tumble import _core
from tumble.runs import open_run

ModelFile = Callable[[str], Path]

OWN = "thermo_style custom step pe c_tau[1] c_tau[2] c_tau[3] c_sym[1] c_sym[2] c_sym[3] c_sym[4]\n"
#: The same through variables, which LAMMPS doesn't divide by the number of atoms, and through averages of one step.
VARIABLES = "".join(f"variable t{k} equal c_tau[{k}]\n" for k in (1, 2, 3))
VARIABLES += "".join(f"variable s{k} equal c_sym[{k}]\n" for k in (1, 2, 3, 4))
VARIABLES += "thermo_style custom step pe v_t1 v_t2 v_t3 v_s1 v_s2 v_s3 v_s4\n"
AVERAGES = (
    "fix a all ave/time 1 1 1 c_tau[1] c_tau[2] c_tau[3]\nfix s all ave/time 1 1 1 c_sym\nfix f all ave/time 1 1 1 "
)
AVERAGES += "c_sym[4]\nthermo_style custom step pe f_a[1] f_a[2] f_a[3] c_sym[1] c_sym[2] f_s f_f\n"
NAMED = OWN + "thermo_modify colname c_tau[1] x colname c_tau[2] y colname c_sym[3] spread colname pe Energy\n"


@pytest.mark.parametrize("units", ["metal", "real"])
def test_energies_and_torques_are_in_electronvolts(tmp_path: Path, model_file: ModelFile, units: str) -> None:
    """In one process: every way to write the columns, with and without `norm`."""
    atoms, model = systems()["triclinic"], model_file("two_hop")
    frames = _core.Symmetrizer("octahedral", "average", None).frames((0, 0, 0, 0)).with_lab_frame()
    lab, average = core_result(model, atoms), core_result(model, atoms, frames)
    energies = average.frame_energies[0]
    spread = np.sqrt(frames.weights @ (energies - frames.weights @ energies) ** 2)
    force = np.sqrt(np.mean(np.sum((average.forces - lab.forces) ** 2, axis=1)))
    script = system_script(tmp_path, atoms, model, ["O", "H"]).replace("units metal", f"units {units}")
    script += "compute tau all pair tumble\ncompute sym all tumble/symmetry octahedral\nfix 1 all nve\n"
    styles = {"own": OWN, "variables": VARIABLES, "averages": AVERAGES, "named": NAMED}
    for name, style in styles.items():
        for norm in ("yes", "no"):
            script += f"{style}thermo_modify norm {norm} format float %.17g\nlog {name}-{norm}.log\nrun 0 post no\n"
    run_lammps(tmp_path, script).checked()
    text = (tmp_path / "log.lammps").read_text()
    for name in styles:
        for norm in ("yes", "no"):
            folder = tmp_path / f"{name}-{norm}"
            folder.mkdir()
            # Each log as if it were all that there is.
            behind = styles[name] + f"thermo_modify norm {norm}\n" + (tmp_path / f"{name}-{norm}.log").read_text()
            (folder / "log.lammps").write_text(text.partition("thermo_style")[0] + behind)
            found = open_run(folder)
            # ASE's calorie per mole and that of the core are of different years.
            assert found.log["potential"][0] == pytest.approx(lab.energies[0], rel=1e-7)
            assert found.torque is not None
            np.testing.assert_allclose(found.torque[0, 0], lab.torques[0], rtol=1e-7, atol=1e-9)
            assert found.symmetry["energy_shift"][0] == pytest.approx(average.energies[0] - lab.energies[0], abs=1e-6)
            assert found.symmetry["energy_std"][0] == pytest.approx(spread, abs=1e-7)
            assert found.symmetry["force_rms"][0] == pytest.approx(force, rel=1e-7)


def test_a_new_thermo_style_ends_what_thermo_modify_set(tmp_path: Path) -> None:
    """LAMMPS warns that earlier settings of `thermo_modify` are lost; the energies are those without them."""
    behind = "fix 1 all nve\nrun 10\nthermo_modify norm yes\nthermo_style custom step temp pe\nrun 10\n"
    found = open_run(run_argon(tmp_path / "again", behind))
    usual = open_run(run_argon(tmp_path / "usual", "fix 1 all nve\nthermo_style custom step temp pe\nrun 20\n"))
    assert found.log["potential"][-1] == pytest.approx(usual.log["potential"][-1], rel=1e-6)
