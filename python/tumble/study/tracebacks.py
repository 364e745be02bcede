"""The tracebacks of faults of Tumble, in a text file next to the analysis that lacks the observables."""

from __future__ import annotations

from pathlib import Path

from tumble.files import write_atomically
from tumble.study.analysis_file import Analysis

_MARK = "Faults of Tumble during an analysis: please report them with this file.\n"


def write_tracebacks(analysis: Analysis, path: Path) -> Path:
    """Write the tracebacks of faults next to an analysis, and remove those of the analysis that it replaces.

    Args:
        analysis: As saved.
        path: Its file, such as `analysis.json`; the tracebacks are in `analysis.traceback.txt`.

    Returns:
        Where the tracebacks are: this file, or the analysis itself, which has them in its provenance, if a file of
        somebody else has that name.

    Raises:
        OSError: If it can't be written.
    """
    file = path.with_suffix(".traceback.txt")
    ours = file.is_file() and file.read_bytes().startswith(_MARK.encode())
    if file.exists() and not ours:
        return path
    faults = {
        name: each["traceback"] for name, each in analysis.provenance.get("failed", {}).items() if "traceback" in each
    }
    if faults:
        parts = [f"{name}\n\n{traceback}" for name, traceback in faults.items()]
        write_atomically(file, "\n".join([_MARK, *parts]).encode())
    elif ours:
        file.unlink()
    return file
