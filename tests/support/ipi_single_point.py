"""One structure through a real i-PI server and the driver, with all digits."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
from ase import Atoms

from support.numbers import Numbers
from tumble import _core


def from_ipi(model: Path, atoms: Atoms, folder: Path) -> tuple[Numbers, Atoms]:
    """Results, and the structure that i-PI really sent."""
    address = f"tumble_point_{uuid.uuid4().hex[:8]}"
    length, energy = _core.units["bohr_in_angstrom"], _core.units["hartree_in_ev"]
    np.savez(
        folder / "structure.npz",
        symbols=np.array(atoms.get_chemical_symbols()),
        positions=atoms.positions / length,
        cell=atoms.cell.array / length,
    )
    atoms.write(folder / "structure.extxyz")
    server = [sys.executable, "-m", "support.ipi_server", address, "structure.npz", "result.npz"]
    driver = [sys.executable, "-m", "tumble", "drive", str(model), "--unix", address]
    driver += ["--structure", "structure.extxyz", "--device", "cpu"]
    # before the Tumble of a checkout that isn't installed
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": path}
    with (folder / "ipi.log").open("w") as log:
        processes = [
            subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env=environment)
            for command in (server, driver)
        ]
        try:
            codes = [process.wait(120) for process in processes]
        finally:
            for process in processes:
                process.kill()
                process.wait()
    assert codes == [0, 0], (folder / "ipi.log").read_text()
    result = np.load(folder / "result.npz")
    seen = atoms.copy()
    seen.set_cell(result["h"].T * length)
    seen.positions = result["q"].reshape(-1, 3) * length
    # i-PI holds the upper triangle of Wᵀ
    virial = np.where(np.tri(3, dtype=bool).T, result["virial"], np.nan).T * energy
    forces = result["forces"].reshape(-1, 3) * energy / length
    return Numbers(float(result["potential"]) * energy, forces, virial, result["torque"]), seen
