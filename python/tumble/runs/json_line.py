"""Reader of a line that the core writes for programs: `tumble: {"format": …}`.

The core writes it (`csrc/tumble/evaluation/json_line.h`).
"""

from __future__ import annotations

import json
from typing import Any

START = "tumble: {"


def values_of(line: str, kind: str) -> dict[str, Any] | None:
    """Return the values of a line for programs.

    Args:
        line: The line.
        kind: Expected value of `format`.

    Returns:
        The values by their keys; None if the line isn't of this format, or damaged.
    """
    if not line.startswith(START):
        return None
    try:
        values: dict[str, Any] = json.loads(line.removeprefix("tumble: "))
    except (ValueError, RecursionError):
        return None  # damaged, or cut off by a full disk
    return values if values.get("format") == kind else None
