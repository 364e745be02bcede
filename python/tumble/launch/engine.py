"""What `tumble run` needs to know about an engine: its programs, its checkpoints, and what it logs.

`tumble.launch.ipi` and `tumble.launch.lammps` implement it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tumble.launch.processes import Program
from tumble.launch.reading import Monitor
from tumble.launch.report import Report
from tumble.launch.speed import Speed
from tumble.simulation_file import Simulation

#: Folder, in that of the run, for what `tumble run` itself writes: derived inputs, checkpoints, its record.
STATE = "tumble-run"


@dataclass(frozen=True)
class Job:
    """A program to start.

    Attributes:
        name: Name in messages.
        command: The program and its arguments.
        log: Name of its log in the folder of the run.
        environment: Variables to add.
        launched: Whether another program starts it, whose own failures, as on a busy node, have status 1, too.
    """

    name: str
    command: tuple[str, ...]
    log: str
    environment: Mapping[str, str] = field(default_factory=dict)
    launched: bool = False


@dataclass(frozen=True)
class Checkpoint:
    """A state from which a run can continue.

    Attributes:
        path: Its file.
        step: Number of steps that are done.
    """

    path: Path
    step: int


class Engine(ABC):
    """One simulation in a folder, with the engine that runs it.

    Args:
        simulation: What to run.
        folder: Its folder.
    """

    #: Name in messages.
    name: str
    #: What a continuation does with changes of the input.
    on_change: str
    #: Number of steps within which it notices that it is asked to stop.
    steps_to_stop: int

    def __init__(self, simulation: Simulation, folder: Path) -> None:
        self.simulation = simulation
        self.folder = folder
        self.state = folder / STATE
        self._started, self._finished = self.state / "started", self.state / "finished"

    @property
    def started(self) -> bool:
        """Whether a start from the beginning was made in this folder, so that checkpoints in it are of this run."""
        return self._started.is_file()

    def mark_started(self) -> None:
        """Record such a start, with its settings."""
        self._started.write_text(self.settings())

    @property
    def has_changed(self) -> bool:
        """Whether the settings differ from those of the start from the beginning."""
        return self._started.read_text() != self.settings()

    @property
    def finished(self) -> bool:
        """Whether all that the input asks for was done, and its physics found fine."""
        return self._finished.is_file() and self._finished.read_text() == self.goal()

    def mark_finished(self) -> None:
        """Record this."""
        self._finished.write_text(self.goal())

    @abstractmethod
    def settings(self) -> str:
        """Return what `has_changed` compares: a hash of the input."""

    @abstractmethod
    def goal(self) -> str:
        """Return what the input asks for, so that a finished run goes on if it asks for more."""

    @abstractmethod
    def checkpoint(self) -> Checkpoint | None:
        """Return the last usable checkpoint of this run; None if there is none."""

    @abstractmethod
    def foreign_outputs(self) -> list[Path]:
        """Return outputs in the folder that a start from the beginning would replace."""

    def check_start(self) -> None:
        """Refuse a start from the beginning where it would replace an earlier one that can't be continued.

        Raises:
            LaunchError: If there are outputs of such a start.
        """
        return

    def is_at_end(self, checkpoint: Checkpoint) -> bool:
        """Return whether a checkpoint is known to be that of the last step."""
        return False

    @abstractmethod
    def ended_early(self) -> bool:
        """Return whether the engine ended by itself before the last step, with a checkpoint."""

    @abstractmethod
    def begin(self) -> None:
        """Write the input for a start from the beginning."""

    @abstractmethod
    def resume(self, checkpoint: Checkpoint) -> None:
        """Cut outputs to a checkpoint, and write the input that continues from it.

        Raises:
            LaunchError: If this run can't be continued.
        """

    @abstractmethod
    def main(self) -> Job:
        """Return the program that does the steps and ends by itself."""

    def helpers(self) -> tuple[Job, ...]:
        """Return the programs that serve it."""
        return ()

    @abstractmethod
    def monitor(self) -> Monitor:
        """Return a reader of the outputs of this start."""

    @abstractmethod
    def outputs(self) -> Path:
        """Return what `open_run` opens."""

    @property
    def analyzed(self) -> Path:
        """What `tumble analyze` is given: the folder, if that opens the outputs."""
        return self.folder

    @abstractmethod
    def speed(self, report: Report) -> Speed:
        """Return the measured speed of a start."""

    @abstractmethod
    def ask_to_stop(self, main: Program) -> None:
        """Ask for an end with a checkpoint."""

    @abstractmethod
    def is_stuck(self) -> bool:
        """Return whether the log of the main program shows that it can't continue, although it runs."""

    @abstractmethod
    def succeeded(self) -> bool:
        """Return whether the main program says that all its work is done."""

    @abstractmethod
    def checkpoint_interval(self) -> int:
        """Return the number of steps between checkpoints."""

    @abstractmethod
    def keep_checkpoint(self) -> None:
        """Save the latest checkpoint where the engine doesn't overwrite it, and remove older ones."""

    @abstractmethod
    def clean_up(self) -> None:
        """Remove what must not outlast the programs, such as sockets."""
