"""The same structures through the core, ASE, real LAMMPS and a real i-PI server: the same numbers.

Atom IDs in LAMMPS have gaps and another order than the atoms. The core's results are the reference; they are themselves
compared with finite differences of energies in NumPy, and the core's graph with ASE's neighbour list (tests/core).
Everything is in float64; agreement is asked for to 1e-10, relative to the largest component. What an engine can't show
isn't compared: LAMMPS and i-PI keep six components of the virial.

Neither engine prints its edges, but a model can: `prints_edges` does so from inside `lmp` and the driver.
"""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.lammps_runs import BIN, THERMO, run_lammps, scattered_ids, system_script
from support.systems import systems

import tumble
from tumble import _core
from tumble.structures import to_graph

SYSTEMS = systems()
MODELS = ["harmonic", "harmonic_2", "two_hop", "pair"]
SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]


@dataclass(frozen=True)
class Numbers:
    """Results of one face: eV, Å; `virial` may hold NaN where the face shows nothing."""

    energy: float
    forces: np.ndarray
    virial: np.ndarray
    torque: np.ndarray
    atom_energies: np.ndarray | None = None


def from_core(model: Path, atoms: Atoms) -> Numbers:
    potential = tumble.load(model, "cpu")
    result = potential.evaluate(to_graph([atoms], potential.metadata.species, potential.metadata.cutoff))
    return Numbers(result.energies[0], result.forces, result.virials[0], result.torques[0], result.atom_energies)


def from_ase(model: Path, atoms: Atoms) -> Numbers:
    atoms = atoms.copy()
    atoms.calc = tumble.Calculator(model, device="cpu")
    energy = atoms.get_potential_energy()
    calculator = atoms.calc
    if atoms.pbc.all():
        symmetric = (calculator.virial + calculator.virial.T) / 2
        np.testing.assert_allclose(
            atoms.get_stress(voigt=False), -symmetric / atoms.get_volume(), rtol=1e-12, atol=1e-15
        )
    return Numbers(energy, atoms.get_forces(), calculator.virial, calculator.torque, calculator.results["energies"])


def from_lammps(model: Path, atoms: Atoms, folder: Path, commands: str = "") -> Numbers:
    """`commands` come before the evaluation; the atoms that they leave must be all of `atoms`."""
    script = system_script(folder, atoms, model, SPECIES) + THERMO + commands
    script += (
        "compute pea all pe/atom\nrun 0\n"
        "write_dump all custom all.dump id c_pea fx fy fz modify sort id format float %.17g\n"
    )
    run = run_lammps(folder, script)
    assert run.returncode == 0, run.output
    (folder / "lammps.out").write_text(run.output)
    table = {key: values[0] for key, values in run.thermo().items()}
    rows = {int(row[0]): row[1:] for row in run.dump("all.dump")}
    dump = np.array([rows[i] for i in scattered_ids(len(atoms))])
    virial = np.full((3, 3), np.nan)
    to_energy = table["Volume"] / 1602176.5  # LAMMPS' own factor, Force::nktv2p in metal units, has 8 digits
    for (a, b), key in {
        (0, 0): "Pxx",
        (1, 1): "Pyy",
        (2, 2): "Pzz",
        (1, 0): "Pxy",
        (2, 0): "Pxz",
        (2, 1): "Pyz",
    }.items():
        virial[a, b] = table[key] * to_energy
    torque = np.array([table[f"c_tau[{a}]"] for a in (1, 2, 3)])
    return Numbers(table["PotEng"], dump[:, 1:], virial, torque, dump[:, 0])


