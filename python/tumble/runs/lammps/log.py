"""Reader of LAMMPS logs: the commands in the order of their execution, and the stages of thermo output.

A log echoes each line of the input, and again after variables were replaced. So the log, not the input script, is the
record of the run, with includes and loops unrolled. Output of `print` and `fix print` isn't mistaken for commands,
since it follows their echo. If commands aren't echoed (`-echo none`), there are no commands, and settings are unknown.
If the input switches to another log (`log FILE`), reading continues there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tumble.errors import TrajectoryError
from tumble.runs.lammps.input_line import printed_by
from tumble.runs.lammps.settings import RUNS, Settings, command_of
from tumble.runs.lammps.stage import Stage, stage_of
from tumble.runs.lammps.table import (
    BANNER,
    END,
    begins_table,
    read_table,
)

LOG = "log.lammps"
#: First line of the log of a LAMMPS process.
PROCESS = re.compile(r"LAMMPS \((?P<version>\d{1,2} [A-Z][a-z]{2} \d{4}[^)]*)")
_HEAD = 1 << 16  # bytes in which this line is searched
_ATOMS = re.compile(r"\bwith (\d{1,18}) atoms$|^\s+(\d{1,18}) atoms$")
# Messages of LAMMPS right after the echo of a command.
_ANSWERS = {
    "Reading data file": "read_data",
    "Reading restart file": "read_restart",
    "Created orthogonal box": "create_box",
    "Created triclinic box": "create_box",
    "Lattice spacing in": "lattice",
}
#: Messages of the pair style about its model; see `tumble.runs.run_line`.
_OF_MODEL = ("tumble: {", "pair_style tumble: model ", "pair_style tumble: symmetrize ")
# Messages to the screen only, whose redirected output may serve as log.
_SCREEN = re.compile(r"  (Unit style|Time step) +: (\S+)$")


@dataclass(frozen=True)
class LammpsLog:
    """Contents of a log.

    Attributes:
        text: Complete text.
        stages: Stages in their order, including an unfinished one.
        settings: Settings at the end.
        atoms: Number of atoms; None if the log doesn't give it.
        files: Files that were read.
        ended: Whether the run continued without a log.
        notes: Sentences about what was left out.
    """

    text: str
    stages: tuple[Stage, ...]
    settings: Settings
    atoms: int | None
    files: tuple[Path, ...]
    ended: bool = False
    notes: tuple[str, ...] = ()


def read_lammps_log(path: Path) -> LammpsLog:
    """Read a log, and the logs that continue it.

    A log that begins in the middle of a run, after a command `log`, is read after `log.lammps` if that leads there.

    Raises:
        TrajectoryError: If the log can't be read.
    """
    whole = path.with_name(LOG)
    if path.name != LOG and whole.is_file() and not PROCESS.match(_text_of(path)):
        replay = _Replay(last=path)
        replay.read(whole)
        if path in replay.read_files:
            return replay.found()
    replay = _Replay()
    replay.read(path)
    return replay.found()


def begins_log(path: Path) -> bool:
    """Return whether a LAMMPS process begins near the start of a file, where a batch job may have written before."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode(errors="replace")
    except OSError:
        return False
    return any(PROCESS.match(line) for line in head.splitlines())


