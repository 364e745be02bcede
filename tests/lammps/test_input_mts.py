"""`inputs/lammps/water-molecule-mts.in`, as it is meant to be copied, with the shipped model."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.lammps_frames import core_result
from support.lammps_runs import run_lammps

from tumble import _core
from tumble.registry import find_model

INPUTS = Path(__file__).parents[2] / "inputs" / "lammps"


@pytest.mark.parametrize(("ensemble", "words"), [("nve", "icosahedral"), ("nvt", "random")])
def test_correction_outside(tmp_path: Path, ensemble: str, words: str) -> None:
    """Forty outer steps of 2 fs: the energy is the core's, and at constant energy it is conserved."""
    shutil.copy(INPUTS / "water1.data", tmp_path)
    script = (INPUTS / "water-molecule-mts.in").read_text().replace("line one", "line yaml")
    script += "write_dump all custom end.dump xu yu zu modify sort id format float %.17g\n"
    arguments = f"-var ensemble {ensemble} -var set {words} -var seed 5 -var steps 40 -var loops 4 -var every 1"
    done = run_lammps(tmp_path, script, arguments=arguments.split()).checked()
    table = done.thermo()
    assert table["Time"][-1] == pytest.approx(0.08)
    np.testing.assert_allclose(table["PotEng"], table["c_correction"] + table["c_correction[4]"], rtol=0, atol=1e-4)

    atoms = Atoms("OHH", done.dump("end.dump"), cell=[20, 20, 20], pbc=False)
    frames = _core.Symmetrizer(words, "average", 5).frames((40, 0, 0, 1))
    reference = core_result(find_model("water"), atoms, frames)
    # the model is in float32
    assert table["PotEng"][-1] == pytest.approx(reference.energies[0], abs=1e-4)
    torque = [table[f"v_tau{axis}"][-1] for axis in "xyz"]
    np.testing.assert_allclose(torque, reference.torques[0], atol=1e-4)

    if ensemble == "nve":
        assert np.ptp(table["TotEng"]) < 0.06 * np.ptp(table["PotEng"])
    else:
        assert np.ptp(table["TotEng"]) > 0.1 * np.ptp(table["PotEng"])
