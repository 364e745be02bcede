"""Scripts of LAMMPS that `tumble run` derives from that of the user.

The first start gets restart files, and stops cleanly when the file `tumble-run/EXIT` appears: before each `run`,

    restart       1000 tumble-run/restart
    variable      tumble_stop equal is_file(tumble-run/EXIT)
    fix           tumble_stop all halt 5 v_tumble_stop > 0 error soft message no
    print         "tumble_run_begins 0 $(step)"

and after it,

    write_restart tumble-run/restart.*
    if            "$(v_tumble_stop) > 0" then quit

A later start reads the last restart file in place of the data, leaves out the commands that made atoms and velocities,
appends to outputs, and each `run` ends at the step where it would have ended. A script with a loop or a branch around
these commands has no such continuation; the user gives one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tumble.errors import ConfigurationError, LaunchError
from tumble.launch.engine import STATE

RESTART = f"{STATE}/restart"
EXIT = f"{STATE}/EXIT"
#: Steps between looks for the file.
CHECK_EVERY = 5
#: Commands that make the state, which a restart file has.
_MADE = ("create_atoms", "velocity", "displace_atoms", "delete_atoms", "minimize", "replicate", "change_box", "set")
_DROPPED = (*_MADE, "reset_atoms", "restart")
_SOURCES = ("read_data", "read_restart", "create_box")
_LOOPS = ("jump", "next", "label", "reset_timestep", "rerun", "clear", "read_dump", "molecule", "neb", "prd", "tad")
_IN_BRANCH = re.compile(
    r"\b(run|minimize|jump|velocity|read_data|read_restart|create_\w+|reset_timestep|dump|include)\b"
)
#: Line in the log with the number of a run and the step at which it begins.
BEGINS = re.compile(r"^tumble_run_begins (\d+) (\d+)$", re.MULTILINE)
# Fixes with files whose rows begin with the step, so that they can be cut.
_ROWS = ("print", "ave/time")
_TEXT_DUMPS = ("atom", "custom", "xyz", "extxyz", "local")
_WORD = re.compile(
    r'"""(?P<triple>.*?)"""|"(?P<double>[^"]*)"|\'(?P<single>[^\']*)\'|(?P<comment>#.*)|(?P<word>[^\s"\'#]\S*)',
    re.DOTALL,
)


@dataclass(frozen=True)
class Command:
    """A command with its lines.

    Attributes:
        text: Its lines, with comments.
        words: Its words; none for a comment or an empty line.
    """

    text: str
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """The first word; empty without words."""
        return self.words[0] if self.words else ""


def read_script(path: Path, folder: Path) -> list[Command]:
    """Return the commands of a script, with those of the files that it includes.

    Args:
        path: The script.
        folder: Working folder of LAMMPS.

    Raises:
        ConfigurationError: If a file can't be read.
    """
    commands: list[Command] = []
    for command in _commands_in(_text_of(path)):
        if command.name == "include" and len(command.words) > 1 and "$" not in command.words[1]:
            commands += read_script(folder / command.words[1], folder)
        else:
            commands.append(command)
    return commands


def started(commands: Sequence[Command], every: int) -> str:
    """Return the script for the first start.

    Args:
        commands: The user's commands.
        every: Steps between restart files.
    """
    lines: list[str] = []
    runs = 0
    for command in commands:
        if command.name == "run":
            lines += _new_run(command, every, runs)
            runs += 1
        else:
            lines.append(command.text)
    return "\n".join(lines) + "\n"


def unchanged(commands: Sequence[Command]) -> str:
    """Return the script as it is."""
    return "\n".join(command.text for command in commands) + "\n"


def resumed(commands: Sequence[Command], every: int, restart: str, step: int, begins: Mapping[int, int]) -> str:
    """Return the script that continues from a restart file.

    Args:
        commands: The user's commands.
        every: Steps between restart files.
        restart: Name of the restart file.
        step: Its step.
        begins: Steps at which the runs that have begun began, by their numbers.

    Raises:
        LaunchError: If the script has no such continuation.
    """
    obstacle = _obstacle(commands)
    if obstacle is not None:
        raise LaunchError(
            f"the run can't be continued, since its script has {obstacle}; give a script that continues it as `resume` "
            "in simulation.yaml, with the restart file as ${restart}"
        )
    lines = ["log log.lammps append"]
    runs = 0
    for command in commands:
        if command.name in _SOURCES:
            lines += [f"read_restart {restart}", "timestep $(dt)"]
        elif command.name == "run":
            lines += _continued_run(command, begins.get(runs), every, runs)
            runs += 1
        elif command.name not in _DROPPED:
            lines += _appending(command, step)
    return "\n".join(lines) + "\n"


def with_restarts(text: str, every: int) -> str:
    """Return the user's script for a continuation, with restart files, that appends to the log."""
    return "log log.lammps append\n" + started(list(_commands_in(text)), every)


def _before_run(every: int) -> list[str]:
    return [
        f"restart {every} {RESTART}",
        f"variable tumble_stop equal is_file({EXIT})",
        f"fix tumble_stop all halt {CHECK_EVERY} v_tumble_stop > 0 error soft message no",
    ]


