"""Path integrals in LAMMPS: fix pimd/langevin with one partition per bead, and fix ipi, which takes the beads in turn.

The references are the core's and the driver's results at the positions of the same beads.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.ipi_runs import BOHR, HARTREE, Server, start_driver, unix_endpoint
from support.lammps_frames import COLUMNS, DUMP_FORMAT, core_result, read_frames
from support.lammps_ipi import client_script, serve_lammps
from support.lammps_runs import run_partitions, scene, tumble_pair
from support.systems import systems

import tumble
from tumble import _core

SYSTEMS = systems()
SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]
OUTPUT = "thermo_modify norm no line yaml format float %.17g\n"

PIMD = """
variable bead uloop {beads}
displace_atoms all random 0.03 0.03 0.03 1${{bead}}
velocity all create 300 2${{bead}} loop geom
timestep {timestep}
fix 1 all pimd/langevin ensemble nve method nmpimd temp 300 integrator obabo thermostat PILE_L 1 fixcom no
dump d all custom 1 bead${{bead}}.dump {columns}
dump_modify d {format} first yes
thermo_style custom step pe {output}
thermo 1
{settings}run {steps}
"""


def path_integral(
    folder: Path, atoms: Atoms, model: Path, timestep: float, steps: int, partition: str
) -> list[dict[str, np.ndarray]]:
    """Thermo tables of both beads."""
    folder.mkdir()
    script = scene(folder, atoms, *tumble_pair(model))
    script += PIMD.format(
        beads=2,
        timestep=timestep,
        columns=COLUMNS,
        format=DUMP_FORMAT,
        output="f_1[1] f_1[2] f_1[3] f_1[4]",
        settings=OUTPUT,
        steps=steps,
    )
    done = run_partitions(folder, script, partition).checked()
    return [done.thermo(log=f"log.lammps.{bead}") for bead in range(2)]


@pytest.mark.parametrize("partition", ["2x1", pytest.param("2x2", marks=pytest.mark.extended)])
def test_path_integral_with_one_partition_per_bead(tmp_path: Path, model_file: ModelFile, partition: str) -> None:
    """Each bead's energy and forces are the core's; the quantity that fix pimd/langevin conserves holds better with
    half the time step."""
    model = model_file("two_hop")
    ranges = []
    for timestep, steps in ((2e-4, 10), (1e-4, 20)):
        folder = tmp_path / str(steps)
        tables = path_integral(folder, SYSTEMS["triclinic"], model, timestep, steps, partition)
        ranges.append([np.ptp(tables[0]["f_1[4]"]), np.ptp(tables[0]["PotEng"])])
    frames = [read_frames(folder / f"bead{bead}.dump", SPECIES) for bead in (1, 2)]
    assert np.abs(frames[0][-1].atoms.positions - frames[1][-1].atoms.positions).max() > 0.01
    assert [len(beads) for beads in frames] == [21, 21]
    for n, beads in enumerate(zip(*frames, strict=True)):
        references = [core_result(model, frame.atoms) for frame in beads]
        for table, reference in zip(tables, references, strict=True):
            assert table["PotEng"][n] == pytest.approx(reference.energies[0], rel=1e-11)
            assert table["f_1[3]"][n] == pytest.approx(reference.energies[0], rel=1e-11)
        # a dump has bead positions, but the forces on the normal modes
        centroid, difference = ((references[0].forces + sign * references[1].forces) / np.sqrt(2) for sign in (1, -1))
        np.testing.assert_allclose(beads[0].forces, centroid, rtol=0, atol=1e-10)
        np.testing.assert_allclose(
            beads[1].forces * np.sign(np.vdot(beads[1].forces, difference)), difference, rtol=0, atol=1e-10
        )
    assert ranges[0][0] < 0.01 * ranges[0][1]
    assert ranges[1][0] < 0.4 * ranges[0][0]


@pytest.mark.parametrize("name", ["triclinic", "molecule"])
def test_beads_of_partitions_have_the_energies_forces_and_extras_of_the_driver(
    tmp_path: Path, model_file: ModelFile, name: str
) -> None:
    """Averaged over a set. A dump has the forces on normal modes, an orthogonal transform of those on the beads: the
    first mode is the centroid, and sums of products over the beads don't change."""
    beads, steps, model, atoms = 4, 4, model_file("two_hop"), SYSTEMS[name]
    script = scene(
        tmp_path, atoms, "pair_style tumble device cpu symmetrize tetrahedral", f"pair_coeff * * {model} O H"
    )
    script += "compute t all pair tumble\n"
    script += PIMD.format(
        beads=beads, timestep=2e-4, columns=COLUMNS, format=DUMP_FORMAT, output="c_t[*]", settings=OUTPUT, steps=steps
    )
    done = run_partitions(tmp_path, script, f"{beads}x1").checked()
    tables = [done.thermo(log=f"log.lammps.{bead}") for bead in range(beads)]
    frames = [read_frames(tmp_path / f"bead{bead + 1}.dump", SPECIES) for bead in range(beads)]
    potential = tumble.load(model, "cpu")
    species = [SPECIES.index(symbol) for symbol in frames[0][0].atoms.symbols]
    driver = _core.DirectEvaluator(potential, species, atoms.pbc, symmetrize="tetrahedral")
    for step in range(steps + 1):
        seen = [frames[bead][step].atoms for bead in range(beads)]
        results = driver.evaluate([driver.structure(one.cell.array.T / BOHR, one.positions / BOHR) for one in seen])
        for bead, (table, extras) in enumerate(zip(tables, map(json.loads, results.extras), strict=True)):
            assert table["PotEng"][step] == pytest.approx(results.energies[bead] * HARTREE, rel=1e-11)
            found = [table[f"c_t[{k}]"][step] for k in range(1, 8)]
            sent = [*extras["torque"], extras["bare_energy"], *extras["bare_torque"]]
            np.testing.assert_allclose(found, sent, rtol=1e-9, atol=1e-10)
        on_beads = results.forces.reshape(beads, -1) * HARTREE / BOHR
        on_modes = np.array([frames[bead][step].forces.ravel() for bead in range(beads)])
        np.testing.assert_allclose(on_modes[0], on_beads.sum(0) / np.sqrt(beads), rtol=0, atol=1e-9)
        np.testing.assert_allclose(on_modes.T @ on_modes, on_beads.T @ on_beads, rtol=0, atol=1e-8)


