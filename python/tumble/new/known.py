"""Results of the models that ship with Tumble, to compare with; each says where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from tumble.new.setup import Setup
from tumble.new.water import GRAM_PER_CM3


@dataclass(frozen=True)
class Known:
    """A result at 300 K.

    Attributes:
        model: Name of the model.
        kind: Name of the kind of system.
        quantity: Noun phrase.
        value: Number with its error and unit.
        where: Conditions and source.
        ensemble: What was kept constant; None if it holds for all.
        bare: Whether it is of the model without rotations.
        density: g/cm³; None if it has none.
        atoms: Number of atoms, for what grows with it; None if it doesn't.
        pressure: bar; None if it holds for all.
    """

    model: str
    kind: str
    quantity: str
    value: str
    where: str
    ensemble: str | None = None
    bare: bool = False
    density: float | None = None
    atoms: int | None = None
    pressure: float | None = None

    def holds(self, setup: Setup) -> bool:
        """Return whether it is to be expected from a setup, without beads."""
        return (
            (setup.model, setup.system.kind) == (self.model, self.kind)
            and self.ensemble in (None, setup.ensemble.expect)
            and (not self.bare or setup.symmetrize == "none")
            and setup.beads == 1
            and abs(setup.temperature - 300.0) < 10.0
            and (self.density is None or abs(density_of(setup) - self.density) < 0.01)
            and self.atoms in (None, len(setup.system.atoms))
            and self.pressure in (None, setup.pressure)
        )


_STABILITY = "classical, docs/models.md"
KNOWN = (
    Known("water", "liquid", "first peak of g_OO, position", "2.80 Å", _STABILITY, "nvt", density=1.0),
    Known("water", "liquid", "first peak of g_OO, height", "2.73 ± 0.04", _STABILITY, "nvt", density=1.0),
    Known(
        "water",
        "liquid",
        "frame torque of 64 molecules, rms",
        "42 ± 2 meV/rad",
        _STABILITY,
        bare=True,
        density=1.0,
        atoms=192,
    ),
    Known(
        "water", "liquid", "drift at constant energy", "−0.0004 ± 0.0003 meV/atom/ps", _STABILITY, "nve", density=1.0
    ),
    Known("water", "liquid", "density at 300 K and 1 bar", "about 0.8 g/cm³", _STABILITY, "npt", pressure=1.0),
    Known("water", "monomer", "frame torque, rms", "9 meV/rad", _STABILITY, bare=True),
)


def density_of(setup: Setup) -> float:
    """Return the density of a setup with a cell, g/cm³; 0 without one."""
    atoms = setup.system.atoms
    return 0.0 if atoms.cell.rank < 3 else float(atoms.get_masses().sum() / GRAM_PER_CM3 / atoms.cell.volume)
