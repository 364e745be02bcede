"""Which dump of a LAMMPS run is its trajectory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tumble.runs.lammps_part import Part
from tumble.runs.lammps_settings import Dump, Settings
from tumble.runs.run import Trajectory

_STYLES = {"atom", "custom", "dcd", "xtc", "extxyz", "xyz", "netcdf"}
_POSITIONS = {"x", "xu", "xs", "xsu"}
# Files that LAMMPS writes in other formats than their style says: compressed, binary, or one for each process.
_ENDINGS = (".gz", ".zst", ".bin", ".bin.gz")
_STYLE_ENDINGS = ("gz", "zstd", "adios")


class LammpsDumps:
    """The dumps of a run.

    Args:
        folder: Of the run.
        chosen: Files that the user names instead; none if not given.
    """

    def __init__(self, folder: Path, chosen: Sequence[Path] | None) -> None:
        """See the class."""
        self._folder = folder
        self._chosen = chosen

    def are_there(self, settings: Settings) -> bool:
        """Return whether files are there of a dump that is sought."""
        return self._best(settings) is not None

    def are_declared(self, settings: Settings) -> bool:
        """Return whether there is a dump that is sought, whatever became of its files."""
        if self._chosen is not None:
            return self.are_there(settings)
        return any(_holds_positions(dump) for dump in settings.dumps.values())

    def trajectory(self, part: Part, units: str, *, bead: bool) -> Trajectory:
        """Return the largest dump of the positions of all atoms that was written in a part of the run.

        Args:
            part: The part.
            units: Style of units.
            bead: Whether it is that of one bead of a path integral.
        """
        best, chosen = self._best(part.settings), None if self._chosen is None else tuple(self._chosen)
        data = self._data(part.settings)
        if best is None:
            # Files that no command names may be anything that was made of a dump.
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
        files, dump = best
        named = "element" in dump.words[6:] or dump.words[3] == "extxyz"
        return Trajectory(
            files if chosen is None else chosen,
            topology=None if named else data,
            units=units,
            bead=bead,
            steps=part.steps_of(dump.since),
        )

    def note_on_begin(self, part: Part) -> tuple[str, ...]:
        """Return a note where the trajectory begins later than the part of the run whose log is read."""
        best = self._best(part.settings)
        if best is None or self._chosen is not None or not part.first < best[1].since < part.first + len(part.stages):
            return ()
        steps = [part.stages[place].steps[0] for place in (0, best[1].since - part.first)]
        return (
            f"The trajectory, `{best[1].words[5]}`, begins at step {steps[1]:.0f}; what the log says of this run, "
            f"under the same settings, from step {steps[0]:.0f} on. Name files of earlier dumps with `--trajectory`.",
        )

    def _data(self, settings: Settings) -> Path | None:
        """Return the data file, if it is there."""
        path = None if settings.data is None else self._folder / settings.data
        return path if path is not None and path.is_file() else None

    def _best(self, settings: Settings) -> tuple[tuple[Path, ...], Dump] | None:
        """Return the files of the largest dump, and the dump."""
        found = [
            (files, dump)
            for dump in settings.dumps.values()
            if (self._chosen is not None or _holds_positions(dump))
            and (files := _files(self._folder, dump.words[5]))
            and (self._chosen is None or _resolved(self._chosen) & _resolved(files))
        ]
        return max(found, key=lambda pair: sum(path.stat().st_size for path in pair[0]), default=None)


def _absence(settings: Settings) -> str:
    """Return why no dump is taken, for messages; empty if there is none."""
    faults = [f"`{dump.words[5]}` {_fault(dump) or 'is not there'}" for dump in settings.dumps.values()]
    return f"{', '.join(faults)}; name files with `--trajectory`" if faults else ""


def _resolved(files: Sequence[Path]) -> set[Path]:
    return {path.resolve() for path in files}


def _holds_positions(dump: Dump) -> bool:
    return not _fault(dump)


def _fault(dump: Dump) -> str:
    """Return why a dump isn't one of all atoms, with positions, in a format that can be read; empty if it is."""
    words = dump.words
    style, _, ending = words[3].partition("/")
    if style not in _STYLES or ending in _STYLE_ENDINGS or words[5].endswith(_ENDINGS) or "%" in words[5]:
        return "has another format than those that are read"
    if style == "custom" and not _POSITIONS & set(words[6:]):
        return "has no positions"
    return "leaves atoms out" if words[2] != "all" or dump.thinned else ""


def _files(folder: Path, name: str) -> tuple[Path, ...]:
    """Return the file of a dump; with `*` for the step, all of them in the order of the steps."""
    whole = folder / name
    if "*" not in whole.name:
        return (whole,) if whole.is_file() else ()
    # LAMMPS puts the step in the place of the first `*` alone.
    before, _, behind = whole.name.partition("*")
    number = re.compile(f"{re.escape(before)}(\\d+){re.escape(behind)}")
    found = [(number.fullmatch(path.name), path) for path in _files_in(whole.parent)]
    steps = sorted((int(match.group(1)), path) for match, path in found if match is not None)
    return tuple(path for _, path in steps)


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
