"""Geometry of water molecules. Positions are in Å, [3 n, 3], in the order O H H, molecule by molecule."""

from __future__ import annotations

import numpy as np
from ase.build import molecule
from numpy.typing import NDArray

from tumble.rotations import random_rotations
from tumble.units.constants import SI_AVOGADRO

Array = NDArray[np.float64]

#: Mean O–H distance (Å) and H–O–H angle (degrees) in the liquid.
LIQUID_BOND, LIQUID_ANGLE = 0.98, 105.5
#: Of an isolated molecule (experiment: r_e of Benedict, Gailar and Plyler, J. Chem. Phys. 24, 1139 (1956)).
GAS_BOND, GAS_ANGLE = 0.9572, 104.52
#: Masses in g/mol, those of i-PI 3.3, so that both engines move the same atoms.
MASSES = {"O": 15.9994, "H": 1.00794}
#: A density of 1 g/cm³ in u/Å³.
GRAM_PER_CM3 = SI_AVOGADRO * 1e-24
#: Mass of a molecule in g, times 1e24: g/cm³ times Å³.
MOLECULE_MASS = (MASSES["O"] + 2 * MASSES["H"]) / GRAM_PER_CM3


def from_library() -> Array:
    """Return the molecule of ASE's database g2, about its center: [3, 3]."""
    positions = np.array(molecule("H2O").positions, dtype=np.float64)  # type: ignore[no-untyped-call]
    return np.asarray(positions - positions.mean(axis=0))


def monomer(bond: float = LIQUID_BOND, angle: float = LIQUID_ANGLE) -> Array:
    """Return one molecule, O at the origin, bisector along x, in the xy plane: [3, 3].

    Args:
        bond: O–H distance, Å.
        angle: H–O–H angle, degrees.
    """
    return bent(np.zeros(3), np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]), bond, angle)


def bent(oxygen: Array, bisector: Array, across: Array, bond: float = GAS_BOND, angle: float = GAS_ANGLE) -> Array:
    """Return a molecule, given its oxygen and unit vectors along its bisector and from one H to the other: [3, 3]."""
    half = np.radians(angle) / 2
    middle, side = bond * np.cos(half) * bisector, bond * np.sin(half) * across
    return np.array([oxygen, oxygen + middle + side, oxygen + middle - side])


def on_lattice(centers: Array, shape: Array, generator: np.random.Generator) -> Array:
    """Return molecules with random orientations.

    Args:
        centers: Positions of the oxygens, [n, 3] in Å.
        shape: One molecule with its oxygen at the origin, [3, 3] in Å.
        generator: Source of random numbers.
    """
    turns = random_rotations(len(centers), generator)
    return np.concatenate([center + shape @ turn.T for center, turn in zip(centers, turns, strict=True)])


def with_geometry(positions: Array, bond: float = LIQUID_BOND, angle: float = LIQUID_ANGLE) -> Array:
    """Return molecules with this bond length and angle, keeping O, bisector and plane of each."""
    reference = monomer(bond, angle)
    result = []
    for oxygen, first, second in positions.reshape(-1, 3, 3):
        bisector = _unit(_unit(first - oxygen) + _unit(second - oxygen))
        across = first - second
        across = _unit(across - (across @ bisector) * bisector)
        axes = np.array([bisector, across, np.cross(bisector, across)])
        result.append(oxygen + reference @ axes)
    return np.concatenate(result)


def inside(positions: Array, cell: Array) -> Array:
    """Return whole molecules, shifted by cell vectors so that each O lies in the cell.

    Args:
        positions: [3 n, 3] in Å.
        cell: Cell vectors as rows, [3, 3] in Å.
    """
    molecules = positions.reshape(-1, 3, 3)
    images = np.floor(molecules[:, :1] @ np.linalg.inv(cell))
    return np.asarray((molecules - images @ cell).reshape(-1, 3))


def box_edge(molecules: int, density: float) -> float:
    """Return the edge of a cubic box in Å that holds so many molecules at a density in g/cm³."""
    return float((molecules * MOLECULE_MASS / density) ** (1 / 3))


def symbols(molecules: int) -> list[str]:
    """Return the elements of so many molecules, O H H O H H and so on."""
    return ["O", "H", "H"] * molecules


def _unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector))
