"""Scripts of LAMMPS that `tumble run` derives from that of the user.

The first start gets restart files, and stops cleanly when the file `tumble-run/EXIT` appears. Around each `run` are

    variable      tumble_run equal $(v_tumble_run+1)
    variable      tumble_end equal $(step)+(N)
    restart       1000 tumble-run/restart.${tumble_run}.*
    thermo_modify flush yes
    variable      tumble_stop equal is_file(tumble-run/EXIT)
    fix           tumble_stop all halt 5 v_tumble_stop > 0 error soft message no
    if            "${tumble_run} > 1" then "write_restart tumble-run/restart.${tumble_run}.*"
    print         "tumble_run_begins ${tumble_run} $(step)"
    run           N
    write_restart tumble-run/restart.${tumble_run}.*
    if            "$(step) < ${tumble_end} || $(v_tumble_stop) > 0" then "print early file tumble-run/early" quit
    unfix         tumble_stop

so a restart file has in its name how many runs have begun, and its step; one at the beginning of a run shows that the
commands before it are done. A run that ended early, also by `timer timeout` or a halt of the user, is to be continued
before anything else is done. The log is flushed, so that it has all rows up to a restart file. Each bead of a path
integral has its own files, `restart.1.1000.0`. Beads exchange data in each step, and can't agree on one at which to
stop: they are ended and continue from their last files.

A later start reads the last restart file in place of the data. Before the run that it continues, it leaves out earlier
runs, the commands that made atoms and velocities, and those that write files; it appends to outputs, and the run ends
at the step where it would have ended. What follows stays as it is. A script with a loop or a branch around these
commands has no such continuation; the user gives one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tumble.errors import LaunchError
from tumble.launch.engine import STATE
from tumble.launch.lammps.commands import SOURCES, Command, is_done, place_of_run
from tumble.launch.lammps.obstacles import ROWS, obstacle_in

RESTART = f"{STATE}/restart"
EXIT = f"{STATE}/EXIT"
#: File that exists if a run ended before its last step.
EARLY = f"{STATE}/early"
#: Steps between looks for the file.
CHECK_EVERY = 5
#: Line in the log with the number of a run, from 1, and the step at which it begins.
BEGINS = re.compile(r"^tumble_run_begins (\d+) (\d+)$", re.MULTILINE)
# Seeds of thermostats that don't save their random numbers.
_SEED = re.compile(
    r"(\bfix(?:[\s&]+[^\s&]+){2}[\s&]+langevin(?:/\w+)*(?:[\s&]+[^\s&]+){3}[\s&]+|\bthermostat[\s&]+PILE_L[\s&]+)"
    r"([^\s&\"']+)"
)


def started(commands: Sequence[Command], every: int, beads: int = 1) -> str:
    """Return the script for the first start.

    Args:
        commands: The user's commands.
        every: Steps between restart files.
        beads: Number of partitions.
    """
    return _script([*_head(0, beads), *_Runs(commands, every, beads).all_in(commands)])


@dataclass(frozen=True)
class Place:
    """Where a run continues.

    Attributes:
        run: Number of runs that have begun.
        step: Step of the restart file.
        restarts: Name of the restart file of each partition.
    """

    run: int
    step: int
    restarts: tuple[str, ...]


def resumed(commands: Sequence[Command], every: int, place: Place, begins: Mapping[int, int]) -> str:
    """Return the script that continues from a restart file.

    Args:
        commands: The user's commands.
        every: Steps between restart files.
        place: Where it continues.
        begins: Steps at which the runs that have begun began, by their numbers.

    Raises:
        LaunchError: If the script has no such continuation.
    """
    obstacle = obstacle_in(commands, place.run)
    if obstacle is not None:
        raise LaunchError(
            f"the run can't be continued, since its script has {obstacle}; give a script that continues it as `resume` "
            "in simulation.yaml, with the restart file as ${restart}, or `--again` starts anew"
        )
    if place.run not in begins:
        raise LaunchError(f"the run can't be continued, since its log lacks the beginning of its run {place.run}")
    runs = _Runs(commands, every, len(place.restarts))
    lines = [*_head(place.run - 1, runs.beads), *_continued_log(place)]
    number = place_of_run(commands, place.run)
    for command in commands[:number]:
        if command.name in SOURCES:
            lines += ["read_restart ${restart}", "timestep $(dt)"]
        elif not is_done(command):
            lines += _appending(command, place.step)
    lines += runs.continued(commands[number], begins[place.run])
    return _script([*lines, *runs.all_in(commands[number + 1 :])])


def continued_by(commands: Sequence[Command], every: int, place: Place) -> str:
    """Return the user's script for a continuation, with restart files, that appends to outputs."""
    runs = _Runs(commands, every, len(place.restarts))
    lines = [*_head(place.run, runs.beads), *_continued_log(place)]
    for command in commands:
        lines += runs.new(command) if command.name == "run" else _appending(command, place.step)
    return _script(lines)


