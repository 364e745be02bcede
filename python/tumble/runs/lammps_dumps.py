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
        return any(_holds_positions(dump.words) for dump in settings.dumps.values())

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

    def _data(self, settings: Settings) -> Path | None:
        """Return the data file, if it is there."""
        path = None if settings.data is None else self._folder / settings.data
        return path if path is not None and path.is_file() else None

    def _best(self, settings: Settings) -> tuple[tuple[Path, ...], Dump] | None:
        """Return the files of the largest dump, and the dump."""
        found = [
            (files, dump)
            for dump in settings.dumps.values()
            if (self._chosen is not None or _holds_positions(dump.words))
            and (files := _files(self._folder, dump.words[5]))
            and (self._chosen is None or _resolved(self._chosen) & _resolved(files))
        ]
        return max(found, key=lambda pair: sum(path.stat().st_size for path in pair[0]), default=None)


def _resolved(files: Sequence[Path]) -> set[Path]:
    return {path.resolve() for path in files}


def _holds_positions(words: Sequence[str]) -> bool:
    """Return whether the words of a dump are those of one of all atoms with positions."""
    if len(words) < 6 or words[2] != "all":
        return False
    style = words[3].split("/")[0]
    return style in _STYLES and (style != "custom" or bool(_POSITIONS & set(words[6:])))


def _files(folder: Path, name: str) -> tuple[Path, ...]:
    """Return the file of a dump; with `*` for the step, all of them in the order of the steps."""
    if "*" not in name:
        return (folder / name,) if (folder / name).is_file() else ()
    number = re.compile(re.escape(Path(name).name).replace(r"\*", r"(\d+)"))
    found = [(number.fullmatch(path.name), path) for path in folder.glob(name)]
    steps = sorted((int(match.group(1)), path) for match, path in found if match is not None)
    return tuple(path for _, path in steps)
