"""Choice of what to run in a folder: its `simulation.yaml`, or without one its only input."""

from __future__ import annotations

from pathlib import Path

from tumble.errors import ConfigurationError
from tumble.launch.engine import Engine
from tumble.launch.ipi.engine import IpiEngine
from tumble.launch.lammps.engine import LammpsEngine
from tumble.launch.machine import Machine
from tumble.runs.ipi.run import find_ipi_input
from tumble.simulation_file import NAME, Driver, Simulation, check_files, read_simulation

_SCRIPTS = ("*.in", "in.*", "*.lmp")


def simulation_in(folder: Path, model: str | None, structure: str | None) -> Simulation:
    """Return what a folder holds.

    Args:
        folder: The folder.
        model: Model for i-PI without a `simulation.yaml`.
        structure: Structure for the driver in this case, relative to the folder.

    Raises:
        ConfigurationError: If there is no or more than one input, the file is wrong, or the model or the structure is
            missing, or given in addition to the file.
        TrajectoryError: If there are several inputs of i-PI.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"`{folder}`: expected a folder, got {'a file' if folder.exists() else 'nothing'}")
    given = [f"--{name}" for name, value in (("model", model), ("structure", structure)) if value is not None]
    if (folder / NAME).is_file():
        if given:
            raise ConfigurationError(
                f"`{given[0]}`: expected no such option, since `{folder / NAME}` names the drivers"
            )
        return read_simulation(folder)
    xml = find_ipi_input(folder)
    scripts = sorted({path for pattern in _SCRIPTS for path in folder.glob(pattern) if path.is_file()})
    if xml is not None and not scripts:
        if model is None or structure is None:
            raise ConfigurationError(
                f"`{folder}`: expected `--model` and `--structure` for the driver of `{xml.name}`, or a `{NAME}`"
            )
        simulation = Simulation(engine="ipi", input=xml.name, drivers=(Driver(model=model, structure=structure),))
        check_files(simulation, folder)
        return simulation
    if xml is None and len(scripts) == 1:
        if given:
            raise ConfigurationError(f"`{given[0]}`: expected no such option for LAMMPS, whose script has the model")
        return Simulation(engine="lammps", input=scripts[0].name)
    found = ", ".join(path.name for path in [*([] if xml is None else [xml]), *scripts]) or "none"
    raise ConfigurationError(
        f"`{folder}`: expected a `{NAME}`, or one input of i-PI (*.xml) or LAMMPS ({', '.join(_SCRIPTS)}), got {found}"
    )


def engine_of(simulation: Simulation, folder: Path, machine: Machine) -> Engine:
    """Return the engine of a simulation on this machine."""
    if simulation.engine == "ipi":
        return IpiEngine(simulation, folder, machine)
    return LammpsEngine(simulation, folder, machine)
