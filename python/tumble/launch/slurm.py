"""Job scripts of Slurm, and a run within a job.

A job starts `tumble run` on its first node, with the server there and each driver as a job step elsewhere. Jobs of a
chain follow each other, whatever the end of the one before. Each continues from the last checkpoint; if nothing is left
to do or the physics has failed, it ends at once.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from tumble.errors import ConfigurationError
from tumble.launch.engine import Engine
from tumble.launch.ipi.engine import IpiEngine
from tumble.launch.lammps.engine import LammpsEngine
from tumble.launch.machine import Machine
from tumble.simulation_file import Simulation

JOB, SUBMIT = "job.sh", "submit.sh"
_WARNING = 300  # s before the end of a job at which it is asked to stop


@dataclass(frozen=True)
class SlurmOptions:
    """What a job asks for.

    Attributes:
        nodes: Number of nodes.
        gpus: GPUs on each node, with a driver or rank each.
        tasks: Drivers or ranks on each node; None for one for each GPU, or one.
        cpus: Cores of each task; None for Slurm's default.
        time: Longest time of a job, as Slurm writes it; None for Slurm's default.
        partition: Partition; None for Slurm's default.
        account: Account; None for Slurm's default.
        jobs: Number of jobs of the chain.
    """

    nodes: int = 1
    gpus: int = 0
    tasks: int | None = None
    cpus: int | None = None
    time: str | None = None
    partition: str | None = None
    account: str | None = None
    jobs: int = 1

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ConfigurationError: If one is too small.
        """
        for name, least in (("nodes", 1), ("gpus", 0), ("tasks", 1), ("cpus", 1), ("jobs", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ConfigurationError(f"`--{name}`: expected at least {least}, got {value}")

    @property
    def tasks_per_node(self) -> int:
        """Drivers or ranks on each node."""
        return self.tasks or max(1, self.gpus)


def write_scripts(folder: Path, options: SlurmOptions) -> tuple[Path, Path]:
    """Write the script of a job and the one that submits the chain, and return their paths."""
    settings = {
        "job-name": re.sub(r"\s+", "-", folder.resolve().name),
        "nodes": options.nodes,
        "ntasks-per-node": options.tasks_per_node,
        "cpus-per-task": options.cpus,
        "gpus-per-node": options.gpus or None,
        "time": options.time,
        "partition": options.partition,
        "account": options.account,
        "signal": f"B:TERM@{_WARNING}",
        "output": "slurm-%j.out",
    }
    lines = ["#!/bin/bash", *(f"#SBATCH --{name}={value}" for name, value in settings.items() if value is not None)]
    lines += [
        f"# Ends with a checkpoint {_WARNING} s before its time is over; the next job continues from it.",
        "# Load modules and environments here.",
        # Slurm copies the script elsewhere, and starts it in the folder from which it was submitted.
        f"cd {shlex.quote(str(folder.resolve()))} || exit 1",
        f"exec {shlex.quote(sys.executable)} -m tumble run . --launcher srun",
    ]
    job, submit = folder / JOB, folder / SUBMIT
    job.write_text("\n".join(lines) + "\n")
    submit.write_text(
        "#!/bin/bash\n"
        f"# A chain of {options.jobs}: each job begins when the one before has ended, and continues its run.\n"
        'set -e\ncd "$(dirname "$0")"\n'
        f"previous=$(sbatch --parsable {JOB})\n"
        f"for _ in $(seq 2 {options.jobs}); do\n"
        f'    previous=$(sbatch --parsable --dependency="afterany:${{previous%%;*}}" {JOB})\n'
        "done\n"
    )
    for path in (job, submit):
        path.chmod(0o755)
    return job, submit


def engine_in_job(simulation: Simulation, folder: Path) -> Engine:
    """Return the engine of a simulation in a job of Slurm, whose tasks are drivers or ranks.

    Raises:
        ConfigurationError: If this isn't a job.
    """
    if "SLURM_JOB_ID" not in os.environ:
        raise ConfigurationError("`--launcher`: expected `srun` in a job of Slurm only; `slurm` writes its script")
    tasks = int(os.environ.get("SLURM_NTASKS", "1"))
    cpus = int(os.environ.get("SLURM_CPUS_PER_TASK", "1"))
    simulation = replace(simulation, threads=simulation.threads or cpus)
    machine = Machine(tasks * cpus)
    if simulation.engine == "lammps":
        ranks = simulation.ranks if simulation.partitions else simulation.ranks or tasks
        return LammpsEngine(replace(simulation, ranks=ranks), folder, machine)
    share = max(1, tasks // len(simulation.drivers))
    drivers = tuple(replace(driver, number=driver.number or share) for driver in simulation.drivers)
    step = ["srun", "--nodes=1", "--ntasks=1", "--exact", "--unbuffered"]
    step += [f"--cpus-per-task={cpus}"] if cpus > 1 else []
    step += ["--gpus-per-task=1"] if _has_gpus() else []

    def wrap(command: tuple[str, ...]) -> tuple[str, ...]:
        return (*step, *command)

    return IpiEngine(replace(simulation, drivers=drivers), folder, machine, wrap, socket.gethostname())


def _has_gpus() -> bool:
    return any(os.environ.get(name) for name in ("SLURM_GPUS_ON_NODE", "SLURM_GPUS_PER_NODE", "SLURM_JOB_GPUS"))
