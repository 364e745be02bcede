"""Settings at a point of a LAMMPS run, and the effect of the commands in its log on them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tumble.runs.lammps.input_line import (
    has_variables,
    integer_of,
    number_of,
    words_of,
)

#: Default time step of each style of units (https://docs.lammps.org/units.html).
_TIMESTEPS = {
    "lj": 0.005,
    "real": 1.0,
    "metal": 0.001,
    "si": 1e-8,
    "cgs": 1e-8,
    "electron": 0.001,
    "micro": 2.0,
    "nano": 0.00045,
}
#: Commands after which thermo output may follow.
RUNS = frozenset(["run", "minimize", "rerun", "neb", "neb/spin", "prd", "tad", "hyper", "temper", "dynamical_matrix"])
#: Stands for the number of ended stages if a file was begun by an earlier run.
BEFORE = -1
_YES = ("yes", "on", "true")
_TUMBLE = "tumble"  # the pair style


@dataclass(frozen=True)
class Dump:
    """A dump.

    Attributes:
        words: Words of its command.
        since: Number of stages that had ended when it was defined, or when the file to which it appends was begun;
            `BEFORE` if the log doesn't show that this run began the file.
        thinned: Keywords of `dump_modify` that leave out atoms of its group, `thresh` and `region`.
    """

    words: tuple[str, ...]
    since: int
    thinned: frozenset[str] = frozenset()


@dataclass
class Settings:
    """Settings at a point of a run, as far as the log shows them.

    Attributes:
        echoed: Whether the log echoes commands up to here; settings of other commands are unknown.
        units: Style of units; None if unknown.
        timestep: Time step in units of LAMMPS; None if unknown.
        periodic: Whether the box is periodic along any axis, as by default; None if unknown.
        data: Data file that was read; None without one.
        normalized: Whether thermo output is per atom, as far as the log shows it.
        potential: Words of the commands that define the potential.
        fixes: Words of each active fix, by ID.
        dumps: Each active dump, by ID.
        written: Number of stages that had ended when each dump file was begun, by file name.
        computes: Words of each active compute, by ID.
        variables: Words of each variable, by name.
        renamed: New names of columns of thermo output, by keyword or default name.
        restarted: Whether a restart file was read since the last stage ended.
        changed: Whether a command changed atoms, velocities or the box since the last stage ended.
        version: Version of LAMMPS; None if unknown.
        messages: Lines of the pair style about its model, since it became the potential.
    """

    echoed: bool = True
    units: str | None = None
    timestep: float | None = None
    periodic: bool | None = True
    data: str | None = None
    normalized: bool = False
    potential: tuple[tuple[str, ...], ...] = ()
    fixes: dict[str, list[str]] = field(default_factory=dict)
    dumps: dict[str, Dump] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    computes: dict[str, list[str]] = field(default_factory=dict)
    variables: dict[str, list[str]] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    restarted: bool = False
    changed: bool = False
    version: str | None = None
    messages: tuple[str, ...] = ()

    def copy(self) -> Settings:
        """Return a copy that later commands don't change."""
        return replace(
            self,
            fixes=dict(self.fixes),
            dumps=dict(self.dumps),
            computes=dict(self.computes),
            variables=dict(self.variables),
            renamed=dict(self.renamed),
        )

    def carry_out(self, words: list[str], stages: int) -> None:
        """Apply a command.

        Args:
            words: Words from `command_of`.
            stages: Number of stages that have ended.
        """
        command, arguments = words[0], words[1:]
        if command == "dump":
            self.dumps[arguments[0]] = Dump(tuple(words), stages)
        elif command == "dump_modify":
            self._modify_dump(arguments)
        elif command == "fix":
            self.fixes[arguments[0]] = words
        elif command == "compute":
            self.computes[arguments[0]] = words
        elif command == "variable":
            self.variables[arguments[0]] = words
        elif command == "unfix":
            self.fixes.pop(arguments[0], None)
        elif command == "undump":
            self.dumps.pop(arguments[0], None)
        elif command == "uncompute":
            self.computes.pop(arguments[0], None)
        elif command in ("pair_style", "bond_style", "kspace_style"):
            kept = [one for one in self.potential if one[0] not in (command, command.replace("style", "coeff"))]
            self.potential = (*kept, tuple(words))
            if command == "pair_style" and _TUMBLE not in arguments:
                self.messages = ()
        elif command in ("pair_coeff", "bond_coeff"):
            self.potential = (*(one for one in self.potential if one != tuple(words)), tuple(words))
        elif command == "thermo_modify":
            self._modify(arguments)
        elif command == "thermo_style":
            # This command resets all settings of `thermo_modify`.
            self.normalized = False
            self.renamed.clear()
        elif command in _CHANGES:
            self.changed = True
        else:
            self._set(command, arguments)

    def _set(self, command: str, arguments: list[str]) -> None:
        """Apply a command that changes a single setting, or resets all of them."""
        if command == "clear":
            self._forget(None)
        elif command == "units":
            # `units` precedes the atoms, so a second one begins a new run, as in a log with another log appended.
            periodic = self.periodic if self.units is None else True  # `boundary` may come first
            self._forget(arguments[0])
            self.periodic = periodic
        elif command == "timestep":
            self.timestep = number_of(arguments[0])
        elif command == "read_data" and "add" not in arguments:
            if self.data is not None:
                periodic = self.periodic  # `boundary` precedes the file
                self._forget(None)
                self.periodic = periodic
            self.data = arguments[0]
        elif command == "read_restart":
            self.timestep = self.periodic = None  # set by the restart file, hence unknown
            self.restarted = True
        elif command == "boundary":
            self.periodic = any("p" in word for word in arguments)
        elif command == "echo" and arguments[0] in ("none", "screen"):
            self.forget_all()

    def forget_all(self) -> None:
        """Reset everything that later commands may have changed, since the log no longer echoes them."""
        data, units, messages = self.data, self.units, self.messages
        self._forget(units)
        self.messages = messages
        self.echoed, self.timestep, self.data, self.periodic, self.variables = False, None, data, None, {}

    def _forget(self, units: str | None) -> None:
        """Reset the settings to those at the start of a run; LAMMPS keeps its variables."""
        start = Settings(units=units, timestep=_TIMESTEPS.get(units or ""), variables=self.variables)
        vars(self).update(vars(replace(start, written=self.written, version=self.version)))

    def _modify_dump(self, arguments: list[str]) -> None:
        """Apply `dump_modify` as far as it appends to a file or leaves out atoms."""
        found = self.dumps.get(arguments[0])
        if found is None:
            return
        for keyword, value in itertools.pairwise(arguments[1:]):
            if keyword in ("thresh", "region"):
                thinned = found.thinned - {keyword} if value == "none" else found.thinned | {keyword}
                found = self.dumps[arguments[0]] = replace(found, thinned=thinned)
        if "append" in arguments[:-1] and arguments[arguments.index("append") + 1] in _YES:
            since = self.written.get(found.words[5], BEFORE)
            self.dumps[arguments[0]] = replace(found, since=since)

    def note_written(self) -> None:
        """Record, at the start of a stage, since when the files of active dumps have frames."""
        self.written.update({dump.words[5]: dump.since for dump in self.dumps.values()})

    def _modify(self, arguments: list[str]) -> None:
        for place, word in enumerate(arguments[:-1]):
            if word == "norm":
                self.normalized = arguments[place + 1] in _YES
            elif word == "colname" and arguments[place + 1] == "default":
                self.renamed.clear()
            elif word == "colname" and place + 2 < len(arguments):
                self.renamed[arguments[place + 1]] = arguments[place + 2]


