"""LAMMPS, with restart files, from which it continues: dumps, the log and files of fixes are cut there first."""

from __future__ import annotations

import hashlib
import re
import signal
from dataclasses import replace
from pathlib import Path

from typing_extensions import override

from tumble.errors import LaunchError
from tumble.launch.engine import STATE, Checkpoint, Engine, Job
from tumble.launch.growing_file import size_of, tail_of
from tumble.launch.lammps import script
from tumble.launch.lammps.commands import read_script
from tumble.launch.lammps.cut import named_files, plan_cut
from tumble.launch.lammps.monitor import LammpsMonitor, PartitionsMonitor
from tumble.launch.lammps.obstacles import check_cuts, outputs_in
from tumble.launch.lammps.timing import read_timing
from tumble.launch.machine import Machine, useful_threads
from tumble.launch.processes import Program, find_program
from tumble.launch.reading import Monitor
from tumble.launch.report import Report
from tumble.launch.speed import Speed, speed_of
from tumble.runs.lammps.log import LOG
from tumble.runs.lammps.table import BANNER
from tumble.simulation_file import Simulation

SCREEN_LOG = "screen.log"
_EVERY = 1000  # steps between restart files
_KEPT = 2  # restart files
_RESTART = re.compile(r"restart\.(\d+)\.(\d+)(?:\.\d+)?")  # with the number of the run and the step
_MAGIC = b"LammpS RestartT"  # at the end of a complete restart file
_TAIL = 32  # bytes with it, and zeros behind it
_HEAD = 1 << 12  # characters of a data file with the number of atoms
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_IN_DATA = re.compile(r"^\s*(\d+)\s+atoms\b", re.MULTILINE)


