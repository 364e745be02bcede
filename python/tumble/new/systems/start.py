"""The end of an earlier run of i-PI, from which another one starts: positions, velocities and cell of all beads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.new.systems.file import is_water
from tumble.new.systems.system import Choices, Start, System, SystemKind, barostat_of_crystal
from tumble.runs.ipi.elements import integer_of, words_of
from tumble.runs.ipi.input import IpiInput, parsed_root, read_ipi_system
from tumble.simulation_file import Driver, Simulation, read_simulation
from tumble.units.constants import BOHR

#: Where `tumble run` and i-PI leave checkpoints in a folder of `tumble new`.
_CHECKPOINTS = ("tumble-run/checkpoint.xml", "RESTART", "simulation.checkpoint")


class FromStart(SystemKind):
    """The latest checkpoint in a folder of `tumble new`."""

    name = usage = "start"
    options = ("start",)
    pressure = True
    symbols = ""

    @override
    def build(self, argument: str | None, choices: Choices) -> System:
        if argument is not None or choices.start is None:
            raise ConfigurationError("`start`: expected `--start FOLDER` of an earlier run, got none")
        folder = choices.start
        driver = _driver(folder, read_simulation(folder))
        step, path, root = _latest(folder)
        element = root.find("system")
        try:
            found = read_ipi_system(path, root, element)
            atoms = _atoms(element, found, driver)
        except (TrajectoryError, ValueError, AttributeError) as error:
            raise ConfigurationError(f"`start`: expected a checkpoint of i-PI, got `{path}`: {error}") from error
        count, formula = len(atoms), atoms.symbols.get_chemical_formula()
        water = is_water(atoms)
        return System(
            name=Path(driver.structure).stem,
            title=f"{count} atoms, {formula}",
            atoms=atoms,
            # i-PI has it in atomic units.
            temperature=self.temperature if found.temperature is None else round(found.temperature, 6),
            remarks=(f"Positions, velocities and cell are those of step {step} of {folder.resolve().name}.",),
            water=water,
            isolated=water and count == 3,
            single=water and count == 3,
            barostat=barostat_of_crystal(atoms) if atoms.pbc.all() else None,
            start=Start(path.read_text(encoding="utf-8"), found.beads, step, _model(folder, driver)),
        )


def _driver(folder: Path, simulation: Simulation) -> Driver:
    """Return the first driver of an earlier folder."""
    if simulation.engine != "ipi":
        raise ConfigurationError(
            f"`start`: expected a folder of i-PI, got `{folder}` of {simulation.engine}; equilibrate with "
            "`--engine ipi`"
        )
    return simulation.drivers[0]


def _latest(folder: Path) -> tuple[int, Path, Any]:
    """Return the step, the path and the content of the latest checkpoint that is complete."""
    found = []
    for name in _CHECKPOINTS:
        try:
            root = parsed_root(folder / name)
            found.append((integer_of(root.findtext("step") or "0", "step"), folder / name, root))
        except TrajectoryError:
            continue  # there is none, or i-PI was ended while it wrote it
    if not found:
        raise ConfigurationError(
            f"`start`: expected a folder with a checkpoint of i-PI, found none in `{folder}`; run it first"
        )
    return max(found, key=lambda each: each[0])


def _atoms(system: Any, found: IpiInput, driver: Driver) -> Atoms:
    """Return the centroids of a checkpoint, whose lengths are in bohr and whose cell vectors are columns."""
    positions = np.array(words_of(system.find("beads/q")), dtype=np.float64).reshape(found.beads, -1, 3)
    cell = np.array(words_of(system.find("cell")), dtype=np.float64).reshape(3, 3).T
    periodic = [axis in (driver.periodic or "xyz") for axis in "xyz"] if driver.periodic != "none" else False
    labels = words_of(system.find("beads/names"))
    return Atoms(labels, BOHR * positions.mean(axis=0), cell=BOHR * cell if np.any(periodic) else None, pbc=periodic)


def _model(folder: Path, driver: Driver) -> str:
    """Return the model of the earlier run; a path is relative to its folder."""
    path = folder / driver.model
    return str(path.absolute()) if path.is_file() else driver.model