def _script(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def _head(runs: int, beads: int) -> list[str]:
    """Return the commands at the beginning, before which a number of runs have begun."""
    lines = [f"variable tumble_run equal {runs}"]
    if beads > 1:
        lines.append(f"variable tumble_bead world {' '.join(map(str, range(beads)))}")
    return lines


def _continued_log(place: Place) -> list[str]:
    alone = len(place.restarts) == 1
    return [
        f"log log.lammps{'' if alone else '.${tumble_bead}'} append",
        f"variable restart {'index' if alone else 'world'} {' '.join(place.restarts)}",
    ]


@dataclass(frozen=True)
class _Runs:
    """The commands around each `run`.

    Attributes:
        commands: All commands of the user.
        every: Steps between restart files.
        beads: Number of partitions.
    """

    commands: Sequence[Command]
    every: int
    beads: int

    def all_in(self, commands: Sequence[Command]) -> Iterator[str]:
        """Yield commands that no earlier start has carried out."""
        for command in commands:
            if command.name == "run":
                yield from self.new(command)
            elif command.name != "echo":  # the log has to name the files of outputs
                yield command.text

    def new(self, command: Command) -> list[str]:
        """Return the commands for a `run` that begins in this start."""
        steps = f"({command.words[1]})" if len(command.words) > 1 else "0"
        return [
            *self._before(steps if "upto" in command.words else f"$(step)+{steps}"),
            f'if "${{tumble_run}} > 1" then "{self._write}"',
            'print "tumble_run_begins ${tumble_run} $(step)"',
            command.text,
            self._write,
            *self._after(),
        ]

    def continued(self, command: Command, begin: int) -> list[str]:
        """Return the commands for the `run` to which the restart file belongs.

        If it has ended, it does no steps, but writes the frame of its last step, which is cut off as any other is.
        """
        rest = list(command.words[2:])
        if "pre" in rest[:-1]:
            del rest[rest.index("pre") : rest.index("pre") + 2]  # nothing is set up
        if "start" not in rest and "stop" not in rest:
            rest += ["start", str(begin), "stop", "${tumble_end}"]  # of ramps
        run = " ".join(["run", "${tumble_end}", "upto", *rest])
        return [
            *self._before(f"{begin}+({command.words[1]})"),
            # LAMMPS refuses to run up to an earlier step.
            f'if "$(step) <= ${{tumble_end}}" then "{run}" "{self._write}"',
            *self._after(),
        ]

    @property
    def _files(self) -> str:
        """Name of restart files, with `*` for the step."""
        return f"{RESTART}.${{tumble_run}}.*" + (".${tumble_bead}" if self.beads > 1 else "")

    @property
    def _write(self) -> str:
        return f"write_restart {self._files}"

    def _before(self, end: str) -> list[str]:
        lines = [
            "variable tumble_run equal $(v_tumble_run+1)",
            f"variable tumble_end equal {end}",
            f"restart {self.every} {self._files}",
            "thermo_modify flush yes",
        ]
        if self.beads == 1:
            lines += [
                f"variable tumble_stop equal is_file({EXIT})",
                f"fix tumble_stop all halt {CHECK_EVERY} v_tumble_stop > 0 error soft message no",
            ]
        return lines

    def _after(self) -> list[str]:
        # All ranks have the same step, while a look for a file may differ between them for a moment.
        goes_on = any(each.words[3:4] == ("halt",) and "continue" in each.words for each in self.commands)
        conditions = [] if goes_on else ["($(step) < ${tumble_end})"]
        conditions += ["($(v_tumble_stop) > 0)"] if self.beads == 1 else []
        if not conditions:
            return []
        print_early = f"print 'a run ended before its last step' file {EARLY}"
        lines = [f'if "{" || ".join(conditions)}" then "{print_early}" quit']
        return [*lines, *(["unfix tumble_stop"] if self.beads == 1 else [])]


def _appending(command: Command, step: int) -> Iterator[str]:
    """Yield a command so that its file continues, and its random numbers don't repeat."""
    words = list(command.words)
    if command.name == "dump":
        yield command.text
        if len(words) > 5 and "*" not in words[5]:  # else each frame has its file
            yield f"dump_modify {words[1]} append yes"
        return
    if command.name == "fix" and words[3:4] and words[3] in ROWS and "file" in words:
        yield " ".join("append" if word == "file" else _quoted(word) for word in words)
        return
    if command.name in ("fix", "if") and (seed := _SEED.search(command.text)) is not None:
        yield f"variable tumble_seed equal ({seed[2]}+{step})%900000000"
        yield _SEED.sub(r"\1${tumble_seed}", command.text)
        return
    if command.name != "echo":
        yield command.text


def _quoted(word: str) -> str:
    return f'"{word}"' if not word or re.search(r"\s", word) else word