def from_ipi(model: Path, atoms: Atoms, folder: Path) -> tuple[Numbers, Atoms]:
    """Also returns the structure that i-PI really sent."""
    address = f"tumble_parity_{uuid.uuid4().hex[:8]}"
    length, energy = _core.units["bohr_in_angstrom"], _core.units["hartree_in_ev"]
    np.savez(
        folder / "structure.npz",
        symbols=np.array(atoms.get_chemical_symbols()),
        positions=atoms.positions / length,
        cell=atoms.cell.array / length,
    )
    atoms.write(folder / "structure.extxyz")
    server = [sys.executable, "-m", "support.ipi_server", address, "structure.npz", "result.npz"]
    driver = [
        str(BIN / "tumble"),
        "drive",
        str(model),
        "--unix",
        address,
        "--structure",
        "structure.extxyz",
        "--device",
        "cpu",
    ]
    environment = {"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": str(BIN)}
    with (folder / "ipi.log").open("w") as log:
        processes = [
            subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env=environment)
            for command in (server, driver)
        ]
        try:
            codes = [process.wait(60) for process in processes]
        finally:
            for process in processes:
                process.kill()
                process.wait()
    assert codes == [0, 0], (folder / "ipi.log").read_text()
    result = np.load(folder / "result.npz")
    seen = atoms.copy()
    seen.set_cell(result["h"].T * length)
    seen.positions = result["q"].reshape(-1, 3) * length
    virial = (
        np.where(np.tri(3, dtype=bool).T, result["virial"], np.nan).T * energy
    )  # i-PI holds the upper triangle of Wᵀ
    forces = result["forces"].reshape(-1, 3) * energy / length
    return Numbers(float(result["potential"]) * energy, forces, virial, result["torque"]), seen


def assert_same(ours: Numbers, reference: Numbers) -> None:
    def close(a: np.ndarray, b: np.ndarray) -> None:
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10 * max(1.0, np.abs(b).max(initial=0.0)))

    close(np.array(ours.energy), np.array(reference.energy))
    close(ours.forces, reference.forces)
    shown = ~np.isnan(ours.virial)
    close(ours.virial[shown], reference.virial[shown])
    close(ours.torque, reference.torque)
    if ours.atom_energies is not None and reference.atom_energies is not None:
        close(ours.atom_energies, reference.atom_energies)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", SYSTEMS)
