"""One training at a time in a folder."""

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

    The lock is the kernel's, on a file in the folder: it ends with the process, however that ends, and a file that is
    left over locks nothing. On file systems without locks there is a warning instead.

    Raises:
        TrainingError: Another training has the folder.
        OSError: The file can't be written.
    """
    path = folder / LOCK
    descriptor = _locked_file(path, folder)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is locked, so that nobody else has it
        os.close(descriptor)


def _locked_file(path: Path, folder: Path) -> int:
    """Return the descriptor of the file at a path, locked and with the owner's name in it."""
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
        os.close(descriptor)  # its owner has just removed it: the next one is another file


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
