"""The part of a LAMMPS run that is analyzed: its last consecutive stages with the same settings."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tumble.runs.lammps.log import LammpsLog
from tumble.runs.lammps.settings import BEFORE, Settings
from tumble.runs.lammps.stage import Stage
from tumble.trajectories.frames import continuing
from tumble.types import Array


@dataclass(frozen=True)
class Part:
    """Consecutive stages that are analyzed as one.

    Attributes:
        stages: Stages in their order; none if the log has none.
        first: Index of the first of them in the log.
        later: Whether other stages follow, in this log or after it ends.
        settings: Settings of these stages.
        notes: Sentences about what is left out.
    """

    stages: tuple[Stage, ...]
    first: int
    later: bool
    settings: Settings
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Command of the stages: `run`, unless another is known."""
        return next((stage.kind for stage in self.stages if stage.kind is not None), "run")

    @property
    def dynamics(self) -> bool:
        """Whether the stages are molecular dynamics."""
        return self.kind == "run"

    @property
    def data(self) -> str | None:
        """Data file that was read, before the first stage or at a start before a restart; None without one."""
        return next((stage.settings.data for stage in reversed(self.stages) if stage.settings.data), self.settings.data)

    @property
    def periodic(self) -> bool | None:
        """Whether the box is periodic along any axis, which a restart file keeps; None if unknown."""
        known = [stage.settings.periodic for stage in self.stages if stage.settings.periodic is not None]
        return known[-1] if known else self.settings.periodic

    @property
    def columns(self) -> dict[str, Array]:
        """Thermo output, [T] each; for a step that was repeated after a restart, the later row."""
        parts = [stage.columns for stage in self.stages if len(stage.steps) > 0]
        if not parts:
            return {}
        columns = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        keep = continuing(columns["Step"])
        return {key: values[keep] for key, values in columns.items()}

    def steps_of(self, since: int) -> tuple[int | None, int | None]:
        """Return the first and last step of frames of a dump that belong to these stages; None for no bound.

        Args:
            since: Number of stages that had ended when the dump was defined; `BEFORE` if an earlier run began it.
        """
        steps = [stage.steps for stage in self.stages if len(stage.steps) > 0]
        if not steps:
            return None, None
        # The frame at the step where these stages begin was written by the previous stage, at its end.
        begin = int(steps[0][0]) + 1 if since < self.first and self.first > 0 else None
        if not self.later:
            return begin, None
        last = self.stages[-1].last_step
        return begin, int(steps[-1][-1]) if last is None else last

    def described(self, since: int) -> tuple[int | None, int | None]:
        """Return the first and last step of frames of a dump that the log describes; None if unknown.

        Other runs, with other logs, may have written to the same file before and after, or instead.

        Args:
            since: See `steps_of`.
        """
        if not self.stages or len(self.stages[0].steps) == 0:
            return None, None
        of_this_part = since == BEFORE or since >= self.first
        return int(self.stages[0].steps[0]) if of_this_part else None, self.stages[-1].last_step


def part_of(log: LammpsLog, has_dump: Callable[[Settings], bool], declares_dump: Callable[[Settings], bool]) -> Part:
    """Return the part of a log that is analyzed.

    It consists of the last stages of dynamics or, if these have no dump command, the last stages before that have one.
    Without dynamics, it is the last stage of another kind. A `run 0` counts only if there is nothing else.

    Args:
        log: The log.
        has_dump: Whether the files of a dump in these settings exist.
        declares_dump: Whether these settings have a dump, with or without files.
    """
    groups = _groups(log.stages)
    dynamics = [group for group in groups if log.stages[group[0]].dynamics]
    candidates = [group for group in dynamics if _advances(log.stages, group)] or dynamics or groups[-1:]
    if not candidates:
        return _without_rows(log)
    chosen, notes = candidates[-1], []
    if not declares_dump(log.stages[chosen[-1]].settings):
        chosen = next((group for group in reversed(candidates) if has_dump(log.stages[group[-1]].settings)), chosen)
    if chosen is not candidates[-1]:
        begin = log.stages[candidates[candidates.index(chosen) + 1][0]].steps[0]
        notes.append(f"The run from step {begin:.0f} on isn't analyzed, since it wrote no trajectory.")
    first, last = chosen[0], chosen[-1]
    settings = log.stages[last].settings
    if not settings.echoed and len(dynamics) > 1:
        notes.append(
            "The stages of the log may differ in their settings, which it doesn't echo: only the last stage is used."
        )
    later = log.ended or any(len(stage.steps) > 0 for stage in log.stages[last + 1 :])
    return Part(log.stages[first : last + 1], first, later, settings, tuple(notes))


def _without_rows(log: LammpsLog) -> Part:
    """Return the last stage of a log whose thermo output has no steps, or the settings alone if it has no stage."""
    if not log.stages:
        return Part((), 0, False, log.settings)
    numbers = range(len(log.stages))
    last = max((number for number in numbers if log.stages[number].dynamics), default=numbers[-1])
    notes: tuple[str, ...] = ()
    if len(log.stages) > 1:
        notes = ("The log has no rows with steps: frames of earlier stages may be among those of the last one.",)
    return Part(log.stages[last : last + 1], last, last < numbers[-1], log.stages[last].settings, notes)


def _groups(stages: Sequence[Stage]) -> list[list[int]]:
    """Return lists of the indices of stages that continue each other; stages without rows are left out."""
    groups: list[list[int]] = []
    for number, stage in enumerate(stages):
        if len(stage.steps) == 0:
            continue
        if groups and groups[-1][-1] == number - 1 and _continues(stages[number - 1], stage):
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def _advances(stages: Sequence[Stage], group: Sequence[int]) -> bool:
    """Return whether the step increases in a group of stages."""
    return bool(stages[group[-1]].steps[-1] > stages[group[0]].steps[0])


def _continues(stage: Stage, after: Stage) -> bool:
    """Return whether a stage continues the one before with the same settings, as far as these are known."""
    one, other = stage.settings, after.settings
    return (
        one.echoed
        and other.echoed
        and stage.kind == after.kind
        and stage.columns.keys() == after.columns.keys()
        and _lasting(one.fixes) == _lasting(other.fixes)
        and one.timestep == other.timestep
        and one.potential == other.potential
        and not other.changed
        and _reaches(stage, after)
    )


def _lasting(fixes: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the words of fixes that a continuation keeps: it appends to their files, and has other random numbers.

    Args:
        fixes: Words of each active fix, by ID.
    """
    found = []
    for words in fixes.values():
        kept = tuple("file" if word == "append" else word for word in words)
        if words[3:4] == ["langevin"]:
            kept = (*kept[:7], *kept[8:])
        found.append(tuple(word for before, word in itertools.pairwise(("", *kept)) if before != "PILE_L"))
    return found


def _reaches(stage: Stage, after: Stage) -> bool:
    """Return whether a stage begins where the one before ended or, from a restart file, before its next row."""
    first, last, begin = stage.steps[0], stage.steps[-1], after.steps[0]
    interval = last - stage.steps[-2] if len(stage.steps) > 1 else 0
    return bool(begin == last or (after.settings.restarted and first < begin < last + interval))
