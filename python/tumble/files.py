"""Operations on whole files: hashes, names, folders and atomic writes."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import stat
import unicodedata
from pathlib import Path

_PIECE = 1 << 20  # bytes per read, since trajectories are large


def sha256(path: Path) -> str:
    """Return the SHA-256 hash of a file, hexadecimal.

    Raises:
        OSError: If the file can't be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def shown(name: str) -> str:
    """Return the name of a file as printable Unicode: U+FFFD replaces control characters and invalid bytes."""
    valid = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) == "Cc" else c for c in valid)


def check_place(path: Path) -> None:
    """Check that a new file can take this place, where an older file may be.

    Raises:
        FileNotFoundError: If the folder doesn't exist.
        FileExistsError: If there is a folder, a device or a pipe, which a new file must not replace.
    """
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "expected a file in a folder that exists", str(path))
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "a device or a pipe"
        raise FileExistsError(errno.EEXIST, f"expected a new file, or an older one to replace, got {kind}", str(path))


def set_aside(path: Path) -> None:
    """Rename a file, if it exists, to the first free name `#NAME#N#`, as i-PI does with older outputs."""
    numbers = (path.with_name(f"#{path.name}#{number}#") for number in itertools.count())
    if path.is_file():
        path.rename(next(each for each in numbers if not each.exists()))


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file next to `path` and rename it, so that `path` is always complete.

    A device or a pipe, such as `/dev/null`, is written to and not replaced.

    Raises:
        OSError: If the file can't be written; the error names it, and an older file remains unchanged.
    """
    # The name includes the process ID, since two processes may write the same file.
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
        # Errors of a full disk have no file name, and the user doesn't know the temporary file.
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)
