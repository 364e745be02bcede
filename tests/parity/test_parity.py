"""The same structures through the core, ASE, real LAMMPS and a real i-PI server: the same numbers.

Atom IDs in LAMMPS have gaps and another order than the atoms. The core's results are the reference; they are themselves
compared with finite differences of energies in NumPy, and the core's graph with ASE's neighbor list (tests/core).
Everything is in float64; agreement is asked for to 1e-10, relative to the largest component. What an engine can't show
isn't compared: LAMMPS and i-PI keep six components of the virial.

Neither engine prints its edges, but a model can: `prints_edges` does so from inside `lmp` and the driver.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.ipi_single_point import from_ipi
from support.lammps_runs import THERMO, run_lammps, scattered_ids, system_script
from support.numbers import (
    SPECIES,
    assert_same,
    edges_of_core,
    from_ase,
    from_core,
    from_lammps,
    printed_edges,
)
from support.systems import systems

SYSTEMS = systems()
MODELS = ["harmonic", "harmonic_2", "two_hop", "pair"]
ModelFile = Callable[[str], Path]


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
    run = run_lammps(
        tmp_path, script + "run 0\nwrite_dump all custom all.dump id fx fy fz modify format float %.17g\n"
    ).checked()
    left = np.setdiff1d(np.arange(len(atoms)), gone)
    reference = from_core(model, atoms[left])
    assert run.thermo()["PotEng"][0] == pytest.approx(reference.energy, rel=1e-10)
    rows = {int(row[0]): row[1:] for row in run.dump("all.dump")}
    np.testing.assert_allclose([rows[i] for i in ids[left]], reference.forces, atol=1e-10)


@pytest.mark.parametrize("name", SYSTEMS)
def test_edges_in_lammps(tmp_path: Path, model_file: ModelFile, name: str) -> None:
    from_lammps(model_file("prints_edges"), SYSTEMS[name], tmp_path)
    edges = edges_of_core(SYSTEMS[name])
    assert len(edges) > 3
    assert printed_edges((tmp_path / "lammps.out").read_text()) == [edges]


@pytest.mark.parametrize("name", SYSTEMS)
def test_edges_in_ipi(tmp_path: Path, model_file: ModelFile, name: str) -> None:
    _, seen = from_ipi(model_file("prints_edges"), SYSTEMS[name], tmp_path)
    assert printed_edges((tmp_path / "ipi.log").read_text()) == [edges_of_core(seen)]


@pytest.mark.parametrize("name", SYSTEMS)
def test_ipi(tmp_path: Path, model_file: ModelFile, name: str) -> None:
    ours, seen = from_ipi(model_file("two_hop"), SYSTEMS[name], tmp_path)
    np.testing.assert_allclose(seen.positions, SYSTEMS[name].positions, atol=1e-12)
    assert_same(ours, from_core(model_file("two_hop"), seen))
