"""A dilute gas, in which molecules are so far apart that they hardly interact."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.new.systems.clusters import SURFACE
from tumble.new.systems.system import Choices, System, SystemKind
from tumble.new.water import GAS_ANGLE, GAS_BOND, monomer, on_lattice, symbols

SPACING = 20.0  # Å


class Gas(SystemKind):
    """Molecules on a lattice, each with a random orientation."""

    name = "gas"
    usage = "gas:N"
    options = ("spacing",)

    @override
    def build(self, argument: str | None, choices: Choices) -> System:
        count = self.number(argument, 27)
        spacing = SPACING if choices.spacing is None else choices.spacing
        edges = _edges(count)
        grid = np.stack(np.meshgrid(*map(np.arange, edges), indexing="ij"), axis=-1).reshape(-1, 3)[:count]
        generator = np.random.default_rng(choices.seed)
        positions = on_lattice(
            np.asarray((grid + 0.5) * spacing, dtype=np.float64), monomer(GAS_BOND, GAS_ANGLE), generator
        )
        return System(
            name=f"gas{count}",
            title=f"{count} water molecules as a dilute gas",
            atoms=Atoms(symbols(count), positions, cell=np.array(edges) * spacing, pbc=True),
            remarks=(
                "With an invariant model, isolated molecules have all orientations with equal probability. Preferred "
                "orientations show in the distribution of orientations (tumble analyze --observables orientation). "
                "Leave out the first picosecond.",
                SURFACE,
            ),
            isolated=True,
        )


def _edges(count: int) -> tuple[int, int, int]:
    """Return the numbers of molecules along the edges of the lattice, as few as hold all."""
    first = int(np.ceil(count ** (1 / 3) - 1e-9))
    second = int(np.ceil((count / first) ** 0.5 - 1e-9))
    return first, second, int(np.ceil(count / first / second))
