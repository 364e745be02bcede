"""Run `lmp` for the parts of the stability benchmark, each in a folder of its own, and keep finished parts.

A finished part has a `finished.json` next to its log, written last: the SHA-256 of the model and of the inputs (script
with its number of steps, and structure), the time of the run, threads and versions. A part of the same model and the
same inputs isn't run again, so that long runs can be made one by one.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from model_provenance import ModelIdentity, versions
from tqdm import tqdm

from tumble.demo.engines import threads
from tumble.files import write_atomically
from tumble.launch.processes import Program, find_program

TIMESTEP = 0.0005  # ps
EVERY = 10  # steps between lines of thermo output and frames
COLUMNS = 10  # in a line of thermo output, the same for every part
SEED = 4711

FINISHED = "finished.json"
LOG = "log.lammps"


@dataclass(frozen=True)
class Job:
    """A job for `lmp`.

    Attributes:
        name: Name of the part.
        script: Input of LAMMPS, which reads `start.data` and the variable `model`.
        data: Text of `start.data`.
        steps: Time steps, all runs together.
    """

    name: str
    script: str
    data: str
    steps: int

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of script and structure."""
        return hashlib.sha256(f"{self.script}\0{self.data}".encode()).hexdigest()


@dataclass(frozen=True)
class Finished:
    """A run that reached its end.

    Attributes:
        model: SHA-256 of the model file.
        inputs: SHA-256 of script and structure.
        threads: Threads of the model.
        seconds: Time of the run, including the start.
        versions: Versions of the packages in use.
    """

    model: str
    inputs: str
    threads: int
    seconds: float
    versions: dict[str, str]


def simulate(folder: Path, job: Job, model: ModelIdentity) -> Finished:
    """Run LAMMPS in a folder, with a progress bar, unless the same run was finished before.

    Raises:
        DemoError: If it fails.
    """
    earlier = find_finished(folder)
    if earlier is not None and (earlier.model, earlier.inputs) == (model.sha256, job.sha256):
        print(f"{job.name}: taken from the finished run in `{folder}`, of the same model and inputs", file=sys.stderr)
        return earlier
    folder.mkdir(parents=True, exist_ok=True)
    # First of all, so that an interrupted run isn't mistaken for the earlier one.
    (folder / FINISHED).unlink(missing_ok=True)
    for old in (*folder.glob("*.dump"), folder / LOG, folder / "screen.log"):
        old.unlink(missing_ok=True)
    (folder / "in.stability").write_text(job.script)
    (folder / "start.data").write_text(job.data)
    command = [find_program("lmp"), "-in", "in.stability", "-log", LOG, "-var", "model", str(model.path)]
    environment = {"OMP_NUM_THREADS": str(threads())}
    with (
        Program("LAMMPS", command, folder, folder / "screen.log", environment) as program,
        tqdm(total=job.steps, unit="step", desc=job.name, disable=None) as bar,
    ):
        while (status := program.wait(1.0)) is None:
            bar.update(max(0, last_step(folder / LOG) - bar.n))
        if status != 0:
            raise program.failure(f"failed with exit status {status}")
        bar.update(job.steps - bar.n)
        finished = Finished(model.sha256, job.sha256, threads(), program.seconds, versions())
    write_atomically(folder / FINISHED, (json.dumps(asdict(finished), indent=2) + "\n").encode())
    return finished


def find_finished(folder: Path) -> Finished | None:
    """Return an earlier run in a folder, if it reached its end and its log exists."""
    if not ((folder / FINISHED).is_file() and (folder / LOG).is_file()):
        return None
    return Finished(**json.loads((folder / FINISHED).read_text()))


def last_step(log: Path) -> int:
    """Return the number at the start of the last line of thermo output; 0 if there is none yet."""
    if not log.is_file():
        return 0
    with open(log, "rb") as file:  # only the end: the log of a long run has megabytes
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1000))
        lines = file.read().decode(errors="replace").splitlines()[-2:]
    numbers = [line.split()[0] for line in lines if len(line.split()) == COLUMNS]
    return max((int(number) for number in numbers if number.isdigit()), default=0)
