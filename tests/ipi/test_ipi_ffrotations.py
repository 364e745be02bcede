"""i-PI's own averaging, `ffrotations` around our driver without any, against that of the core."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ipi.utils.mathtools import get_rotation_quadrature_lebedev, get_rotation_quadrature_legendre
from support.ipi_runs import BOHR, HARTREE, Server, unix_endpoint

from tumble import _core
from tumble.drive import drive

pytestmark = pytest.mark.timeout(300)

GRIDS = {"lebedev": get_rotation_quadrature_lebedev, "legendre": get_rotation_quadrature_legendre}


def run(
    folder: Path, potential: _core.Potential, atoms: Atoms, rotations: str, **options: str
) -> tuple[np.ndarray, ...]:
    """Energies, forces and virials of a few steps in eV and Å, and what was sent; `rotations` is i-PI's own set."""
    endpoint = unix_endpoint()
    inner = endpoint.forcefield("inner")
    wrapped = f"<ffrotations name='tumble'> {rotations} {inner} </ffrotations>" if rotations else None
    with Server(folder, atoms, endpoint, forcefields=wrapped, extras="") as server:
        drive(potential, atoms, unix=endpoint.unix, **options)
        assert server.wait() == 0
        cells, positions = server.frames("positions")
        properties, forces = server.properties, server.frames("forces")[1]
    virials = properties[:, 3:9] * properties[:, 9:] * HARTREE
    return properties[:, 1] * HARTREE, forces * HARTREE / BOHR, virials, cells * BOHR, positions * BOHR


@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # where i-PI finds its grids
@pytest.mark.parametrize(("mode", "order"), [("lebedev", 3), ("legendre", 2)])
@pytest.mark.parametrize("inversion", [False, True])
def test_grids_of_ipi(
    tmp_path: Path, bound: _core.Potential, crystal: Atoms, mode: str, order: int, inversion: bool
) -> None:
    """A triclinic cell, turned; i-PI keeps the upper triangle of the virial that it turns back."""
    rotations = f"<grid_mode> {mode} </grid_mode> <grid_order> {order} </grid_order>"
    rotations += f"<inversion> {inversion} </inversion>"
    energies, forces, virials, cells, positions = run(tmp_path, bound, crystal, rotations)
    grid = GRIDS[mode](order)
    weights = np.array([weight for _, weight, _ in grid])
    frames = _core.Frames(np.array([matrix for matrix, _, _ in grid]), weights / weights.sum())
    frames = frames.with_inversion() if inversion else frames
    species = [0 if symbol == "O" else 1 for symbol in crystal.symbols]
    for step in range(3):
        structure = _core.Structure(species, positions[step], cells[step], [True] * 3)
        result = bound.evaluate(_core.build_graph([structure], 4.0), [frames])
        np.testing.assert_allclose(energies[step], result.energies[0], rtol=1e-12)
        np.testing.assert_allclose(forces[step], result.forces, rtol=1e-10, atol=1e-10)
        transposed = result.virials[0].T[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
        np.testing.assert_allclose(virials[step], transposed, rtol=1e-9, atol=1e-10)
    bare = bound.evaluate(_core.build_graph([structure], 4.0))
    assert abs(bare.energies[0] - energies[2]) > 0.01


def test_sets_that_are_exact_enough_agree(tmp_path: Path, bound: _core.Potential, crystal: Atoms) -> None:
    """The model has components of degree 0 and 2 alone: i-PI's 70 rotations and our 12 give the same run."""
    rotations = "<grid_mode> lebedev </grid_mode> <grid_order> 5 </grid_order>"
    theirs = run(tmp_path, bound, crystal, rotations)
    ours = run(tmp_path, bound, crystal, "", symmetrize="tetrahedral")
    for one, other in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-10)
