"""What a log of LAMMPS says: commands in the order in which they were carried out, and stages of thermo output.

A log echoes each line of the input, and once more after variables were replaced; so it is the record of the run,
includes and loops unrolled, and not the input script. What `print` and `fix print` wrote isn't taken for commands: it
follows their own echo. Where commands aren't echoed (`-echo none`), nothing is taken for one, and what they set isn't
known. Where the input goes on in another log (`log FILE`), that is read on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tumble.errors import TrajectoryError
from tumble.runs.lammps.settings import RUNS, Settings, command_of
from tumble.runs.lammps.stage import Stage, stage_of
from tumble.runs.lammps.table import (
    BANNER,
    END,
    begins_table,
    read_table,
)
from tumble.runs.lammps.words import printed_by

LOG = "log.lammps"
#: How the log of a process of LAMMPS begins.
PROCESS = re.compile(r"LAMMPS \(\d{1,2} [A-Z][a-z]{2} \d{4}")
_HEAD = 1 << 16  # bytes in which it does
_ATOMS = re.compile(r"\bwith (\d{1,18}) atoms$|^\s+(\d{1,18}) atoms$")
# What LAMMPS says right after the echo of a command, if it echoes.
_ANSWERS = {
    "Reading data file": "read_data",
    "Reading restart file": "read_restart",
    "Created orthogonal box": "create_box",
    "Created triclinic box": "create_box",
    "Lattice spacing in": "lattice",
}
# What is only written to the screen: a log may be that, kept in a file.
_SCREEN = re.compile(r"  (Unit style|Time step) +: (\S+)$")


@dataclass(frozen=True)
class LammpsLog:
    """A log.

    Attributes:
        text: All of it.
        stages: In their order; one that isn't over counts.
        settings: At the end.
        atoms: Their number; None if the log doesn't say it.
        files: The files that were read.
        ended: Whether the run went on without a log.
        notes: What was left out, in sentences.
    """

    text: str
    stages: tuple[Stage, ...]
    settings: Settings
    atoms: int | None
    files: tuple[Path, ...]
    ended: bool = False
    notes: tuple[str, ...] = ()


def read_lammps_log(path: Path) -> LammpsLog:
    """Read a log, and those in which it goes on.

    A log that begins in the midst of a run, since the input named it, is read behind `log.lammps` if that leads there.

    Raises:
        TrajectoryError: If there is none.
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
    """Return whether a process of LAMMPS begins in the head of a file, before which a batch job may have written."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode(errors="replace")
    except OSError:
        return False
    return any(PROCESS.match(line) for line in head.splitlines())


@dataclass
class _Replay:
    """Carries out what a log says, line by line.

    Attributes:
        last: The log at whose end to stop; that at which all end if None.
    """

    last: Path | None = None
    settings: Settings = field(default_factory=Settings)
    stages: list[Stage] = field(default_factory=list)
    atoms: int | None = None
    kind: str | None = None
    commanded: bool = False
    starting: bool = False  # behind a `run`, before its thermo output
    between: tuple[re.Pattern[str], ...] | None = None  # echoes of the commands of a `run every`, in such a run
    ended: bool = False
    read_files: list[Path] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def found(self) -> LammpsLog:
        """Return what was read."""
        text, stages, files = "".join(self.texts), tuple(self.stages), tuple(self.read_files)
        return LammpsLog(text, stages, self.settings, self.atoms, files, self.ended, tuple(self.notes))

    def read(self, path: Path) -> None:
        """Read a log, and those in which it goes on."""
        following: Path | None = path
        while following is not None:
            path, following = following, None
            self.read_files.append(path)
            text = _text_of(path)
            self.texts.append(text)
            # A last line that is still being written isn't one.
            lines = text[: text.rfind("\n") + 1].split("\n")[:-1]
            if len(self.read_files) == 1:
                self.settings.echoed = _echoes(lines, 0)
            following = self._read_lines(lines, path)
            if path == self.last:
                return

    def _read_lines(self, lines: list[str], path: Path) -> Path | None:
        """Carry out the lines of a file; return the file in which the log goes on, if it says so."""
        following: Path | None = None
        place = 0
        while place < len(lines):
            line, stop = _whole(lines, place)
            if PROCESS.match(line) and place > 0:
                self.settings = Settings(echoed=_echoes(lines, place + 1))
                self.kind, self.commanded, self.between = None, False, None
            words = command_of(line) if self.settings.echoed else []
            echoed = any(pattern.fullmatch(line) for pattern in self.between or ())
            if (self.starting or (self.between is not None and not echoed)) and self._printed(line):
                place = stop  # `fix print` writes once before thermo output begins
            elif words:
                if not echoed:
                    self.between = None
                place = self._carry_out(words, lines, stop)
                if words[0] == "log":
                    # Names are relative to the folder in which LAMMPS was started, that of the first log.
                    following = self._followed(self.read_files[0].parent / words[1], words[1])
            elif self._printed(line):
                place = stop
            elif begins_table(lines, place, self.commanded):
                place = self._add_stage(lines, place, path)
            else:
                self._look_at(line)
                place = stop
        return following

    def _followed(self, path: Path, name: str) -> Path | None:
        if path in self.read_files and name != "none":
            return None
        if path.is_file() and name != "none":
            return path
        self.ended = True
        where = "ends before the run (`log none`)" if name == "none" else f"goes on in `{name}`, which isn't there"
        self.notes.append(f"The log {where}: what follows isn't known.")
        return None

    def _carry_out(self, words: list[str], lines: list[str], place: int) -> int:
        """Change the settings; return the number of the line behind what a `print` wrote."""
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
        """Return whether a line is one that a `fix print` writes."""
        for words in self.settings.fixes.values():
            if words[3] == "print" and len(words) > 5 and printed_by(words[5])[0].fullmatch(line):
                return True
        return False

    def _ends_table(self, line: str) -> bool:
        """Return whether a line that is no row begins something else, as where another log was appended."""
        if PROCESS.match(line) or BANNER.match(line) or line.startswith(("ERROR", "Total wall time", *_ANSWERS)):
            return True
        return self.settings.echoed and bool(command_of(line))

    def _add_stage(self, lines: list[str], place: int, path: Path) -> int:
        self.settings.note_written()
        self.starting = False
        table = read_table(lines, place, self._printed, self._ends_table)
        self.stages.append(stage_of(table, lines, self.settings.copy(), self.kind))
        self.settings.changed = False
        if table.damaged:
            self.notes.append(
                f"Damaged rows of thermo output are left out: {len(table.damaged)}, the first in line "
                f"{table.damaged[0] + 1} of `{path.name}`."
            )
        if not self.settings.echoed:
            self.kind = None
        return table.stop

    def _look_at(self, line: str) -> None:
        """Take what LAMMPS itself says."""
        atoms, said = _ATOMS.search(line), _SCREEN.match(line)
        if atoms is not None:
            self.atoms = int(atoms[1] or atoms[2])
        elif said is not None:
            self._take_from_screen(said[1], said[2])
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
        raise TrajectoryError(f"`{path}`: expected the log of a LAMMPS run, got what is no regular file")
    try:
        return path.read_text(errors="replace")
    except OSError as error:
        raise TrajectoryError(f"`{path}`: expected the log of a LAMMPS run, got {error.strerror}") from error


def _whole(lines: Sequence[str], place: int) -> tuple[str, int]:
    """Return a line, with those up to the end of a text in triple quotation marks, and the place behind it."""
    stop = place + 1
    if lines[place].count('"""') % 2 == 1:
        closing = (other for other in range(stop, len(lines)) if lines[other].count('"""') % 2 == 1)
        stop = next(closing, place) + 1
    return "\n".join(lines[place:stop]), stop


def _echoes(lines: Sequence[str], start: int) -> bool:
    """Return whether a log echoes commands, from a line to the end of that process.

    LAMMPS answers some commands, right after their echo. Without such an answer, an echo of `run` before the first
    thermo output tells, or any command where there is none.
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
