"""Choice of the dump that is the trajectory of a LAMMPS run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

from tumble.runs.lammps.part import Part
from tumble.runs.lammps.settings import Dump, Settings
from tumble.runs.run import Trajectory

_STYLES = {"atom", "custom", "dcd", "xtc", "extxyz", "xyz", "netcdf"}
_POSITIONS = {"x", "xu", "xs", "xsu"}
# Endings of files that LAMMPS writes compressed or binary, whatever the style of the dump.
_ENDINGS = (".gz", ".zst", ".bin", ".bin.gz")
_FEW = 3  # most dumps that a note names
_STYLE_ENDINGS = ("gz", "zstd", "adios")


class LammpsDumps:
    """The dumps of a run.

    Args:
        folder: Folder of the run.
        chosen: Files that the user names instead, if any.
    """

    def __init__(self, folder: Path, chosen: Sequence[Path] | None) -> None:
        self._folder = folder
        self._chosen = None if chosen is None else tuple(chosen)
        named = _resolved(chosen or ())
        # A dump may have a file for each step, so its files are searched once.
        self._files = cache(partial(_files, folder))
        self._is_chosen = cache(lambda name: not named.isdisjoint(_resolved(self._files(name))))

    def are_there(self, settings: Settings) -> bool:
        """Return whether a suitable dump with files exists."""
        return self._best(settings) is not None

    def are_declared(self, settings: Settings) -> bool:
        """Return whether there is the command of a suitable dump, with or without files."""
        if self._chosen is not None:
            return self.are_there(settings)
        return any(_holds_positions(dump) for dump in settings.dumps.values())

    def trajectory(self, part: Part, units: str, *, bead: bool) -> Trajectory:
        """Return the largest dump of the positions of all atoms that was written in a part of the run.

        Args:
            part: The part.
            units: Style of units.
            bead: Whether the run is one bead of a path integral.
        """
        series, chosen, data = self._series(part), self._chosen, self._data(part)
        if not series:
            # Files that no command names may have been converted from a dump.
            return Trajectory(
                chosen or (),
                topology=data,
                optional_topology=True,
                units=units,
                bead=bead,
                steps=part.steps_of(0),
                optional_steps=True,
                absence=_absence(part.settings),
            )
        files, dump = tuple(path for files, _ in series for path in files), series[-1][1]
        since = min(self._since(part), *(dump.since for _, dump in series))
        named = "element" in dump.words[6:] or dump.words[3] == "extxyz"
        return Trajectory(
            files if chosen is None else chosen,
            topology=None if named else data,
            units=units,
            bead=bead,
            steps=part.steps_of(since),
            described=part.described(since),
        )

    def note_on_begin(self, part: Part) -> tuple[str, ...]:
        """Return a note if the trajectory begins later than the part of the run that is analyzed."""
        series = self._series(part)
        if not series or self._chosen is not None:
            return ()
        first = series[0][1]
        if not part.first < first.since < part.first + len(part.stages):
            return ()
        steps = [part.stages[place].steps[0] for place in (0, first.since - part.first)]
        return (
            f"The trajectory, `{first.words[5]}`, begins at step {steps[1]:.0f}; thermo output with the same settings "
            f"begins at step {steps[0]:.0f}. Give files of earlier dumps with `--trajectory`.",
        )

    def note_on_others(self, part: Part) -> tuple[str, ...]:
        """Return a note if earlier stages, which the analyzed stages don't continue, wrote other dumps."""
        alive = {dump.words[5] for dump in part.settings.dumps.values()}
        written = part.settings.written.items() if self._chosen is None else ()
        names = [name for name, since in written if since < part.first and name not in alive]
        found = [f"`{name}`" for name in names if self._files(name)]
        if not found:
            return ()
        shown = ", ".join(found[:_FEW]) + (f" and {len(found) - _FEW} more" if len(found) > _FEW else "")
        return (f"Dumps of earlier stages, which the analyzed ones don't continue, are left out: {shown}; name one.",)

    def _series(self, part: Part) -> list[tuple[tuple[Path, ...], Dump]]:
        """Return the largest dump of the last stage, after similar dumps of earlier stages, each with its files.

        An input with a loop often writes one file per iteration, with the iteration's number in the name. Files with
        other names may belong to an equilibration and aren't included.
        """
        best = self._best(part.settings)
        if best is None:
            return []
        series = [best]
        for stage in reversed(part.stages[:-1] if self._chosen is None else ()):
            alike = [dump for dump in stage.settings.dumps.values() if _form(dump) == _form(best[1])]
            if any(dump.words[5] == series[0][1].words[5] for dump in alike):
                continue
            found = [(files, dump) for dump in alike if (files := self._files(dump.words[5]))]
            if len(found) != 1:
                break
            series.insert(0, found[0])
        return series

    def _since(self, part: Part) -> int:
        """Return the number of stages that had ended when the files that the user names were begun, if known."""
        written = part.settings.written if self._chosen is not None else {}
        known = [since for name, since in written.items() if self._is_chosen(name)]
        return min(known, default=part.first + len(part.stages))

    def _data(self, part: Part) -> Path | None:
        """Return the data file, if it exists."""
        path = None if part.data is None else self._folder / part.data
        return path if path is not None and path.is_file() else None

    def _best(self, settings: Settings) -> tuple[tuple[Path, ...], Dump] | None:
        """Return the files of the largest dump, and the dump."""
        found = [
            (files, dump)
            for dump in settings.dumps.values()
            if (self._chosen is not None or _holds_positions(dump))
            and (files := self._files(dump.words[5]))
            and (self._chosen is None or self._is_chosen(dump.words[5]))
        ]
        return max(found, key=lambda pair: sum(path.stat().st_size for path in pair[0]), default=None)


