"""Isolated molecules and clusters of water, built from the experimental geometry of the molecule.

- `monomer`: the molecule of ASE's database g2.
- `dimer`: of symmetry C_s, O–O 2.9 Å; the donor's O–H points at the acceptor's O; the acceptor's bisector is tilted
  by 57° from the O–O line, away from the donor's free H (Odutola and Dyke, J. Chem. Phys. 72, 5062 (1980)).
- `hexamer`: a ring of symmetry S_6, O on a regular hexagon with sides of 2.7 Å; each molecule donates to the next, and
  free H point outwards, alternately above and below the ring.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.errors import ConfigurationError
from tumble.new.systems.system import Choices, System, SystemKind, untrained
from tumble.new.water import GAS_ANGLE, GAS_BOND, Array, bent, from_library, symbols

DIMER_OO, DIMER_TILT = 2.9, np.radians(57)  # Å
HEXAMER_OO = 2.7  # Å
#: Clusters evaporate at room temperature.
COLD = 150.0
SURFACE = untrained("molecules, clusters or any surface")


def dimer() -> Array:
    """Return the dimer: donor at the origin, acceptor on the x axis, symmetric about xz; its free H has z > 0."""
    x, y, z = np.eye(3)
    angle = np.radians(GAS_ANGLE)
    donor = np.array([np.zeros(3), GAS_BOND * x, GAS_BOND * (np.cos(angle) * x + np.sin(angle) * z)])
    bisector = np.cos(DIMER_TILT) * x - np.sin(DIMER_TILT) * z
    return np.concatenate([donor, bent(DIMER_OO * x, bisector, y)])


def hexamer() -> Array:
    """Return the ring in the xy plane; molecule k donates to k + 1, its free H is above the ring for even k."""
    corners = np.pi / 3 * np.arange(6)
    angle = np.radians(GAS_ANGLE)
    oxygens = HEXAMER_OO * np.stack([np.cos(corners), np.sin(corners), np.zeros(6)], axis=1)
    atoms = []
    for k, oxygen in enumerate(oxygens):
        along = (oxygens[(k + 1) % 6] - oxygen) / HEXAMER_OO
        outward, up = np.cross(along, [0, 0, 1]), np.array([0, 0, (-1) ** k])
        across = (outward + up) / np.sqrt(2)
        free = np.cos(angle) * along + np.sin(angle) * across
        atoms += [oxygen, oxygen + GAS_BOND * along, oxygen + GAS_BOND * free]
    return np.array(atoms)


class _Cluster(SystemKind):
    """A cluster of one arrangement."""

    arrange: Callable[[], Array]
    title: str
    temperature = COLD

    @override
    def build(self, argument: str | None, choices: Choices) -> System:
        if argument is not None:
            raise ConfigurationError(f"`system`: expected `{self.name}` without an argument, got `{argument}`")
        positions = type(self).arrange()
        count = len(positions) // 3
        return System(
            name=f"water{count}",
            title=self.title,
            atoms=Atoms(symbols(count), positions - positions.mean(axis=0)),
            temperature=self.temperature,
            remarks=(SURFACE,),
            isolated=count == 1,
            single=count == 1,
            relax=True,
        )


class Monomer(_Cluster):
    """One molecule."""

    name = usage = "monomer"
    title = "One water molecule in free space"
    temperature = 300.0
    arrange = staticmethod(from_library)


class Dimer(_Cluster):
    """Two molecules."""

    name = usage = "dimer"
    title = "Two water molecules in free space"
    arrange = staticmethod(dimer)


class Hexamer(_Cluster):
    """Six molecules."""

    name = usage = "hexamer"
    title = "A ring of 6 water molecules in free space"
    arrange = staticmethod(hexamer)
