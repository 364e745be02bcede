"""The tracebacks of faults of Tumble, in a text file next to the analysis that lacks the observables."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tumble.files import write_atomically
from tumble.study.analysis_file import Analysis

_MARK = "Faults of Tumble during an analysis: please report them with this file.\n"
_SUFFIX = ".traceback.txt"


def write_tracebacks(analysis: Analysis, path: Path) -> Path:
    """Write the tracebacks of faults next to an analysis, and remove those of the analysis that it replaces.

    Args:
        analysis: The saved analysis.
        path: File of the analysis, such as `analysis.json`; the tracebacks are in `analysis.traceback.txt`.

    Returns:
        See `find_tracebacks`.

    Raises:
        OSError: If it can't be written.
    """
    file = path.with_suffix(_SUFFIX)
    if file.exists() and not _is_ours(file):
        return path
    text = _text(analysis)
    if text:
        write_atomically(file, text.encode())
    else:
        file.unlink(missing_ok=True)
    return file


def find_tracebacks(path: Path) -> Path:
    """Return where the tracebacks of a saved analysis are.

    Args:
        path: The file of the analysis.

    Returns:
        `analysis.traceback.txt` next to it; or the analysis itself, which has them in its provenance, if that file is
        gone or isn't one of Tumble.
    """
    file = path.with_suffix(_SUFFIX)
    return file if _is_ours(file) else path


def write_unsaved_tracebacks(analysis: Analysis) -> Path | None:
    """Write the tracebacks of an analysis that isn't saved to a temporary file.

    Returns:
        The file; None if there are no tracebacks.

    Raises:
        OSError: If it can't be written.
    """
    text = _text(analysis)
    if not text:
        return None
    with tempfile.NamedTemporaryFile("wb", prefix="tumble-", suffix=_SUFFIX, delete=False) as file:
        file.write(text.encode())
    return Path(file.name)


def _is_ours(file: Path) -> bool:
    return file.is_file() and file.read_bytes().startswith(_MARK.encode())


def _text(analysis: Analysis) -> str:
    """Return the text of the file; empty without tracebacks."""
    faults = {name: failure["traceback"] for name, failure in analysis.failed.items() if "traceback" in failure}
    return "\n".join([_MARK, *(f"{name}\n\n{traceback}" for name, traceback in faults.items())]) if faults else ""
