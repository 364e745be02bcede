"""LAMMPS as a client of a real i-PI server, `fix ipi`, beside our own driver.

LAMMPS' constants are coarser than the core's (CODATA 2022), by 2e-8: what i-PI gets from LAMMPS is compared with the
driver's numbers to that, and converted with LAMMPS' constants to 1e-10 at the positions that LAMMPS had.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.ipi_runs import BOHR, HARTREE, Server, start_driver, unix_endpoint
from support.lammps_frames import core_result, read_frames
from support.lammps_ipi import STEPS, client_script, serve_lammps
from support.systems import systems

SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]
LAMMPS_BOHR = 0.52917721  # fix_ipi.cpp
LAMMPS_HARTREE = 8.617343e-5 / 3.1668152e-6  # Boltzmann's constant of LAMMPS' metal units and that of fix_ipi.cpp


@pytest.mark.parametrize(("name", "model", "ranks"), [("triclinic", "two_hop", 2), ("molecule", "harmonic", 1)])
def test_same_numbers_as_the_driver(tmp_path: Path, model_file: ModelFile, name: str, model: str, ranks: int) -> None:
    atoms = systems()[name]
    path = model_file(model)
    lammps_folder, driver_folder = tmp_path / "lammps", tmp_path / "driver"
    lammps_folder.mkdir()
    driver_folder.mkdir()
    server, done = serve_lammps(lammps_folder, atoms, client_script(lammps_folder, atoms, path), ranks)
    assert "Got EXIT message from i-PI" in done.output  # the only way in which a run with fix ipi ends
    # the first of each is of the data file's positions; the table has no end, hence line by line
    seen = read_frames(lammps_folder / "lammps.dump", SPECIES)[1 : STEPS + 2]
    thermo = [float(line.split(",")[1]) for line in done.output.splitlines() if line.startswith("  - [")][1:]

    endpoint = unix_endpoint()
    periodic = "xyz" if atoms.pbc.all() else "none"
    with (
        Server(driver_folder, atoms, endpoint, steps=STEPS) as ours,
        start_driver(driver_folder, path, endpoint, "--periodic", periodic) as driver,
    ):
        assert ours.wait() == 0, ours.output
        assert driver.wait() == 0, driver.output

    potential = server.properties[:, 1] * HARTREE
    virial = server.properties[:, 3:9] * server.properties[:, 9:] * HARTREE
    positions = server.frames("positions")[1]
    forces = server.frames("forces")[1]
    for step, frame in enumerate(seen):
        # fix ipi overwrites wrapped positions with unwrapped ones and leaves the image flags of before
        moved = frame.atoms.positions - positions[step] * LAMMPS_BOHR
        moved -= np.rint(moved @ np.linalg.inv(frame.atoms.cell.array)) @ frame.atoms.cell.array
        np.testing.assert_allclose(moved, 0, rtol=0, atol=1e-10)
        reference = core_result(path, frame.atoms)
        scale = HARTREE / LAMMPS_HARTREE
        assert thermo[step] == pytest.approx(reference.energies[0], rel=1e-11)
        assert potential[step] / scale == pytest.approx(reference.energies[0], rel=1e-10)
        to_lammps = LAMMPS_HARTREE / LAMMPS_BOHR
        np.testing.assert_allclose(forces[step] * to_lammps, reference.forces, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(frame.forces, reference.forces, rtol=0, atol=1e-10)
        if atoms.pbc.all():
            transposed = reference.virials[0].T[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
            np.testing.assert_allclose(virial[step], transposed, rtol=1e-7, atol=1e-7)
    # the trajectories start alike and move apart by no more than the constants do
    np.testing.assert_allclose(server.frames("positions")[1], ours.frames("positions")[1], rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(server.properties[:, 1], ours.properties[:, 1], rtol=1e-7)
    np.testing.assert_allclose(forces, ours.frames("forces")[1], rtol=2e-7, atol=1e-7 * np.abs(forces).max())
    if atoms.pbc.all():
        np.testing.assert_allclose(server.properties[:, 3:9], ours.properties[:, 3:9], rtol=3e-7, atol=1e-9)
    assert np.abs(positions[-1] - positions[0]).max() * BOHR > 1e-3


@pytest.mark.parametrize(("boxes", "ranks"), [(1, 1), (4, 1), (4, 2)])
def test_atoms_that_i_pi_has_moved_boxes_away(tmp_path: Path, model_file: ModelFile, boxes: int, ranks: int) -> None:
    """One box away is the same structure. Of farther atoms fix ipi loses some, and without thermo output, which would
    ask, LAMMPS says nothing and sends the energy of the others."""
    atoms = systems()["triclinic"]
    model = model_file("two_hop")
    moved = atoms.copy()
    moved.positions[3] += boxes * atoms.cell[1]
    script = client_script(tmp_path, atoms, model).replace("thermo 1\n", "thermo 0\n")
    server, done = serve_lammps(tmp_path, moved, script, ranks, complete=boxes == 1)
    if boxes == 1:
        energy = server.properties[0, 1] * HARTREE
        assert energy == pytest.approx(core_result(model, atoms).energies[0], rel=1e-6)
        return
    assert done.returncode != 0
    assert re.search("ERROR: pair_style tumble at step 1: expected 24 atoms, got 23; fix ipi loses", done.output)
    assert done.output.count("ERROR") == 1
