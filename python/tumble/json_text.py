"""JSON that every program can read: numbers that aren't finite, which JSON can't represent, become null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np


def json_text(data: Any, *, indent: int | None = None) -> str:
    """Return data as JSON, in ASCII, with a line break at its end.

    Args:
        data: Nested mappings and sequences of text, numbers (also of NumPy), arrays, paths and None.
        indent: Spaces for each level; None for a single line.

    Raises:
        TypeError: If the data have another type.
    """
    return json.dumps(_plain(data), indent=indent, allow_nan=False) + "\n"


def _plain(data: Any) -> Any:
    if isinstance(data, np.ndarray | np.generic):
        data = data.tolist()
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return str(data) if isinstance(data, PathLike) else data
