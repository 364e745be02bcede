"""Axes of water molecules whose orientations are known."""

from __future__ import annotations

from types import SimpleNamespace

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.coordinates.memory import MemoryReader
from support import oriented_water

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.frames.molecular_axes import MolecularAxes, MolecularAxis, axes_of_water
from tumble.observables.frames.snapshot import Snapshot
from tumble.observables.frames.water import BrokenMolecules
from tumble.types import Array


def snapshot(beads: Array, dimensions: Array | None = None) -> Snapshot:
    return Snapshot(SimpleNamespace(frame=0, dimensions=dimensions, data={"beads": beads}))


def test_axes_of_rigid_molecules() -> None:
    turned = oriented_water.isotropic(1, 2, 8)
    bonds = np.einsum("pmab,hb->pmha", turned, oriented_water.BONDS)
    found = axes_of_water(bonds)
    np.testing.assert_allclose(found["bisector"], turned[..., 2], atol=1e-12)
    np.testing.assert_allclose(np.abs(np.sum(found["normal"] * turned[..., 1], axis=-1)), 1, atol=1e-12)
    np.testing.assert_allclose(found["OH"].reshape(2, 8, 2, 3), bonds / 0.9572, atol=1e-12)


def test_nearest_images_of_beads() -> None:
    turned = oriented_water.isotropic(2, 3, 4, 8)
    universe = oriented_water.universe(turned)
    axes = MolecularAxes(universe)
    box = universe.trajectory[0].dimensions
    # Each atom of each bead in another image of the box.
    shifts = np.random.default_rng(1).integers(-2, 3, size=(4, 24, 3)) * box[:3]
    bisectors, bonds, normals = axes.of_beads(snapshot(oriented_water.positions(turned)[0] + shifts, box))
    np.testing.assert_allclose(bisectors, turned[0, ..., 2], atol=1e-6)
    assert (bonds.shape, normals.shape) == ((4, 16, 3), (4, 8, 3))
    assert axes.names == ("bisector", "OH", "normal")
    assert axes.lines == (False, False, True)


def across(positions: np.ndarray, dimensions: np.ndarray | None) -> np.ndarray:
    """The lines between the hydrogens, without a look at the box."""
    vectors = positions[:, 1::3] - positions[:, 2::3]
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_axes_from_a_function_need_no_water() -> None:
    universe = MDAnalysis.Universe.empty(3, trajectory=True)
    universe.load_new(np.eye(3)[None], format=MemoryReader)
    axes = MolecularAxes(universe, [MolecularAxis("HH", across, line=True)])
    (found,) = axes.of_beads(snapshot(np.eye(3)[None]))
    np.testing.assert_allclose(found, [[[0, np.sqrt(0.5), -np.sqrt(0.5)]]])
    assert axes.water is None
    broken = BrokenMolecules()
    axes.count_broken(broken, snapshot(np.eye(3)[None]))
    assert broken.number == 0


def test_bad_axes_are_refused() -> None:
    universe = oriented_water.universe(oriented_water.isotropic(1, 2, 8))
    positions = universe.trajectory[0].positions[None].astype(float)
    with pytest.raises(ConfigurationError, match=r"`axes`: .*bisector, OH, normal.*got `dipol`"):
        MolecularAxes(universe, ["dipol"])
    with pytest.raises(ConfigurationError, match=r"`axes`: .*got OH, OH"):
        MolecularAxes(universe, ["OH", "OH"])
    with pytest.raises(ConfigurationError, match=r"`axes`: .*got none"):
        MolecularAxes(universe, [])
    for function, message in [
        (lambda positions, box: 2 * across(positions, box), r"unit vectors for `x`, got .* 2\b"),
        (
            lambda positions, box: across(positions, box)[0],
            r"\(1, V, 3\) for `x`, got \(8, 3\)",
        ),
    ]:
        with pytest.raises(ConfigurationError, match=message):
            MolecularAxes(universe, [MolecularAxis("x", function)]).of_beads(snapshot(positions))


def test_molecule_without_a_plane_is_refused() -> None:
    universe = oriented_water.universe(oriented_water.isotropic(1, 2, 1), boxed=False)
    straight = np.array([[[0, 0, 0], [0, 0, 1.0], [0, 0, -1.0]]])
    with pytest.raises(NotApplicableError, match=r"`bisector`, got .*nan"):
        MolecularAxes(universe).of_beads(snapshot(straight))
