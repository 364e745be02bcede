"""`tumble run`: start a simulation, watch it, continue it, and judge it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.options import Once

if TYPE_CHECKING:
    from tumble.launch.slurm import SlurmOptions
    from tumble.simulation_file import Simulation


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "run",
        help="run a simulation of LAMMPS or i-PI with its drivers, and continue it",
        example="tumble run my-water",
        description="Start the programs of a simulation, show its progress, stop it with a checkpoint on Ctrl-C or "
        "SIGTERM, continue it when called again, and check its physics at the end.",
        epilog="DIR has a simulation.yaml (docs/run.md), as `tumble new` writes it, or one input. Exit status: 0 if "
        "all steps are done and the physics is fine, 1 if something failed, 2 for a wrong setting, 3 if the engine "
        "ended by itself before the last step, 128 + N after a signal N.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="folder of the simulation")
    parser.add_argument("--again", action="store_true", help="start from the beginning, and replace earlier outputs")
    parser.add_argument("--model", action=Once, metavar="MODEL", help="model of the driver, without simulation.yaml")
    parser.add_argument(
        "--structure", action=Once, metavar="FILE", help="structure of the driver in DIR, without simulation.yaml"
    )
    parser.add_argument(
        "--launcher",
        choices=("here", "slurm", "srun"),
        default="here",
        help="slurm: write job scripts into DIR and start nothing; srun: in such a job (default: here)",
    )
    add_slurm_options(parser)
    parser.set_defaults(run=run)


def add_slurm_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of job scripts."""
    group = parser.add_argument_group("job scripts, with --launcher slurm")
    group.add_argument("--nodes", metavar="N", type=int, help="number of nodes (default: 1)")
    group.add_argument("--gpus", metavar="N", type=int, help="GPUs on each node, with a driver each (default: 0)")
    group.add_argument(
        "--tasks", metavar="N", type=int, help="drivers or ranks on each node (default: one per GPU, or 1)"
    )
    group.add_argument("--cpus", metavar="N", type=int, help="cores of each driver or rank")
    group.add_argument("--time", metavar="T", help="longest time of a job, as in 24:00:00")
    group.add_argument("--partition", metavar="NAME", help="partition of Slurm")
    group.add_argument("--account", metavar="NAME", help="account of Slurm")
    group.add_argument("--jobs", metavar="N", type=int, help="number of jobs that follow each other (default: 1)")


def run(arguments: argparse.Namespace) -> int:
    """Run a simulation, or write its job scripts."""
    from dataclasses import fields

    from tumble.errors import ConfigurationError
    from tumble.launch.choose import engine_of, simulation_in
    from tumble.launch.machine import this_machine
    from tumble.launch.run import run_simulation
    from tumble.launch.slurm import SlurmOptions, engine_in_job

    folder: Path = arguments.folder
    model = arguments.model
    if model is not None and Path(model).is_file():  # the driver runs in another folder
        model = str(Path(model).resolve())
    simulation = simulation_in(folder, model, arguments.structure)
    values = {option.name: getattr(arguments, option.name) for option in fields(SlurmOptions)}
    given = {name: value for name, value in values.items() if value is not None}
    if arguments.launcher == "slurm":
        return _write_jobs(folder, simulation, SlurmOptions(**given))
    if given:
        raise ConfigurationError(
            f"`--{next(iter(given))}`: expected `--launcher slurm` with it, got `{arguments.launcher}`"
        )
    if arguments.launcher == "srun":
        engine = engine_in_job(simulation, folder.resolve())
    else:
        engine = engine_of(simulation, folder.resolve(), this_machine())
    return run_simulation(engine, again=arguments.again, stream=sys.stdout, terminal=sys.stdout.isatty())


def _write_jobs(folder: Path, simulation: Simulation, options: SlurmOptions) -> int:
    """Write the job scripts, and a `simulation.yaml` if there is none."""
    from tumble.launch.slurm import write_scripts
    from tumble.simulation_file import NAME, write_simulation

    if not (folder / NAME).is_file():
        write_simulation(simulation, folder)
    job, submit = write_scripts(folder, options)
    print(f"written: {job}, {submit}; `{submit}` submits the jobs")
    return 0
