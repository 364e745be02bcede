"""LAMMPS, with restart files, from which it continues: dumps, the log and files of fixes are cut there first."""

from __future__ import annotations

import hashlib
import os
import re
import signal
from dataclasses import replace
from pathlib import Path

from typing_extensions import override

from tumble.errors import LaunchError, TrajectoryError
from tumble.launch.cut import cut_frames, cut_rows
from tumble.launch.engine import STATE, Checkpoint, Engine, Job
from tumble.launch.growing_file import size_of, tail_of
from tumble.launch.lammps import script
from tumble.launch.lammps.monitor import LammpsMonitor
from tumble.launch.machine import Machine, useful_threads
from tumble.launch.processes import Program, find_program
from tumble.launch.report import Report
from tumble.launch.speed import Speed, lammps_parts, speed_of
from tumble.runs.lammps.log import LOG, read_lammps_log
from tumble.runs.lammps.table import BANNER, END
from tumble.simulation_file import Simulation

SCREEN_LOG = "screen.log"
_EVERY = 1000  # steps between restart files
_KEPT = 2  # restart files
_MAGIC = b"LammpS RestartT"  # at the end of a complete restart file
_TAIL = 32  # bytes with it, and zeros behind it
_HEAD = 1 << 12  # characters of a data file with the number of atoms
_IN_DATA = re.compile(r"^\s*(\d+)\s+atoms\b", re.MULTILINE)