def _after_run() -> list[str]:
    return [f"write_restart {RESTART}.*", 'if "$(v_tumble_stop) > 0" then quit']


def _new_run(command: Command, every: int, number: int) -> list[str]:
    """Return the commands for a `run` that begins in this start."""
    begin = f'print "tumble_run_begins {number} $(step)"'
    return [*_before_run(every), begin, command.text, *_after_run()]


def _continued_run(command: Command, begin: int | None, every: int, number: int) -> list[str]:
    """Return the commands for a `run`; one that ended before the step of the restart file does nothing."""
    if begin is None:
        return _new_run(command, every, number)
    name, rest = f"tumble_end{number}", list(command.words[2:])
    if "start" not in rest and "stop" not in rest:
        rest += ["start", str(begin), "stop", f"${{{name}}}"]  # of ramps
    run = " ".join(["run", f"${{{name}}}", "upto", *rest])
    # LAMMPS refuses to run up to an earlier step.
    return [
        *_before_run(every),
        f"variable {name} equal {begin}+({command.words[1]})",
        f'if "$(step) < ${{{name}}}" then "{run}"',
        *_after_run(),
    ]


def _appending(command: Command, step: int) -> Iterator[str]:
    """Yield a command so that its file continues, and its random numbers don't repeat."""
    words = list(command.words)
    if command.name == "dump":
        yield command.text
        yield f"dump_modify {words[1]} append yes"
        return
    style = words[3] if command.name == "fix" and len(words) > 3 else ""
    if style in _ROWS and "file" in words:
        yield " ".join("append" if word == "file" else _quoted(word) for word in words)
        return
    if style == "langevin" and len(words) > 7:
        yield f"variable tumble_seed equal ({words[7]}+{step})%900000000"
        yield " ".join([*words[:7], "${tumble_seed}", *words[8:]])
        return
    yield command.text


def _obstacle(commands: Sequence[Command]) -> str | None:
    """Return what keeps a script from being continued; None if nothing does."""
    for command in commands:
        if command.name in _LOOPS or (command.name == "include"):
            return f"`{command.name}`"
        if command.name == "if" and _IN_BRANCH.search(" ".join(command.words[2:])):
            return f"`{' '.join(command.words)}`"
        if command.name == "run" and ("every" in command.words or "upto" in command.words):
            return f"`{' '.join(command.words)}`"
        if command.name == "dump" and len(command.words) > 3 and command.words[3] not in _TEXT_DUMPS:
            return f"a dump of style {command.words[3]}, whose frames can't be cut"
        if command.name == "fix" and "file" in command.words and not _has_rows(command):
            return f"`fix {command.words[3]}` with a file whose rows can't be cut"
    if sum(command.name in _SOURCES for command in commands) != 1:
        return "more or less than one of `read_data`, `read_restart` and `create_box`"
    if any(command.words[3:4] and command.words[3].startswith("pimd") for command in commands if command.name == "fix"):
        return "`fix pimd`"
    return None


def files_of_rows(commands: Sequence[Command]) -> list[tuple[str, bool]]:
    """Return the names of the files in which fixes write rows, and whether a continuation writes that of its step."""
    found = []
    for command in commands:
        if command.name == "fix" and _has_rows(command):
            words = command.words
            single = words[3] == "print" or words[5] == "1"
            found += [(words[place + 1], single) for place, word in enumerate(words[:-1]) if word in ("file", "append")]
    return found


def _has_rows(command: Command) -> bool:
    """Return whether the file of a fix has rows that begin with the step."""
    words = command.words
    if words[3] == "print":
        return len(words) > 5 and re.match(r"\$\(\s*step\b|\$\{step\}", words[5]) is not None
    return words[3] == "ave/time" and "vector" not in words


def _text_of(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError as error:
        raise ConfigurationError(f"`{path}`: expected a script of LAMMPS, got {error.strerror}") from error


def _commands_in(text: str) -> Iterator[Command]:
    """Yield the commands of a text."""
    for lines in _whole_lines(text):
        yield Command(lines, tuple(_words(lines)))


def _whole_lines(text: str) -> Iterator[str]:
    """Yield lines, joined with those that continue them after `&` or within triple quotation marks."""
    whole: list[str] = []
    for line in text.splitlines():
        whole.append(line)
        joined = "\n".join(whole)
        if line.rstrip().endswith("&") or joined.count('"""') % 2 == 1:
            continue
        yield joined
        whole = []
    if whole:
        yield "\n".join(whole)


def _words(text: str) -> list[str]:
    """Return the words of a command: separated by blanks, without a comment, and without the quotes around them."""
    words = []
    for found in _WORD.finditer(re.sub(r"&\s*\n", " ", text)):
        if found["comment"] is not None:
            break
        words.append(next(group for group in found.groups() if group is not None))
    return words


def _quoted(word: str) -> str:
    return f'"{word}"' if not word or re.search(r"\s", word) else word
