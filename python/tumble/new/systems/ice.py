"""Ice, from GenIce2 (Matsumoto, Yagasaki, Tanaka, J. Comput. Chem. 39, 61 (2018)).

Protons are disordered within the ice rules and without a net dipole, another ordering for each seed; phases that are
ordered by nature have only one.
"""

from __future__ import annotations

import logging
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray
from typing_extensions import override

from tumble.errors import ConfigurationError
from tumble.new.systems.system import Choices, System, SystemKind, barostat_of_crystal, untrained
from tumble.new.water import MOLECULE_MASS, Array, inside, symbols, with_geometry

#: Names of GenIce2, by phase.
PHASES = {
    "Ih": "ice1h",
    "Ic": "ice1c",
    "II": "ice2",
    "III": "ice3",
    "IV": "ice4",
    "V": "ice5",
    "VI": "ice6",
    "VII": "ice7",
    "VIII": "ice8",
    "IX": "ice9",
    "XI": "ice11",
    "XII": "ice12",
    "XIII": "ice13",
    "XVI": "ice16",
    "XVII": "ice17",
}
MOLECULES = 96


class Ice(SystemKind):
    """A phase of ice."""

    name = "ice"
    usage = "ice:PHASE"
    options = ("density", "molecules")
    temperature = 200.0
    pressure = True

    @override
    def build(self, argument: str | None, choices: Choices) -> System:
        phase = argument or "Ih"
        if phase not in PHASES:
            raise ConfigurationError(f"`system`: expected ice:PHASE with one of {', '.join(PHASES)}, got `{phase}`")
        atoms = _generate(phase, choices)
        count = len(atoms) // 3
        return System(
            name=f"ice{phase}-{count}",
            title=f"{count} molecules of ice {phase}",
            atoms=atoms,
            temperature=self.temperature,
            remarks=(
                f"GenIce2 made the structure (proton ordering of seed {choices.seed}; another `--seed` gives another, "
                "unless the phase is ordered).",
                untrained("ice"),
            ),
            relax=True,
            barostat=barostat_of_crystal(atoms),
        )


def _generate(phase: str, choices: Choices) -> Atoms:
    """Return a supercell, whose first vector is along x and whose second is in the xy plane, as GenIce2 makes it."""
    genice = _genice()
    lattice = genice.lattice(PHASES[phase])
    least = MOLECULES if choices.molecules is None else choices.molecules
    with _seeded(choices.seed):
        unit = _molecules(genice, lattice, np.eye(3, dtype=int))
        repeats = _repeats(unit.cell.array, len(unit) // 3, least)
        atoms = _molecules(genice, lattice, np.diag(repeats))
    if choices.density is not None:
        _scale(atoms, choices.density)
    return atoms


@dataclass(frozen=True)
class _GenIce:
    """What is used of GenIce2."""

    ice: Any
    lattice: Any
    format: Any
    molecule: Any


def _genice() -> _GenIce:
    """Import GenIce2.

    Raises:
        ConfigurationError: If it isn't installed.
    """
    try:
        from genice2.genice import GenIce
        from genice2.plugin import Format, Lattice, Molecule
    except ImportError as error:
        raise ConfigurationError(
            "`system`: expected GenIce2 for an ice, found none; install `genice2` (`pip install tumble[ice]`)"
        ) from error
    return _GenIce(GenIce, Lattice, Format, Molecule)


def _molecules(genice: _GenIce, lattice: Any, reshape: NDArray[np.int64]) -> Atoms:
    """Return whole molecules in a supercell, with the geometry of a molecule in the liquid."""
    ice = genice.ice(lattice, reshape=reshape)
    raw = ice.generate_ice(genice.format("raw", stage=(1, 6)), water=genice.molecule("spce"))
    cell = 10.0 * np.asarray(raw["repcell"], dtype=np.float64)  # nm
    positions = np.concatenate([molecule for group in raw["mols"] for molecule in group.positions]) * 10.0
    return Atoms(symbols(len(positions) // 3), inside(with_geometry(positions), cell), cell=cell, pbc=True)


def _repeats(cell: Array, molecules: int, least: int) -> list[int]:
    """Return how often to repeat a unit cell along each vector, the thinnest direction first, for so many molecules."""
    heights = abs(np.linalg.det(cell)) / np.linalg.norm(np.cross(cell[[1, 2, 0]], cell[[2, 0, 1]]), axis=1)
    repeats = np.ones(3, dtype=int)
    while molecules * repeats.prod() < least:
        repeats[np.argmin(heights * repeats)] += 1
    return [int(count) for count in repeats]


def _scale(atoms: Atoms, density: float) -> None:
    """Scale the cell to a density in g/cm³; molecules keep their shape and move with their oxygens."""
    factor = (len(atoms) // 3 * MOLECULE_MASS / density / atoms.cell.volume) ** (1 / 3)
    oxygens = np.repeat(atoms.positions[::3], 3, axis=0)
    atoms.positions += (factor - 1.0) * oxygens
    atoms.cell[:] = factor * atoms.cell.array


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the generators that GenIce2 uses, and restore them; silence its logs and its warnings about itself."""
    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002 - GenIce2 uses the global one
    level = logging.root.manager.disable
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
        random.setstate(state)
        np.random.set_state(numpy_state)  # noqa: NPY002