class LammpsEngine(Engine):
    """A run of LAMMPS.

    Args:
        simulation: What to run.
        folder: Its folder.
        machine: What may be used.
    """

    name = "LAMMPS"
    on_change = "changes act from the checkpoint on"
    steps_to_stop = script.CHECK_EVERY

    def __init__(self, simulation: Simulation, folder: Path, machine: Machine) -> None:
        super().__init__(simulation, folder)
        self._commands = read_script(folder / simulation.input, folder)
        self._machine = machine
        self._derived = self.state / "input.in"
        self._beads = len(simulation.ranks_of_partitions) or 1
        self._continued = False

    @property
    def _logs(self) -> list[Path]:
        """The log, or that of each partition."""
        if self._beads == 1:
            return [self.folder / LOG]
        return [self.folder / f"{LOG}.{bead}" for bead in range(self._beads)]

    @override
    def checkpoint(self) -> Checkpoint | None:
        if not self.started or not self._logs[0].is_file():
            return None
        complete = [place for place in self._places() if all(map(_is_complete, self._files(place)))]
        return Checkpoint(self._files(complete[-1])[0], complete[-1][1]) if complete else None

    def _places(self) -> list[tuple[int, int]]:
        """Return the number of the run and the step of all restart files, in the order in which they were written."""
        names = (_RESTART.fullmatch(path.name) for path in self.state.glob("restart.*"))
        return sorted({(int(found[1]), int(found[2])) for found in names if found is not None})

    def _files(self, place: tuple[int, int]) -> list[Path]:
        """Return the restart file of a place, or that of each partition."""
        name = "restart.{}.{}".format(*place)
        return [self.state / (name if self._beads == 1 else f"{name}.{bead}") for bead in range(self._beads)]

    @override
    def foreign_outputs(self) -> list[Path]:
        names = [path.name for path in self._logs] + outputs_in(self._commands, self.simulation.variables)
        return named_files(names, self.folder)

    @override
    def check_start(self) -> None:
        if not self.started or not self._logs[0].is_file():
            return
        text = self._logs[0].read_text(errors="replace")
        # A run killed before its first restart file has done less than the interval between them.
        if BANNER.search(text) is not None and script.BEGINS.search(text) is None:
            raise LaunchError(
                f"`{self.folder}`: an earlier start can't be continued, since it wrote no restart files: its script "
                "has no `run` outside of branches; `--again` replaces it"
            )

    @override
    def settings(self) -> str:
        return self.goal()

    @override
    def goal(self) -> str:
        texts = [command.text for command in self._commands]
        texts += sorted(f"{name}={value}" for name, value in self.simulation.variables.items())
        return hashlib.sha256("\n".join(texts).encode()).hexdigest()

    @override
    def ended_early(self) -> bool:
        return (self.folder / script.EARLY).is_file()

    @override
    def begin(self) -> None:
        for place in self._places():
            self._remove(place)
        for log in self._logs:
            log.unlink(missing_ok=True)  # before the monitor reads it
        self._continued = False
        self._write(script.started(self._commands, self._every, self._beads))

    @override
    def resume(self, checkpoint: Checkpoint) -> None:
        found = _RESTART.fullmatch(checkpoint.path.name)
        if found is None:
            raise LaunchError(f"expected a restart file with its run and step in its name, got `{checkpoint.path}`")
        run, step = int(found[1]), int(found[2])
        restarts = tuple(f"{STATE}/{path.name}" for path in self._files((run, step)))
        place = script.Place(run, step, restarts)
        if self.simulation.resume is not None:
            commands = read_script(self.folder / self.simulation.resume, self.folder)
            text = script.continued_by(commands, self._every, place)
        else:
            log = self._logs[0].read_text(errors="replace")
            begins = {int(number): int(begin) for number, begin in script.BEGINS.findall(log)}
            text = script.resumed(self._commands, self._every, place, begins)
        self._cut(run, step)
        for later in self._places():
            if later > (run, step):
                self._remove(later)  # it is incomplete
        self._continued = True
        self._write(text)

    def _cut(self, run: int, step: int) -> None:
        """Cut outputs."""
        check_cuts(self._commands)
        copy = self.state / LOG
        cuts = [plan_cut(log, run, step, copy) for log in self._logs]
        copy.unlink()
        for each in cuts:
            each.carry_out()

    def _remove(self, place: tuple[int, int]) -> None:
        for path in self._files(place):
            path.unlink(missing_ok=True)

    def _write(self, text: str) -> None:
        self._derived.write_text(text)
        for old in (self.folder / script.EXIT, self.folder / script.EARLY, self._finished):
            old.unlink(missing_ok=True)

    @property
    def _every(self) -> int:
        return self.simulation.checkpoint or _EVERY

    @override
    def main(self) -> Job:
        partitions = self.simulation.partitions
        ranks = sum(self.simulation.ranks_of_partitions) or self.simulation.ranks or 1
        words = [find_program("lmp"), "-in", f"{STATE}/{self._derived.name}"]
        words += ["-log", "none" if self._continued else LOG]
        words += [] if partitions is None else ["-partition", *partitions.split()]
        for name, value in self.simulation.variables.items():
            words += ["-var", name, *value.split()]
        if ranks > 1:
            words = [find_program("mpirun"), "-n", str(ranks), *words]
        share = max(1, self._machine.cores // ranks)
        threads = self.simulation.threads or min(share, self._useful_threads())
        environment = {"OMP_NUM_THREADS": str(threads)}
        if ranks > self._machine.cores:
            environment["MPIR_CVAR_ENABLE_HEAVY_YIELD"] = "1"  # ranks that wait let others run
        return Job("LAMMPS", tuple(words), SCREEN_LOG, environment)

    def _useful_threads(self) -> int:
        """Return the number of threads that is worthwhile for a rank; all cores if the number of atoms is unknown."""
        atoms = self._atoms()
        if atoms is None:
            return self._machine.cores
        ranks = max(self.simulation.ranks_of_partitions, default=self.simulation.ranks or 1)
        return useful_threads(max(1, atoms // ranks))

    def _atoms(self) -> int | None:
        """Return the number of atoms in the data file; None if it is unknown before the start."""
        known = {each.words[1]: each.words[3] for each in self._commands if each.words[2:3] == ("index",)}
        known |= self.simulation.variables
        for command in self._commands:
            if command.name == "read_data" and len(command.words) > 1:
                name = _VARIABLE.sub(lambda found: known.get(found[1], found[0]), command.words[1])
                if not (self.folder / name).is_file():
                    return None
                with (self.folder / name).open(errors="replace") as file:
                    found = _IN_DATA.search(file.read(_HEAD))
                return None if found is None else int(found[1])
        return None

    @override
    def monitor(self) -> Monitor:
        monitors = [
            LammpsMonitor(log, size_of(log) if self._continued else 0, self.simulation.expect) for log in self._logs
        ]
        return monitors[0] if len(monitors) == 1 else PartitionsMonitor(monitors)

    @override
    def outputs(self) -> Path:
        return self.folder if self._beads == 1 else self._logs[0]

    @property
    @override
    def analyzed(self) -> Path:
        return self.outputs()

    @override
    def speed(self, report: Report) -> Speed:
        ring = any(each.name == "fix" and "".join(each.words[3:4]).startswith("pimd") for each in self._commands)
        speed = speed_of(report, self._beads if ring else 1, self._machine.cores)  # other partitions are replicas
        return replace(speed, timing=read_timing(self._logs[0]))

    @override
    def ask_to_stop(self, main: Program) -> None:
        if self._beads == 1:
            (self.folder / script.EXIT).touch()
        else:
            main.send(signal.SIGTERM)  # its last restart files are the checkpoint

    @override
    def is_stuck(self) -> bool:
        return False

    @override
    def succeeded(self) -> bool:
        return True  # its exit status says it

    @override
    def checkpoint_interval(self) -> int:
        return self._every

    @override
    def keep_checkpoint(self) -> None:
        for place in self._places()[:-_KEPT]:
            self._remove(place)

    @override
    def clean_up(self) -> None:
        (self.folder / script.EXIT).unlink(missing_ok=True)


def _is_complete(path: Path) -> bool:
    """Return whether a restart file was written to its end."""
    return tail_of(path, _TAIL).rstrip(b"\0").endswith(_MAGIC)
