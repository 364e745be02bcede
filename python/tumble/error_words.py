"""An error of another package, in one line of a message."""

from __future__ import annotations

import traceback
from pathlib import Path


def error_words(error: BaseException) -> str:
    """Return kind and first line of an error; of one without words, such as an `assert`, where it arose."""
    lines = str(error).strip().splitlines()
    if lines:
        return f"{type(error).__name__}: {lines[0]}"
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} in line {frames[-1].lineno} of {Path(frames[-1].filename).name}: {frames[-1].line}"
