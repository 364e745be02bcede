"""Commands in scripts of LAMMPS, with their text, so that scripts can be derived from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tumble.errors import ConfigurationError, LaunchError

#: Pattern of an immediate variable, which may have blanks.
NESTED = r"\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
#: Commands that read atoms, or make a box for them.
SOURCES = ("read_data", "read_restart", "create_box")
# Commands that make what a restart file has.
_MADE = (
    "create_atoms",
    "velocity",
    "displace_atoms",
    "delete_atoms",
    "minimize",
    "replicate",
    "change_box",
    "set",
    "create_bonds",
    "delete_bonds",
)
_WRITING = ("write_data", "write_dump", "write_restart", "write_coeff")
_DONE = (*_MADE, *_WRITING, "reset_atoms", "reset_timestep")
_WORD = re.compile(
    r'"""(?P<triple>.*?)"""|"(?P<double>[^"]*)"|\'(?P<single>[^\']*)\'|(?P<comment>#.*)'
    rf"|(?P<word>(?:{NESTED}|[^\s\"'#])(?:{NESTED}|\S)*)",
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


def place_of_run(commands: Sequence[Command], run: int) -> int:
    """Return the index of the command of a run, from 1.

    Raises:
        LaunchError: If there are fewer.
    """
    places = [place for place, command in enumerate(commands) if command.name == "run"]
    if run > len(places):
        raise LaunchError(f"the run can't be continued: expected a script with at least {run} runs, got {len(places)}")
    return places[run - 1]


def is_done(command: Command) -> bool:
    """Return whether a command was carried out before the restart file was written, and must not be repeated."""
    words = command.words
    if command.name == "group":  # the restart file has them; a repeated command would add atoms to them
        return words[2:3] not in (("dynamic",), ("static",))
    if command.name == "print":
        return "file" in words or "append" in words
    return command.name in (*_DONE, "run", "restart", "echo")


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
