"""Search for logs of LAMMPS in a folder, and for the log of the run that wrote a trajectory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tumble.runs.lammps.log import LOG, begins_log
from tumble.runs.text_rows import is_file

_LARGEST = 100_000_000  # bytes, largest log that is searched


def log_of_dump(files: Sequence[Path]) -> Path | None:
    """Return the log, in the folder of the files, with the dump command that wrote them; None if there is none.

    Args:
        files: Files of one trajectory.
    """
    for log in _named_as_logs(files[0].parent):
        if log.stat().st_size <= _LARGEST and _names_all(log, files):
            return log
    return None


def logs_in(folder: Path) -> list[Path]:
    """Return the logs of LAMMPS processes in a folder.

    Files with other names, such as redirected screen output in `slurm-1.out`, count only if there is no file with the
    name of a log.
    """
    named = [log for log in _named_as_logs(folder) if begins_log(log)]
    others = (path for path in sorted(folder.iterdir()) if not named and is_file(path))
    return named or [path for path in others if begins_log(path)]


def _named_as_logs(folder: Path) -> list[Path]:
    """Return the files with names of logs, the default name first."""
    paths = sorted({*folder.glob("log.*"), *folder.glob("*.log")}, key=lambda path: (path.name != LOG, path.name))
    return [path for path in paths if path.is_file()]


def _names_all(log: Path, files: Sequence[Path]) -> bool:
    """Return whether a log has the commands of the dumps that wrote all these files."""
    commands = re.findall(r"^\s*dump\s+\S+\s+\S+\s+\S+\s+\d+\s+(\S+)", log.read_text(errors="replace"), re.MULTILINE)
    written = [log.parent / name for name in set(commands)]
    return all(any(_belongs_to(path, dump) for dump in written) for path in files)


def _belongs_to(path: Path, dump: Path) -> bool:
    """Return whether a file belongs to a dump, whose name may have `*` in place of the step."""
    name = re.escape(dump.name).replace(r"\*", r"\d+", 1)
    return re.fullmatch(name, path.name) is not None and path.parent.resolve() == dump.parent.resolve()