def test_beads_of_fix_ipi_have_the_forces_of_the_driver(tmp_path: Path, model_file: ModelFile) -> None:
    """To the digits of LAMMPS' constants, 2e-8, with which the trajectories move apart."""
    beads, atoms, model = 3, SYSTEMS["triclinic"], model_file("two_hop")
    lammps_folder, driver_folder = tmp_path / "lammps", tmp_path / "driver"
    lammps_folder.mkdir()
    driver_folder.mkdir()
    server, _ = serve_lammps(lammps_folder, atoms, client_script(lammps_folder, atoms, model), beads=beads)
    endpoint = unix_endpoint()
    with (
        Server(driver_folder, atoms, endpoint, steps=5, beads=beads) as ours,
        start_driver(driver_folder, model, endpoint) as driver,
    ):
        assert ours.wait() == 0, ours.output
        assert driver.wait() == 0, driver.output
    np.testing.assert_allclose(server.properties[:, 1], ours.properties[:, 1], rtol=1e-7)
    np.testing.assert_allclose(server.properties[:, 3:9], ours.properties[:, 3:9], rtol=3e-7, atol=1e-9)
    for bead in range(beads):
        forces = ours.frames("forces", bead)[1]
        np.testing.assert_allclose(
            server.frames("forces", bead)[1], forces, rtol=2e-7, atol=1e-7 * np.abs(forces).max()
        )
    spread = ours.frames("positions", 0)[1][-1] - ours.frames("positions", 1)[1][-1]
    assert np.abs(spread).max() * BOHR > 1e-3