@dataclass
class _Replay:
    """Replay of the commands in a log, line by line.

    Attributes:
        last: Log at whose end to stop; None to read all logs.
    """

    last: Path | None = None
    settings: Settings = field(default_factory=Settings)
    stages: list[Stage] = field(default_factory=list)
    atoms: int | None = None
    kind: str | None = None
    commanded: bool = False
    starting: bool = False  # after a `run`, before its thermo output
    between: tuple[re.Pattern[str], ...] | None = None  # echoes of the commands of a running `run every`
    ended: bool = False
    read_files: list[Path] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def found(self) -> LammpsLog:
        """Return the contents that were read."""
        text, stages, files = "".join(self.texts), tuple(self.stages), tuple(self.read_files)
        return LammpsLog(text, stages, self.settings, self.atoms, files, self.ended, tuple(self.notes))

    def read(self, path: Path) -> None:
        """Read a log, and the logs that continue it."""
        following: Path | None = path
        while following is not None:
            path, following = following, None
            self.read_files.append(path)
            text = _text_of(path)
            self.texts.append(text)
            # Ignore a last line that is still being written.
            lines = text[: text.rfind("\n") + 1].split("\n")[:-1]
            if len(self.read_files) == 1:
                self.settings.echoed = _echoes(lines, 0)
            following = self._read_lines(lines, path)
            if path == self.last:
                return

    def _read_lines(self, lines: list[str], path: Path) -> Path | None:
        """Process the lines of a file; return the file in which the log continues, if any."""
        following: Path | None = None
        place = 0
        while place < len(lines):
            line, stop = _whole(lines, place)
            process = PROCESS.match(line)
            if process is not None:
                if place > 0:
                    self.settings = Settings(echoed=_echoes(lines, place + 1))
                    self.kind, self.commanded, self.between = None, False, None
                self.settings.version = process["version"]
            words = command_of(line) if self.settings.echoed else []
            echoed = any(pattern.fullmatch(line) for pattern in self.between or ())
            if (self.starting or (self.between is not None and not echoed)) and self._printed(line):
                place = stop  # `fix print` writes once before thermo output begins
            elif words:
                if not echoed:
                    self.between = None
                place = self._carry_out(words, lines, stop)
                if words[0] == "log":
                    # Names are relative to the folder in which LAMMPS was started, the folder of the first log.
                    following = self._followed(self.read_files[0].parent / words[1], words[1])
            elif self._printed(line):
                place = stop
            elif begins_table(lines, place, self.commanded):
                place = self._add_stage(lines, place, path)
            else:
                self._read_message(line)
                place = stop
        return following

    def _followed(self, path: Path, name: str) -> Path | None:
        if path in self.read_files and name != "none":
            return None
        if path.is_file() and name != "none":
            return path
        self.ended = True
        where = "ends before the run (`log none`)" if name == "none" else f"continues in `{name}`, which is missing"
        self.notes.append(f"The log {where}: the rest of the run is unknown.")
        return None

    def _carry_out(self, words: list[str], lines: list[str], place: int) -> int:
        """Apply a command to the settings; return the number of the next line, after the output of a `print`."""
        if words[0] == "print":
            expected = printed_by(words[1])
            following = lines[place : place + len(expected)]
            same = [pattern.fullmatch(line) for pattern, line in zip(expected, following, strict=False)]
            return place + len(expected) if len(same) == len(expected) and all(same) else place
        self.settings.carry_out(words, len(self.stages))
        self.commanded = self.starting = words[0] in RUNS
        if self.commanded:
            self.kind = words[0]
        if words[0] == "run" and "every" in words[:-2]:
            commands = words[words.index("every") + 2 :]
            self.between = tuple(pattern for command in commands for pattern in printed_by(command))
        return place

    def _printed(self, line: str) -> bool:
        """Return whether a line is output of a `fix print`."""
        for words in self.settings.fixes.values():
            if words[3] == "print" and len(words) > 5 and printed_by(words[5])[0].fullmatch(line):
                return True
        return False

    def _ends_table(self, line: str) -> bool:
        """Return whether a line that is no row ends the table, as does the start of an appended log."""
        if PROCESS.match(line) or BANNER.match(line) or line.startswith(("ERROR", "Total wall time", *_ANSWERS)):
            return True
        return self.settings.echoed and bool(command_of(line))

    def _add_stage(self, lines: list[str], place: int, path: Path) -> int:
        self.settings.note_written()
        self.starting = False
        table = read_table(lines, place, self._printed, self._ends_table)
        self.stages.append(stage_of(table, lines, self.settings.copy(), self.kind))
        self.settings.changed = self.settings.restarted = False
        if table.damaged:
            self.notes.append(
                f"Damaged rows of thermo output are left out: {len(table.damaged)}, the first in line "
                f"{table.damaged[0] + 1} of `{path.name}`."
            )
        if not self.settings.echoed:
            self.kind = None
        return table.stop

    def _read_message(self, line: str) -> None:
        """Evaluate a message of LAMMPS itself."""
        atoms, setting = _ATOMS.search(line), _SCREEN.match(line)
        if atoms is not None:
            self.atoms = int(atoms[1] or atoms[2])
        elif setting is not None:
            self._take_from_screen(setting[1], setting[2])
        elif line.startswith(_OF_MODEL):
            self.settings.messages = (*self.settings.messages, line)
        elif line.startswith("Setting up") and line.endswith("minimization ..."):
            self.kind = "minimize"

    def _take_from_screen(self, what: str, value: str) -> None:
        if what == "Unit style":
            self.settings.units = value
        elif self.settings.timestep is None or not self.settings.echoed:
            words = command_of(f"timestep {value}")
            self.settings.timestep = float(words[1]) if words else None


def _text_of(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise TrajectoryError(f"`{path}`: expected the log of a LAMMPS run, got no regular file")
    try:
        return path.read_text(errors="replace")
    except OSError as error:
        raise TrajectoryError(f"`{path}`: expected the log of a LAMMPS run, got {error.strerror}") from error


def _whole(lines: Sequence[str], place: int) -> tuple[str, int]:
    """Return a line, continued to the end of a text in triple quotation marks, and the number of the next line."""
    stop = place + 1
    if lines[place].count('"""') % 2 == 1:
        closing = (other for other in range(stop, len(lines)) if lines[other].count('"""') % 2 == 1)
        stop = next(closing, place) + 1
    return "\n".join(lines[place:stop]), stop


def _echoes(lines: Sequence[str], start: int) -> bool:
    """Return whether a log echoes commands, from a line to the end of that process.

    LAMMPS prints a message right after the echo of some commands. Without such a message, an echo of `run` before the
    first thermo output decides; without thermo output, commands are assumed to be echoed.
    """
    before, last = "", ""
    for line in lines[start:]:
        if PROCESS.match(line) and last:
            break
        for answer, command in _ANSWERS.items():
            if line.startswith(answer):
                return before.split()[:1] == [command]
        if BANNER.match(line) or line.startswith(END):
            return last in RUNS
        last = next(iter(command_of(line)), last)
        if line.strip() and not line.startswith("WARNING"):
            before = line
    return True