def test_core_against_finite_differences(model_file: ModelFile, model: str, name: str) -> None:
    """Forces along random directions, and all nine components of the virial, from energies alone."""
    atoms = SYSTEMS[name]
    path = model_file(model)
    here = from_core(path, atoms)
    step = 1e-5
    random = np.random.default_rng(7)

    def energy(positions: np.ndarray, cell: np.ndarray) -> float:
        moved = Atoms(atoms.symbols, positions=positions, cell=cell, pbc=atoms.pbc)
        return from_core(path, moved).energy

    for _ in range(3):
        direction = random.normal(size=(len(atoms), 3))
        slope = (
            energy(atoms.positions + step * direction, atoms.cell.array)
            - energy(atoms.positions - step * direction, atoms.cell.array)
        ) / (2 * step)
        assert -np.sum(here.forces * direction) == pytest.approx(slope, rel=1e-6, abs=1e-7)
    for a in range(3):
        for b in range(3):
            slopes = []
            for sign in (1, -1):
                strain = np.eye(3)
                strain[a, b] += sign * step
                slopes.append(energy(atoms.positions @ strain, atoms.cell.array @ strain))
            assert -here.virial[a, b] == pytest.approx((slopes[0] - slopes[1]) / (2 * step), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", SYSTEMS)
def test_torque_is_the_derivative_under_a_rotation(model_file: ModelFile, name: str) -> None:
    atoms = SYSTEMS[name]
    path = model_file("two_hop")
    torque = from_core(path, atoms).torque
    angle = 1e-5
    for axis in range(3):
        energies = []
        for sign in (1, -1):
            c, s = np.cos(sign * angle), np.sin(sign * angle)
            rotation = np.eye(3)
            i, j = (axis + 1) % 3, (axis + 2) % 3
            rotation[[i, i, j, j], [i, j, i, j]] = c, -s, s, c
            turned = Atoms(
                atoms.symbols,
                positions=atoms.positions @ rotation.T,
                cell=atoms.cell.array @ rotation.T,
                pbc=atoms.pbc,
            )
            energies.append(from_core(path, turned).energy)
        assert torque[axis] == pytest.approx((energies[0] - energies[1]) / (2 * angle), rel=1e-6, abs=1e-7)


def test_torque_of_an_isolated_system_is_minus_that_of_its_forces(model_file: ModelFile) -> None:
    atoms = SYSTEMS["molecule"]
    here = from_core(model_file("two_hop"), atoms)
    assert np.abs(here.torque).max() > 1e-3
    np.testing.assert_allclose(here.torque, -np.cross(atoms.positions, here.forces).sum(0), atol=1e-12)
    assert np.abs(from_core(model_file("pair"), atoms).torque).max() < 1e-12


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", SYSTEMS)
def test_ase(model_file: ModelFile, model: str, name: str) -> None:
    assert_same(from_ase(model_file(model), SYSTEMS[name]), from_core(model_file(model), SYSTEMS[name]))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", SYSTEMS)
def test_lammps(tmp_path: Path, model_file: ModelFile, model: str, name: str) -> None:
    atoms = SYSTEMS[name]
    assert_same(from_lammps(model_file(model), atoms, tmp_path), from_core(model_file(model), atoms))


def test_lammps_after_atoms_were_deleted(tmp_path: Path, model_file: ModelFile) -> None:
    """What is left has IDs with further gaps, and LAMMPS has moved atoms into the places of the deleted ones."""
    atoms = SYSTEMS["triclinic"]
    ids = scattered_ids(len(atoms))
    gone = np.array([2, 5, 11])
    delete = f"run 0\ngroup gone id {' '.join(map(str, ids[gone]))}\ndelete_atoms group gone compress no\n"
    model = model_file("two_hop")
    script = system_script(tmp_path, atoms, model, SPECIES) + THERMO + delete
    run = run_lammps(tmp_path, script + "run 0\nwrite_dump all custom all.dump id fx fy fz modify format float %.17g\n")
    assert run.returncode == 0, run.output
    left = np.setdiff1d(np.arange(len(atoms)), gone)
    reference = from_core(model, atoms[left])
    assert run.thermo()["PotEng"][0] == pytest.approx(reference.energy, rel=1e-10)
    rows = {int(row[0]): row[1:] for row in run.dump("all.dump")}
    np.testing.assert_allclose([rows[i] for i in ids[left]], reference.forces, atol=1e-10)


def printed_edges(output: str) -> list[tuple[int, ...]]:
    """Sorted multiset of what the model `prints_edges` has printed in its last evaluation."""
    block = output.split("edges of ")[-1]
    return sorted(tuple(map(int, line.split()[1:])) for line in block.splitlines() if line.startswith("edge "))


def edges_of_core(atoms: Atoms) -> list[tuple[int, ...]]:
    """The same from the core's own graph, which tests/core compares with ASE's."""
    graph = to_graph([atoms], SPECIES, 4.0)
    species = graph.species[graph.edge_index]
    return sorted(map(tuple, np.column_stack((species.T, np.rint(graph.vectors * 1e6).astype(int))).tolist()))


@pytest.mark.parametrize("name", SYSTEMS)
def test_edges_in_lammps(tmp_path: Path, model_file: ModelFile, name: str) -> None:
    from_lammps(model_file("prints_edges"), SYSTEMS[name], tmp_path)
    edges = edges_of_core(SYSTEMS[name])
    assert len(edges) > 3
    assert printed_edges((tmp_path / "lammps.out").read_text()) == edges


@pytest.mark.parametrize("name", SYSTEMS)
def test_edges_in_ipi(tmp_path: Path, model_file: ModelFile, name: str) -> None:
    _, seen = from_ipi(model_file("prints_edges"), SYSTEMS[name], tmp_path)
    assert printed_edges((tmp_path / "ipi.log").read_text()) == edges_of_core(seen)


@pytest.mark.parametrize("name", SYSTEMS)
def test_ipi(tmp_path: Path, model_file: ModelFile, name: str) -> None:
    ours, seen = from_ipi(model_file("two_hop"), SYSTEMS[name], tmp_path)
    np.testing.assert_allclose(seen.positions, SYSTEMS[name].positions, atol=1e-12)
    assert_same(ours, from_core(model_file("two_hop"), seen))
