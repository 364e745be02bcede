"""Which dump of a LAMMPS run is its trajectory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tumble.runs.lammps_log import LammpsLog
from tumble.runs.run import Trajectory

_STYLES = {"atom", "custom", "dcd", "xtc", "extxyz", "xyz", "netcdf"}
_POSITIONS = {"x", "xu", "xs", "xsu"}


def trajectory_of(folder: Path, log: LammpsLog, units: str) -> Trajectory:
    """The largest dump of the positions of all atoms, of the last run that has one.

    A data file beside it tells the elements where the dump doesn't.

    Args:
        folder: Of the run.
        log: Of the run.
        units: Style of units.
    """
    settings = [stage.settings for stage in reversed(log.stages)] or [log.settings]
    for each in settings:
        found = [(_files(folder, words[5]), words) for words in each.dumps.values() if _holds_positions(words)]
        found = [(files, words) for files, words in found if files]
        if found:
            files, words = max(found, key=lambda pair: sum(path.stat().st_size for path in pair[0]))
            named = "element" in words[6:] or words[3] == "extxyz"
            data = None if named or each.data is None else folder / each.data
            topology = data if data is not None and data.is_file() else None
            return Trajectory(positions=files, topology=topology, units=units)
    return Trajectory()


def _holds_positions(words: Sequence[str]) -> bool:
    """Whether the words of a dump are those of one of all atoms with positions."""
    if len(words) < 6 or words[2] != "all":
        return False
    style = words[3].split("/")[0]
    return style in _STYLES and (style != "custom" or bool(_POSITIONS & set(words[6:])))


def _files(folder: Path, name: str) -> tuple[Path, ...]:
    """The file of a dump; with `*` for the step, all of them in the order of the steps."""
    if "*" not in name:
        return (folder / name,) if (folder / name).is_file() else ()
    number = re.compile(re.escape(Path(name).name).replace(r"\*", r"(\d+)"))
    found = [(number.fullmatch(path.name), path) for path in folder.glob(name)]
    steps = sorted((int(match.group(1)), path) for match, path in found if match is not None)
    return tuple(path for _, path in steps)
