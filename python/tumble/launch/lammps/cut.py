"""Cuts of the outputs of LAMMPS at a restart file: its log, and what the log shows of dumps and files of fixes."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tumble.errors import LaunchError, TrajectoryError
from tumble.launch.cut import check_frames, cut_frames, cut_rows
from tumble.launch.lammps.obstacles import files_of_rows
from tumble.launch.lammps.script import BEGINS, RESTART
from tumble.runs.lammps.log import read_lammps_log
from tumble.runs.lammps.table import BANNER

_ENDED = re.compile(rb"Loop time of .* for (\d+) steps\b")


@dataclass(frozen=True)
class LogCut:
    """What to cut for one log.

    Attributes:
        log: The log.
        end: Its bytes that stay.
        dumps: Files with frames, and the last step of each that stays.
        rows: Files with rows, likewise.
    """

    log: Path
    end: int
    dumps: dict[Path, int]
    rows: dict[Path, int]

    def carry_out(self) -> None:
        """Cut the files."""
        for path, last in self.dumps.items():
            if "*" in path.name:
                for frame in _later(path, last):
                    frame.unlink()
            else:
                cut_frames(path, last)
        for path, last in self.rows.items():
            cut_rows(path, 0, last)
        os.truncate(self.log, self.end)


def plan_cut(log: Path, run: int, step: int, copy: Path) -> LogCut:
    """Return what to cut, and change nothing but the copy.

    Args:
        log: The log.
        run: Number of the run to which the restart file belongs, from 1.
        step: Its step.
        copy: Where to write the part of the log that stays.

    Raises:
        LaunchError: If the log doesn't show the files, or their frames can't be cut.
    """
    end = _end_of(log, run, step)
    with log.open("rb") as file:
        copy.write_bytes(file.read(end))
    try:
        found = read_lammps_log(copy)
    except TrajectoryError as error:
        raise LaunchError(f"the run can't be continued, since {error}") from error
    now = found.settings
    if not now.echoed:
        raise LaunchError(f"the run can't be continued, since `{log}` doesn't echo the commands that name outputs")
    folder = log.parent
    dumps = dict.fromkeys((folder / name for name in now.written), step)
    # LAMMPS writes the frames and rows of the step from which it continues once more.
    dumps |= dict.fromkeys((folder / dump.words[5] for dump in now.dumps.values()), step - 1)
    for path, last in dumps.items():
        if "*" not in path.name:
            check_frames(path, last)
    earlier = [fix for stage in found.stages for fix in stage.settings.fixes.values()]
    rows = {folder / name: step for name, _ in files_of_rows(earlier)}
    rows |= {folder / name: step - 1 if again else step for name, again in files_of_rows(now.fixes.values())}
    return LogCut(log, end, dumps, rows)


def _end_of(path: Path, run: int, step: int) -> int:
    """Return the place in a log behind the last row up to a step in a run, at the latest behind the run."""
    end, width, begins, within = 0, None, False, False
    first, done = 0, -1  # first step of the table, and the step at which it ended
    with path.open("rb") as file:
        for line in file:
            words = line.split()
            if not line.endswith(b"\n"):
                break
            if (found := BEGINS.match(line.decode(errors="replace"))) is not None:
                if int(found[1]) > run:
                    break
                within = int(found[1]) == run
            elif begins:
                width, first, begins = len(words), -1, False
            elif BANNER.match(line.decode(errors="replace")):
                begins = True
            elif (ended := _ENDED.match(line)) is not None:
                width, done = None, first + int(ended[1])
            elif width == len(words) and words[0].isdigit():
                if within and int(words[0]) > step:
                    break
                first = int(words[0]) if first < 0 else first
            elif within and done >= step and line.startswith(f"write_restart {RESTART}".encode()):
                break
            end += len(line)
    return end


def _later(path: Path, last: int) -> Iterator[Path]:
    """Yield the files of frames after a step, of a dump with `*` in its name."""
    numbered = re.compile(re.escape(path.name).replace(r"\*", r"(\d+)", 1))
    for each in list(path.parent.iterdir()):
        if (found := numbered.fullmatch(each.name)) is not None and int(found[1]) > last:
            yield each


def named_files(names: Sequence[str], folder: Path) -> list[Path]:
    """Return the files that exist with names in which `*` and `%` stand for numbers."""
    patterns = [os.path.join(glob.escape(str(folder)), name.replace("%", "*")) for name in names]
    return sorted({Path(path) for pattern in patterns for path in glob.glob(pattern) if os.path.isfile(path)})
