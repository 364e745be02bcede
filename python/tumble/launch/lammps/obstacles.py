"""What keeps a script of LAMMPS from being continued: what `tumble run` can neither repeat nor leave out nor cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tumble.errors import LaunchError
from tumble.launch.lammps.commands import NESTED, SOURCES, Command, is_done, place_of_run

_LOOPS = ("jump", "next", "label", "rerun", "clear", "read_dump", "molecule")
_OTHER_RUNS = ("neb", "neb/spin", "prd", "tad", "hyper", "temper", "temper/npt", "temper/grem")
_IN_BRANCH = re.compile(
    r"\b(run|minimize|jump|velocity|read_data|read_restart|create_\w+|reset_timestep|dump|include)\b"
)
#: Fixes with files whose rows begin with the step, so that they can be cut.
ROWS = ("print", "ave/time")
_TEXT_DUMPS = ("atom", "custom", "xyz", "extxyz", "local")
_SEVERAL = ("world", "universe", "uloop", "loop")  # variables with several values
_QUOTES = re.compile(r"\"[^\"]*\"|'[^']*'|#.*")
# What changes during a run, in a formula.
_STATE = re.compile(
    r"\b(?:[xyz](?:lo|hi)|xy|xz|yz|l[xyz]|cell\w+|vol|density|step|elapsed|time|temp|press|p[xyz][xyz]|pe|ke|etotal"
    r"|enthalpy|[cf]_\w+)\b|\b(?:xcm|vcm|bound|gyration|ke)\("
)


def obstacle_in(commands: Sequence[Command], run: int) -> str | None:
    """Return what keeps a script from being continued in a run; None if nothing does."""
    for command in commands:
        if command.name in (*_LOOPS, *_OTHER_RUNS, "include", "log"):
            return f"`{command.name}`"
        if command.name == "if" and _IN_BRANCH.search(" ".join(command.words[2:])):
            return f"`{' '.join(command.words)}`"
        if command.name == "run" and ("every" in command.words or "upto" in command.words):
            return f"`{' '.join(command.words)}`"
        if command.name == "shell" and command.words[1:2] not in (("cd",), ("mkdir",)):
            return f"`{' '.join(command.words)}`"
        if command.name == "dump" and len(command.words) > 3 and command.words[3] not in _TEXT_DUMPS:
            return f"a dump of style {command.words[3]}, whose frames can't be cut"
        if command.name == "fix" and _file_of(command.words) is not None and not _has_rows(command.words):
            return f"`fix {command.words[3]}` with a file whose rows can't be cut"
    if sum(command.name in SOURCES for command in commands) != 1:
        return "more or less than one of `read_data`, `read_restart` and `create_box`"
    earlier = commands[: place_of_run(commands, run)]
    frozen = _frozen(command for command in earlier if not is_done(command))
    return None if frozen is None else f"`{' '.join(frozen.words)}`, whose value depends on when it is carried out"


def _frozen(commands: Iterable[Command]) -> Command | None:
    """Return a command whose text takes a value of the state, as in `variable start equal $(lx)`; None without one."""
    live: set[str] = set()  # variables of the state
    for command in commands:
        text = _QUOTES.sub("", command.text)
        taken = re.findall(r"\$\{(\w+)\}|\$(\w)", text)
        if any(_STATE.search(each) for each in re.findall(NESTED, text)) or any(a + b in live for a, b in taken):
            return command
        if command.name == "variable" and command.words[2:3] == ("equal",):
            formula = " ".join(command.words[3:])
            if _STATE.search(formula) or any(name in live for name in re.findall(r"\bv_(\w+)", formula)):
                live.add(command.words[1])
    return None


def files_of_rows(fixes: Iterable[Sequence[str]]) -> list[tuple[str, bool]]:
    """Return the files in which fixes write rows, and whether a continuation repeats the row of its step.

    Args:
        fixes: Words of each fix.
    """
    found = []
    for words in fixes:
        name = _file_of(words)
        if name is not None and _has_rows(words):
            found.append((name, words[3] == "print" or words[5] == "1"))
    return list(dict.fromkeys(found))


def _file_of(words: Sequence[str]) -> str | None:
    """Return the name of the file that a fix writes; None without one."""
    return next((words[place + 1] for place, word in enumerate(words[:-1]) if word in ("file", "append")), None)


def _has_rows(words: Sequence[str]) -> bool:
    """Return whether the file of a fix has rows that begin with the step."""
    if words[3] == "print":
        return len(words) > 5 and re.match(r"\$\(\s*step\b|\$\{step\}", words[5]) is not None
    return words[3] == "ave/time" and "vector" not in words


def check_cuts(commands: Sequence[Command]) -> None:
    """Check that the files that a script writes can be cut at a step.

    Raises:
        LaunchError: If steps are reset while files are written, or each rank writes its own.
    """
    files: list[str] = []
    for command in commands:
        if command.name == "reset_timestep" and files:
            raise LaunchError(
                f"the run can't be continued, since its script resets the steps after `{files[0]}`, so its file can't "
                "be cut at a step; begin outputs behind `reset_timestep`, or `--again` starts anew"
            )
        if command.name == "dump" or (command.name == "fix" and _file_of(command.words) is not None):
            files.append(" ".join(command.words[:4]))
            name = command.words[5:6] if command.name == "dump" else [_file_of(command.words) or ""]
            if any("%" in each for each in name):
                raise LaunchError(
                    f"the run can't be continued, since `{files[-1]}` writes a file for each rank, which can't be cut"
                )


def outputs_in(commands: Iterable[Command], variables: Mapping[str, str]) -> list[str]:
    """Return the names of files that dumps and fixes write, with `*` for numbers; not those with unknown variables."""
    values, names = dict(variables), []
    for command in commands:
        words = command.words
        if command.name == "variable" and len(words) > 3:
            known = {"index": words[3], "string": words[3], **dict.fromkeys(_SEVERAL, "*")}
            if words[2] in known:
                values.setdefault(words[1], known[words[2]])
        name = words[5] if command.name == "dump" and len(words) > 5 else None
        name = _file_of(words) if command.name == "fix" else name
        if name is not None:
            names.append(re.sub(r"\$\{(\w+)\}", lambda found: values.get(found[1], found[0]), name))
    return [name for name in names if "$" not in name]
