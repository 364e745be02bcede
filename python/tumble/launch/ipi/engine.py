"""i-PI and its drivers.

i-PI writes `RESTART` when it is asked to stop, and the `checkpoint` of its input while it runs. From either it
continues with the state of its random numbers, and appends to its outputs: rows and frames after the step of the
checkpoint, which it would write again, are cut first.
"""

from __future__ import annotations

import hashlib
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from typing_extensions import override

from tumble.errors import ConfigurationError, LaunchError, TrajectoryError
from tumble.files import set_aside, write_atomically
from tumble.launch.checks.check import Outcome
from tumble.launch.checks.temperature import highest_while_running
from tumble.launch.cut import check_frames, cut_extras, cut_frames, cut_rows
from tumble.launch.driver_line import DriverLine, read_driver_line
from tumble.launch.engine import STATE, Checkpoint, Engine, Job
from tumble.launch.growing_file import size_of
from tumble.launch.ipi.input import CHECKPOINT, InputFile
from tumble.launch.ipi.monitor import IpiMonitor
from tumble.launch.ipi.plan import PlannedDriver, plan_drivers
from tumble.launch.ipi.server_log import ServerLog
from tumble.launch.ipi.timing import DriverTiming
from tumble.launch.machine import Machine
from tumble.launch.processes import Program, find_program
from tumble.launch.report import Report
from tumble.launch.speed import Speed, speed_of
from tumble.runs.ipi.input import IpiInput, TrajectoryOutput, read_ipi_input
from tumble.runs.ipi.properties import column_of
from tumble.runs.ipi.run import read_ipi_run
from tumble.runs.ipi.trajectory import files_of_beads
from tumble.simulation_file import Simulation

SERVER_LOG, DRIVER_LOG = "server.log", "driver.log"
_RESTART = "RESTART"
_ENDINGS = {"xyz": ".xyz", "pdb": ".pdb", "ase": ".extxyz"}