def command_of(line: str) -> list[str]:
    """Return the words of an executed command; nothing for any other line.

    Other lines are echoes before variables are replaced, which LAMMPS repeats, and lines that only begin like a
    command, such as LAMMPS' own `read_data CPU = 0.001 seconds`.
    """
    name = line.split(None, 1)[:1]
    if not name or name[0] not in _FORMS or has_variables(line):
        return []
    words = words_of(line)
    return words if words and words[0] in _FORMS and _FORMS[words[0]](words[1:]) else []


def _at_least(number: int) -> Callable[[list[str]], bool]:
    return lambda words: len(words) >= number and words[0] != "CPU" and not words[0].endswith(":")


def _is_count(words: list[str]) -> bool:
    number = integer_of(words[0]) if words else None
    return number is not None and number >= 0


def _is_new_velocity(words: list[str]) -> bool:
    # `zero` only takes the motion of the whole out, and `scale` does what a thermostat does.
    return len(words) > 2 and words[1] in ("create", "set", "ramp")


def _is_set(words: list[str]) -> bool:
    return len(words) > 3 and words[0] in ("atom", "type", "mol", "group", "region")


def _is_timestep(words: list[str]) -> bool:
    value = number_of(words[0]) if len(words) == 1 else None
    return value is not None and 0 < value < float("inf")


#: Commands that change atoms, velocities or the box at once, so that a trajectory doesn't continue from before.
_CHANGES: dict[str, Callable[[list[str]], bool]] = {
    **{name: _at_least(3) for name in ("change_box", "create_atoms", "delete_atoms", "displace_atoms", "read_dump")},
    "set": _is_set,
    "velocity": _is_new_velocity,
}
#: Checks of the arguments of each command that changes settings.
_FORMS: dict[str, Callable[[list[str]], bool]] = {
    **{name: _at_least(1) for name in ("read_data", "read_restart", "print", "log")},
    **{name: _at_least(1) for name in RUNS - {"run", "minimize"}},
    **{name: _at_least(1) for name in ("pair_style", "pair_coeff", "bond_style", "bond_coeff", "kspace_style")},
    "fix": _at_least(3),
    "compute": _at_least(3),
    "variable": _at_least(2),
    "thermo_modify": _at_least(2),
    "thermo_style": _at_least(1),
    "dump_modify": _at_least(3),
    **{name: lambda words: len(words) == 1 for name in ("unfix", "undump", "uncompute")},
    "clear": lambda words: not words,
    "boundary": lambda words: len(words) == 3 and all(set(word) <= set("pfsm") for word in words),
    "dump": lambda words: len(words) > 4 and integer_of(words[3]) is not None,
    "echo": lambda words: len(words) == 1 and words[0] in ("none", "screen", "log", "both"),
    "minimize": lambda words: len(words) == 4 and all(number_of(word) is not None for word in words),
    "run": _is_count,
    "timestep": _is_timestep,
    "units": lambda words: len(words) == 1 and words[0] in _TIMESTEPS,
    **_CHANGES,
}
