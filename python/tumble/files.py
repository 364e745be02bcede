"""Files as a whole: their hash, and writing them at once or not at all."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

_PIECE = 1 << 20  # bytes that are read at a time: trajectories are large


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal.

    Raises:
        OSError: If it can't be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def shown(name: str) -> str:
    """Return the name of a file as text for people and programs: bytes that aren't UTF-8 become U+FFFD."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file beside `path` and rename it, so that `path` is always whole.

    A device or a pipe, such as `/dev/null`, is written to and not replaced.

    Raises:
        OSError: If it can't be written, with the name of the file; an older file is then as it was.
    """
    # A name of its own for each process, since two may write the same file.
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            path.write_bytes(content)
            return
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        # What fails on a full disk doesn't know its name, and nobody knows that of the temporary file.
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)
