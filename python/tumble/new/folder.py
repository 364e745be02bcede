"""The folder of a simulation: structure, input, `simulation.yaml` and a README."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tumble.errors import ConfigurationError
from tumble.new.engines.registry import ENGINES
from tumble.new.reading import Reading, read_model
from tumble.new.readme import readme, title_of
from tumble.new.relaxation import Relaxed, relaxed
from tumble.new.request import Request
from tumble.new.setup import Setup
from tumble.new.systems.registry import build_system
from tumble.simulation_file import NAME, Expect, Simulation, write_simulation

README = "README.md"


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        folder: The folder.
        files: Names of its files.
        setup: The setup.
        reading: Energy, torque and time of the model for the structure.
        relaxation: How it was relaxed; None if it wasn't.
    """

    folder: Path
    files: tuple[str, ...]
    setup: Setup
    reading: Reading
    relaxation: Relaxed | None


def write_folder(request: Request, tell: Callable[[str], None] = lambda text: None) -> Written:
    """Write the folder of a simulation.

    Args:
        request: What to write, and where.
        tell: Called with the steps that take long.

    Raises:
        ConfigurationError: If the folder has files, or options are impossible or don't fit together.
        ModelNotFoundError, ModelFileError: If the model can't be loaded.
        StructureError: If the model lacks an element.
        EvaluationError: If the model fails.
        FramesError: If a file of a structure can't be read.
        OSError: If a file can't be written.
    """
    folder = request.folder
    check_empty(folder)
    engine = ENGINES[request.engine_or_default]
    engine.check(request.outline())
    tell(f"structure: {request.system}")
    setup = request.setup(build_system(request.system, request.choices))
    engine.check(setup)
    relaxation = None
    if request.relax and setup.system.relax:
        tell(f"relaxation with {setup.model}")
        relaxation = relaxed(setup)
        setup = replace(setup, system=replace(setup.system, atoms=relaxation.atoms))
    tell(f"energy{' and time' if request.timing else ''} of {setup.model}")
    reading = read_model(setup, engine.processes(setup), timing=request.timing)

    title = title_of(setup)
    files = engine.files(setup, title)
    simulation = engine.simulation(setup, expect_of(setup))
    files[README] = readme(setup, engine, title, reading, relaxation)
    _write(folder, files, simulation)
    return Written(folder, (*files, NAME), setup, reading, relaxation)


def check_empty(folder: Path) -> None:
    """Refuse a folder with files.

    Raises:
        ConfigurationError: If it is a file, or has any.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"`folder`: expected a new folder, got the file `{folder}`")
    if folder.is_dir() and any(folder.iterdir()):
        raise ConfigurationError(f"`folder`: expected a new or an empty folder, got `{folder}` with files")


def _write(folder: Path, files: Mapping[str, str], simulation: Simulation) -> None:
    """Write all files or, if that fails or is interrupted, none, so that the same command can be given again."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        write_simulation(simulation, folder)
    except BaseException:
        for name in (*files, NAME):
            (folder / name).unlink(missing_ok=True)
        raise


def expect_of(setup: Setup) -> Expect:
    """Return what `tumble run` checks."""
    return Expect(
        ensemble=setup.ensemble.expect,
        temperature=setup.temperature if setup.ensemble.thermostat else None,
        molecules=True if setup.system.water else None,
    )
