"""The liquid in a cubic box, and a slab of it between vacuum."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.new.systems.spcfw import EQUILIBRATION, liquid
from tumble.new.systems.system import Choices, System, SystemKind, untrained
from tumble.new.water import inside, symbols

#: g/cm³; of 64 molecules in a box of 12.42 Å.
DENSITY = 0.9995
VACUUM = 30.0  # Å
_START = (
    "The structure comes from a classical water model ({picoseconds:g} ps of SPC/Fw at 300 K): for results, leave out "
    "the first picoseconds."
)
#: Below this number of molecules, an atom sees its own images.
_SMALL = 32


def _molecules(count: int, choices: Choices) -> tuple[Atoms, str]:
    """Return the liquid, and a sentence about where it comes from."""
    picoseconds = EQUILIBRATION if choices.equilibration is None else choices.equilibration
    density = DENSITY if choices.density is None else choices.density
    positions, box = liquid(count, density, SystemKind.temperature, choices.seed, picoseconds)
    return Atoms(symbols(count), positions, cell=[box] * 3, pbc=True), _START.format(picoseconds=picoseconds)


class Liquid(SystemKind):
    """Liquid water in a cubic box."""

    name = "liquid"
    usage = "liquid:N"
    options = ("density", "equilibration")
    pressure = True

    @override
    def build(self, argument: str | None, choices: Choices) -> System:
        count = self.number(argument, 64, least=_SMALL)
        atoms, start = _molecules(count, choices)
        return System(
            name=f"water{count}",
            title=f"{count} molecules of liquid water",
            atoms=atoms,
            temperature=self.temperature,
            remarks=(start,),
            barostat="isotropic",
        )


class Slab(SystemKind):
    """A slab of liquid water with two surfaces."""

    name = "slab"
    usage = "slab:N"
    options = ("density", "equilibration", "vacuum")

    @override
    def build(self, argument: str | None, choices: Choices) -> System:
        count = self.number(argument, 216, least=_SMALL)
        atoms, start = _molecules(count, choices)
        vacuum = VACUUM if choices.vacuum is None else choices.vacuum
        edge, cell = float(atoms.cell[2, 2]), np.diag(atoms.cell.lengths() + np.array([0.0, 0.0, vacuum]))
        positions = inside(np.asarray(atoms.positions), atoms.cell.array) + np.array([0.0, 0.0, vacuum / 2])
        return System(
            name=f"slab{count}",
            title=f"A slab of {count} molecules of liquid water, {edge:.0f} Å thick, with {vacuum:g} Å of vacuum",
            atoms=Atoms(symbols(count), positions, cell=cell, pbc=True),
            temperature=self.temperature,
            remarks=(
                start,
                "The vacuum has to be wider than the range of the model, its depth times its cutoff, so that the two "
                "surfaces don't see each other.",
                untrained("structures with a surface"),
            ),
        )