class LammpsEngine(Engine):
    """A run of LAMMPS.

    Args:
        simulation: What to run.
        folder: Its folder.
        machine: What may be used.
    """

    name = "LAMMPS"
    steps_to_stop = script.CHECK_EVERY

    def __init__(self, simulation: Simulation, folder: Path, machine: Machine) -> None:
        super().__init__(simulation, folder)
        self._commands = script.read_script(folder / simulation.input, folder)
        self._machine = machine
        self._derived = self.state / "input.in"
        self._finished = self.state / "finished"
        self._restart: Path | None = None
        self._log_start = 0

    @override
    def checkpoint(self) -> Checkpoint | None:
        if not (self.folder / LOG).is_file():
            return None
        complete = [each for each in self._restarts() if tail_of(each.path, _TAIL).rstrip(b"\0").endswith(_MAGIC)]
        return max(complete, key=lambda each: each.step, default=None)

    def _restarts(self) -> list[Checkpoint]:
        found = [(path, path.name.removeprefix("restart.")) for path in self.state.glob("restart.*")]
        return sorted((Checkpoint(path, int(n)) for path, n in found if n.isdigit()), key=lambda each: each.step)

    @override
    def foreign_outputs(self) -> list[Path]:
        return [path for path in (self.folder / LOG,) if path.is_file()]

    @override
    def check_start(self) -> None:
        done = self._finished.is_file()
        if (self.folder / LOG).is_file() and (done or self.simulation.partitions is not None):
            end = "is finished" if done else "was stopped"
            why = "has no restart file" if self.simulation.partitions is None else "has partitions"
            raise LaunchError(
                f"`{self.folder}`: the run {end} and can't be continued, since it {why}; `--again` replaces it"
            )

    @override
    def finished(self, checkpoint: Checkpoint) -> bool:
        return self._finished.is_file() and self._finished.read_text() == self._digest()

    @override
    def mark_finished(self) -> None:
        self._finished.write_text(self._digest())

    def _digest(self) -> str:
        """Return a hash of what is to be done: with another number of steps, a finished run goes on."""
        texts = [command.text for command in self._commands] + sorted(
            f"{k}={v}" for k, v in self.simulation.variables.items()
        )
        return hashlib.sha256("\n".join(texts).encode()).hexdigest()

    @override
    def begin(self) -> None:
        for old in self._restarts():
            old.path.unlink()
        self._restart, self._log_start = None, 0
        # The restart files of partitions would replace each other.
        alone = self.simulation.partitions is None
        self._write(script.started(self._commands, self._every) if alone else script.unchanged(self._commands))

    @override
    def resume(self, checkpoint: Checkpoint) -> None:
        name = f"{STATE}/{checkpoint.path.name}"
        if self.simulation.resume is not None:
            text = (self.folder / self.simulation.resume).read_text()
            text = script.with_restarts(text, self._every)
        else:
            log = (self.folder / LOG).read_text(errors="replace")
            begins = {int(number): int(step) for number, step in script.BEGINS.findall(log)}
            text = script.resumed(self._commands, self._every, name, checkpoint.step, begins)
        self._cut(checkpoint.step)
        for later in self._restarts():
            if later.step > checkpoint.step:
                later.path.unlink()  # it is damaged
        self._restart, self._log_start = checkpoint.path, size_of(self.folder / LOG)
        self._write(text)

    def _cut(self, step: int) -> None:
        """Cut outputs: LAMMPS writes the frames of the step from which it continues once more."""
        log = self.folder / LOG
        for dump in self._dumps(log):
            whole = self.folder / dump
            if "*" in dump:
                numbered = re.compile(re.escape(whole.name).replace(r"\*", r"(\d+)", 1))
                for path in whole.parent.iterdir():
                    if (found := numbered.fullmatch(path.name)) is not None and int(found[1]) > step:
                        path.unlink()
            else:
                cut_frames(whole, step - 1)
        for name, again in script.files_of_rows(self._commands):
            cut_rows(self.folder / name, 0, step - 1 if again else step)
        _cut_log(log, step)

    def _dumps(self, log: Path) -> list[str]:
        """Return the names of the files of dumps in a log."""
        try:
            settings = read_lammps_log(log).settings
        except TrajectoryError as error:
            raise LaunchError(f"the run can't be continued, since {error}") from error
        return list(dict.fromkeys([*settings.written, *(dump.words[5] for dump in settings.dumps.values())]))

    def _write(self, text: str) -> None:
        self._derived.write_text(text)
        (self.folder / script.EXIT).unlink(missing_ok=True)
        self._finished.unlink(missing_ok=True)

    @property
    def _every(self) -> int:
        return self.simulation.checkpoint or _EVERY

    def _variables(self) -> dict[str, str]:
        given = dict(self.simulation.variables)
        if self._restart is not None:
            given["restart"] = f"{STATE}/{self._restart.name}"
        return given

    @override
    def main(self) -> Job:
        partitions = self.simulation.partitions
        ranks = _processes(partitions) if partitions is not None else self.simulation.ranks or 1
        words = [find_program("lmp"), "-in", f"{STATE}/{self._derived.name}"]
        words += ["-log", LOG if self._restart is None else "none"]
        words += [] if partitions is None else ["-partition", *partitions.split()]
        for name, value in self._variables().items():
            words += ["-var", name, *value.split()]
        if ranks > 1:
            words = [find_program("mpirun"), "-n", str(ranks), *words]
        share = max(1, self._machine.cores // ranks)
        threads = self.simulation.threads or min(share, useful_threads(max(1, self._atoms() // ranks)))
        environment = {"OMP_NUM_THREADS": str(threads)}
        if ranks > self._machine.cores:
            environment["MPIR_CVAR_ENABLE_HEAVY_YIELD"] = "1"  # ranks that wait let others run
        return Job("LAMMPS", tuple(words), SCREEN_LOG, environment)

    def _atoms(self) -> int:
        """Return the number of atoms in the data file; 1 if it is unknown."""
        for command in self._commands:
            if command.name == "read_data" and len(command.words) > 1:
                path = self.folder / command.words[1]
                if not path.is_file():
                    return 1
                with path.open(errors="replace") as file:
                    found = _IN_DATA.search(file.read(_HEAD))
                return 1 if found is None else int(found[1])
        return 1

    @override
    def monitor(self) -> LammpsMonitor:
        name = LOG if self.simulation.partitions is None else f"{LOG}.0"
        return LammpsMonitor(self.folder / name, self._log_start)

    @override
    def outputs(self) -> Path:
        return self.folder if self.simulation.partitions is None else self.folder / f"{LOG}.0"

    @override
    def highest_temperature(self) -> float | None:
        """Return the limit that the user gives; the ensemble is known from the log, when the run has ended."""
        return self.simulation.expect.limits.temperature

    @override
    def speed(self, report: Report) -> Speed:
        speed = speed_of(report, self._atoms(), 1, self._machine.cores)
        shares, ghosts = lammps_parts(self.folder / LOG)
        return replace(speed, shares=shares, ghosts=ghosts)

    @override
    def ask_to_stop(self, main: Program) -> None:
        if self.simulation.partitions is None:
            (self.folder / script.EXIT).touch()
        else:
            main.send(signal.SIGTERM)

    @override
    def is_stuck(self) -> bool:
        return False

    @override
    def succeeded(self) -> bool:
        return True  # its exit status says it

    @override
    def keep_checkpoint(self) -> None:
        for old in self._restarts()[:-_KEPT]:
            old.path.unlink(missing_ok=True)

    @override
    def clean_up(self) -> None:
        (self.folder / script.EXIT).unlink(missing_ok=True)


def _processes(partitions: str) -> int:
    """Return the number of ranks in words such as `8x1` or `4x2 2`."""
    number = 0
    for word in partitions.split():
        copies, _, ranks = word.rpartition("x")
        number += int(copies or 1) * int(ranks)
    return number


def _cut_log(path: Path, last: int) -> None:
    """Truncate a log at the first row of thermo output after a step, or behind its last complete line."""
    end, width, begins = 0, None, False
    with path.open("rb") as file:
        for line in file:
            words = line.split()
            if not line.endswith(b"\n"):
                break
            if begins:
                width, begins = len(words), False
            elif BANNER.match(line.decode(errors="replace")):
                begins = True
            elif line.startswith(END.encode()):
                width = None
            elif width == len(words) and words[0].isdigit() and int(words[0]) > last:
                break
            end += len(line)
    os.truncate(path, end)
