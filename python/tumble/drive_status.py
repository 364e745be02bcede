"""Exit statuses of `tumble drive`, for programs that start a driver again."""

from __future__ import annotations

from enum import IntEnum


class DriveStatus(IntEnum):
    """How a driver ended."""

    EXITED = 0  # the server sent EXIT
    ERROR = 1
    WRONG_OPTION = 2
    NO_SERVER = 3
    SERVER_GONE = 4  # without EXIT
    NO_FORCES = 5  # a structure can't be evaluated