class IpiEngine(Engine):
    """A run of i-PI.

    Args:
        simulation: What to run.
        folder: Its folder.
        machine: What may be used.
        wrap: Returns the command of a driver with what starts it on another machine; None to start it here.
        host: Name of this machine for drivers elsewhere; None to use the sockets of the input.
    """

    name = "i-PI"
    on_change = "i-PI takes no changes but `total_steps`; `--again` starts anew with them"
    steps_to_stop = 1

    def __init__(
        self,
        simulation: Simulation,
        folder: Path,
        machine: Machine,
        wrap: Callable[[tuple[str, ...]], tuple[str, ...]] | None = None,
        host: str | None = None,
    ) -> None:
        super().__init__(simulation, folder)
        self._own = InputFile(folder / simulation.input)
        self._sockets = self._own.sockets  # later those of the derived input
        self._found = self._read_input()
        self._machine, self._wrap, self._host = machine, wrap, host
        digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
        self._mark = f"tumble-{digest}-"
        self._derived = self.state / "input.xml"
        self._kept = self.state / "checkpoint.xml"  # copy of the latest checkpoint that is complete
        self._continued = False
        self._server_log = ServerLog(folder / SERVER_LOG, 0)
        self._log_starts: dict[str, int] = {}  # bytes of earlier starts in the logs of the drivers
        self._drivers()  # checks them
        self._check_start()

    def _check_start(self) -> None:
        """Check that i-PI doesn't overwrite the file with which it starts."""
        names = [_RESTART, f"{self._own.prefix}{CHECKPOINT}", *(name for name, _ in self._own.checkpoints)]
        for name in self._own.start_files:
            if Path(name).name in names:
                raise ConfigurationError(
                    f"`{self.simulation.input}`: expected another name than `{name}` for the file in `initialize`, "
                    "since i-PI writes its own checkpoint there; rename the file"
                )

    def _read_input(self) -> IpiInput:
        if self._own.systems > 1:
            raise ConfigurationError(
                f"`{self.simulation.input}`: expected one system, got {self._own.systems}; start i-PI and the drivers "
                "yourself, since `tumble run` neither continues nor checks several"
            )
        try:
            return read_ipi_input(self.folder / self.simulation.input)
        except TrajectoryError as error:
            raise ConfigurationError(str(error)) from error

    @override
    def checkpoint(self) -> Checkpoint | None:
        if not self.started:
            return None  # those in the folder are of another run
        found = [each for path in (*self._written(), self._kept) if (each := _checkpoint_in(path)) is not None]
        return max(found, key=lambda each: each.step, default=None)

    def _written(self) -> list[Path]:
        """Return the checkpoints that i-PI has written: when it stopped, and while it runs."""
        names = [
            f"{self._own.prefix}{CHECKPOINT}",
            *(name for name, overwritten in self._own.checkpoints if overwritten),
        ]
        numbered = [f"{name}_*" for name, overwritten in self._own.checkpoints if not overwritten]
        paths = [self.folder / name for name in (_RESTART, *dict.fromkeys(names))]
        paths += [path for pattern in numbered for path in self.folder.glob(pattern)]
        return [path for path in paths if path.is_file()]

    @override
    def foreign_outputs(self) -> list[Path]:
        return self._written()  # i-PI itself renames other outputs

    @override
    def settings(self) -> str:
        return self._own.digest()

    @override
    def goal(self) -> str:
        return str(self._own.total_steps)

    @override
    def is_at_end(self, checkpoint: Checkpoint) -> bool:
        return checkpoint.step >= self._own.total_steps

    @override
    def ended_early(self) -> bool:
        found = self.checkpoint()
        return found is not None and not self.is_at_end(found)

    @override
    def begin(self) -> None:
        self._continued = False
        # Of another run: checkpoints must not be taken for those of this one, the monitor would read rows before i-PI
        # renames them, and the driver continues its log.
        logs = (job.command[job.command.index("--symmetry-log") + 1] for job in self.helpers() if _has_log(job))
        rows = (each.path for each in self._found.properties)
        for path in (*self._written(), *rows, *(self.folder / log for log in logs)):
            set_aside(path)
        self._write(InputFile(self.folder / self.simulation.input))

    @override
    def resume(self, checkpoint: Checkpoint) -> None:
        if checkpoint.path != self._kept:
            write_atomically(self._kept, checkpoint.path.read_bytes())
        self._cut(checkpoint.step)
        self._continued = True
        continued = InputFile(self._kept)
        continued.total_steps = self._own.total_steps
        self._write(continued)

    def _write(self, derived: InputFile) -> None:
        derived.add_checkpoint(self.simulation.checkpoint)
        derived.set_sockets(self._mark, self._host)
        self._sockets = derived.sockets
        derived.write(self._derived)
        # i-PI would rename older checkpoints, as it does with outputs of another run, and obey an earlier EXIT.
        for name in (_RESTART, f"{self._own.prefix}{CHECKPOINT}", "EXIT"):
            (self.folder / name).unlink(missing_ok=True)
        self._finished.unlink(missing_ok=True)
        self._server_log = ServerLog(self.folder / SERVER_LOG, self._old_bytes(SERVER_LOG))
        self._log_starts = {job.log: self._old_bytes(job.log) for job in self.helpers()}

    def _old_bytes(self, log: str) -> int:
        """Return the size of what earlier starts have written to a log; a new one replaces it unless it continues."""
        return size_of(self.folder / log) if self._continued else 0

    def _cut(self, step: int) -> None:
        columns = {each.path: _step_column(each.path) for each in self._found.properties}
        extras = [output for output in self._found.trajectories if output.quantity.startswith("extras")]
        trajectories = [output for output in self._found.trajectories if output not in extras]
        frames = [
            path
            for output in trajectories
            for path in self._files(output, _ENDINGS.get(output.format, f".{output.format}"))
        ]
        for path in frames:
            check_frames(path, step)  # before anything is cut
        for path in frames:
            cut_frames(path, step)
        for path, column in columns.items():
            cut_rows(path, column, step)
        for path in (path for output in extras for path in self._files(output, "")):
            cut_extras(path, step)

    def _files(self, output: TrajectoryOutput, ending: str) -> list[Path]:
        """Return the files of a trajectory: of its beads, or the only one."""
        whole = output.stem.parent / f"{output.stem.name}{ending}"
        return [*files_of_beads(output, self._found.beads, ending).values(), whole]

    @override
    def main(self) -> Job:
        command = (find_program("i-pi"), f"{STATE}/{self._derived.name}")
        # The server computes almost nothing; the model needs the cores.
        return Job("i-PI", command, SERVER_LOG, {"OMP_NUM_THREADS": "1"})

    @override
    def helpers(self) -> tuple[Job, ...]:
        return tuple(self._job(number, planned) for number, planned in enumerate(self._drivers(), 1))

    def _drivers(self) -> list[PlannedDriver]:
        atoms = sum(self._found.atoms.values())
        return plan_drivers(self.simulation, self._own.sockets, self._found.beads, atoms, self._machine)

    def _job(self, number: int, planned: PlannedDriver) -> Job:
        words = planned.driver.arguments()
        for option in ("--unix", "--shm", "--host", "--port"):
            if option in words:
                del words[words.index(option) : words.index(option) + 2]
        words += self._address(planned)
        if number > 1 and "--symmetry-log" in words:
            place = words.index("--symmetry-log") + 1
            words[place] = f"{words[place]}.{number}"
        command = (sys.executable, "-m", "tumble", "drive", *words)
        name = DRIVER_LOG if number == 1 else f"driver-{number}.log"
        environment = {"OMP_NUM_THREADS": str(planned.threads)}
        if planned.gpu is not None:
            environment["CUDA_VISIBLE_DEVICES"] = planned.gpu
        if self._wrap is None:
            return Job(f"driver {number}", command, name, environment)
        return Job(f"driver {number}", self._wrap(command), name, environment, launched=True)

    def _address(self, planned: PlannedDriver) -> list[str]:
        """Return the options for the address of the socket in the derived input."""
        socket = next(each for each in self._sockets if each.name == planned.socket.name)
        if socket.unix is not None:
            return [socket.option, f"{self._own.sockets_prefix}{self._mark}{socket.unix.removeprefix(self._mark)}"]
        return [
            "--host",
            socket.host if socket.host not in ("", "0.0.0.0") else "localhost",
            "--port",
            str(socket.port),
        ]

    @override
    def monitor(self) -> IpiMonitor:
        run = read_ipi_run(self.folder / self.simulation.input)
        outcome = Outcome(run, self.simulation.expect, None, None)

        def highest(first: float) -> float | None:
            return highest_while_running(outcome.expect, outcome.target, first, outcome.atoms, run.beads)

        return IpiMonitor(
            self._found,
            self._own.total_steps,
            highest,
            self._reported,
            continued=self._continued,
        )

    def _reported(self) -> list[DriverLine]:
        """Return what the drivers of this start have reported until now."""
        lines = [read_driver_line(self.folder / log, skip) for log, skip in self._log_starts.items()]
        return [line for line in lines if line is not None]

    @override
    def outputs(self) -> Path:
        return self.folder / self.simulation.input

    @override
    def speed(self, report: Report) -> Speed:
        speed = speed_of(report, self._found.beads, self._machine.cores)
        batch = max((socket.batch for socket in self._own.sockets), default=1)
        # Steps of a job compute elsewhere: what starts them here uses no core.
        cpu = speed.cpu if self._wrap is None else {}
        server = cpu.get(self.name, 0.0) / report.seconds if report.seconds > 0 else 0.0
        timing = DriverTiming(self._reported(), self._found.beads, batch, server)
        return replace(speed, timing=timing, cpu=cpu)

    @override
    def ask_to_stop(self, main: Program) -> None:
        main.send(signal.SIGTERM)

    @override
    def is_stuck(self) -> bool:
        return self._server_log.stuck

    @override
    def succeeded(self) -> bool:
        return self._server_log.succeeded

    @override
    def checkpoint_interval(self) -> int:
        return InputFile(self._derived).checkpoint_interval

    @override
    def keep_checkpoint(self) -> None:
        """Copy the checkpoint, which i-PI overwrites in place: it is useless if i-PI is killed meanwhile."""
        latest = max(self._written(), key=lambda path: path.stat().st_mtime, default=None)
        kept = self._kept
        if latest is None or (kept.is_file() and kept.stat().st_mtime >= latest.stat().st_mtime):
            return
        if _checkpoint_in(latest) is not None:
            write_atomically(kept, latest.read_bytes())

    @override
    def clean_up(self) -> None:
        for socket in self._own.sockets:
            if socket.unix is not None:
                Path(f"{self._own.sockets_prefix}{self._mark}{socket.unix}").unlink(missing_ok=True)


def _has_log(job: Job) -> bool:
    return "--symmetry-log" in job.command


def _checkpoint_in(path: Path) -> Checkpoint | None:
    """Return the checkpoint in a file; None if it is incomplete, or at step 0."""
    try:
        step = InputFile(path).step
    except (ConfigurationError, TrajectoryError):
        return None  # i-PI was killed while it wrote the file
    return Checkpoint(path, step) if step > 0 else None


def _step_column(path: Path) -> int:
    """Return the index of the column with the step in a file of properties.

    Raises:
        LaunchError: If there is none.
    """
    if not path.is_file() or size_of(path) == 0:
        return 0
    with path.open(errors="replace") as file:
        for line in file:
            column = column_of(line)
            if column is not None and column.quantity == "step":
                return column.first - 1
            if not line.startswith("#"):
                break
    raise LaunchError(
        f"the run can't be continued: expected a property `step` in `{path}`, by which to cut its rows at the "
        "checkpoint, found none"
    )
