"""A lock that allows only one training at a time in a folder."""

from __future__ import annotations

import fcntl
import os
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tumble.errors import TrainingError

LOCK = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other trainings out of a folder.

    The kernel holds the lock, on a file in the folder. It ends with the process, however that ends, so a leftover file
    locks nothing. On file systems without locks, warn instead.

    Raises:
        TrainingError: If another training uses the folder.
        OSError: If the lock file can't be written.
    """
    path = folder / LOCK
    descriptor = _locked_file(path, folder)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is locked, so that no other process has locked it
        os.close(descriptor)


def _locked_file(path: Path, folder: Path) -> int:
    """Return the descriptor of the file at a path, locked, with the name of this process as its content."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(descriptor, folder)
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its owner has just removed it; try again with a new file


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(descriptor, 200, 0).decode(errors="replace") or "another process"
        raise TrainingError(
            f"`{folder}`: expected a folder that no other training writes to, got one that {owner} is training in; "
            "wait for it, or take another folder"
        ) from None
    except OSError as error:
        warnings.warn(
            f"`{folder}`: the file system has no locks ({error.strerror}), so nothing keeps a second training out",
            stacklevel=4,
        )