def _absence(settings: Settings) -> str:
    """Return why no dump is suitable, for messages; empty without dumps."""
    faults = [f"`{dump.words[5]}` {_fault(dump) or 'is not there'}" for dump in settings.dumps.values()]
    return f"{', '.join(faults)}; name files with `--trajectory`" if faults else ""


def _form(dump: Dump) -> tuple[object, ...]:
    """Return what parts of one trajectory share: everything but the IDs of dumps and numbers in file names."""
    return dump.words[2:5], re.sub(r"\d+", "0", dump.words[5]), dump.words[6:], dump.thinned


def _resolved(files: Sequence[Path]) -> set[Path]:
    return {path.resolve() for path in files}


def _holds_positions(dump: Dump) -> bool:
    return not _fault(dump)


def _fault(dump: Dump) -> str:
    """Return why a dump isn't suitable: another format, no positions, or missing atoms; empty if it is."""
    words = dump.words
    style, _, ending = words[3].partition("/")
    if style not in _STYLES or ending in _STYLE_ENDINGS or words[5].endswith(_ENDINGS) or "%" in words[5]:
        return "has a format that can't be read"
    if style == "custom" and not _POSITIONS & set(words[6:]):
        return "has no positions"
    return "leaves atoms out" if words[2] != "all" or dump.thinned else ""


def _files(folder: Path, name: str) -> tuple[Path, ...]:
    """Return the file of a dump; with `*` for the step, all files in the order of the steps."""
    whole = folder / name
    if "*" not in whole.name:
        return (whole,) if whole.is_file() else ()
    # LAMMPS replaces only the first `*` by the step.
    before, _, behind = whole.name.partition("*")
    number = re.compile(f"{re.escape(before)}(\\d+){re.escape(behind)}")
    found = [(number.fullmatch(path.name), path) for path in _files_in(whole.parent)]
    steps = sorted((int(match.group(1)), path) for match, path in found if match is not None)
    return tuple(path for _, path in steps)


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
