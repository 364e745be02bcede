"""Finds the log of LAMMPS that says of a trajectory that it was written in that run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tumble.runs.lammps.log import LOG, begins_log
from tumble.runs.text_rows import is_file

_HEAD = 100_000_000  # bytes up to which a log is searched


def log_of_dump(files: Sequence[Path]) -> Path | None:
    """Return the log, in the folder of the files, with the command of the dump that wrote them; None if there is none.

    Args:
        files: Of one trajectory.
    """
    for log in _named_as_logs(files[0].parent):
        if log.stat().st_size <= _HEAD and _names_all(log, files):
            return log
    return None


def logs_in(folder: Path) -> list[Path]:
    """Return the logs in a folder that a process of LAMMPS began.

    Files of other names, such as `slurm-1.out`, to which the screen was redirected, count where no log is named as one.
    """
    named = [log for log in _named_as_logs(folder) if begins_log(log)]
    others = (path for path in sorted(folder.iterdir()) if not named and is_file(path))
    return named or [path for path in others if begins_log(path)]


def _named_as_logs(folder: Path) -> list[Path]:
    """Return the files that are named as logs are, the usual name first."""
    paths = sorted({*folder.glob("log.*"), *folder.glob("*.log")}, key=lambda path: (path.name != LOG, path.name))
    return [path for path in paths if path.is_file()]


def _names_all(log: Path, files: Sequence[Path]) -> bool:
    """Return whether a log has the commands of the dumps that wrote files."""
    commands = re.findall(r"^\s*dump\s+\S+\s+\S+\s+\S+\s+\d+\s+(\S+)", log.read_text(errors="replace"), re.MULTILINE)
    written = [log.parent / name for name in set(commands)]
    return all(any(_is_of(path, dump) for dump in written) for path in files)


def _is_of(path: Path, dump: Path) -> bool:
    """Return whether a file is that of a dump, whose name has `*` where each file has its step."""
    name = re.escape(dump.name).replace(r"\*", r"\d+", 1)
    return re.fullmatch(name, path.name) is not None and path.parent.resolve() == dump.parent.resolve()
