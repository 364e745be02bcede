"""Reader of the log of i-PI while it grows."""

from __future__ import annotations

from pathlib import Path

from tumble.launch.growing_file import GrowingFile

# What it has after the thread that talks to the drivers has died.
_DEAD_THREAD = "Exception in thread"
_SUCCESS = "I-PI reports success"


class ServerLog:
    """What the server of one start has said.

    Args:
        log: Its log.
        skip: Bytes of an earlier start.
    """

    def __init__(self, log: Path, skip: int) -> None:
        self._file = GrowingFile(log, skip)
        self._stuck = self._succeeded = False

    @property
    def stuck(self) -> bool:
        """Whether it can't continue, although it runs."""
        self._read()
        return self._stuck

    @property
    def succeeded(self) -> bool:
        """Whether all its work is done."""
        self._read()
        return self._succeeded

    def _read(self) -> None:
        for line in self._file.new_lines():
            self._stuck |= _DEAD_THREAD in line
            self._succeeded |= _SUCCESS in line
