"""Read values of a JSON document and check their kinds: files may be truncated, edited or from other versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tumble.errors import TrajectoryError
from tumble.types import Array

Read = Callable[[Mapping[str, Any], str], Any]


def text(data: Mapping[str, Any], key: str) -> str:
    """Return a text.

    Raises:
        TrajectoryError: If the value is missing or of another kind; likewise in the functions below.
    """
    return str(_checked(data, key, str, "a text"))


def flag(data: Mapping[str, Any], key: str) -> bool:
    """Return true or false."""
    return bool(_checked(data, key, bool, "true or false"))


def listed(data: Mapping[str, Any], key: str) -> list[Any]:
    """Return a list; a document that was never written may have a tuple in its place."""
    return list(_checked(data, key, (list, tuple), "a list"))


def texts(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of texts."""
    found = listed(data, key)
    if not all(isinstance(each, str) for each in found):
        raise TrajectoryError(f"a `{key}` whose entries aren't all texts")
    return tuple(found)


def mapping(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a mapping."""
    return dict(_checked(data, key, dict, "a mapping"))


def number(data: Mapping[str, Any], key: str) -> float | int | None:
    """Return a number, or None."""
    found: float | int | None = _checked(data, key, (int, float, type(None)), "a number or null")
    if isinstance(found, bool):
        raise TrajectoryError(f"a `{key}` that isn't a number or null")
    return found


def known(data: Mapping[str, Any], key: str) -> float:
    """Return a number that isn't null."""
    found = number(data, key)
    if found is None:
        raise TrajectoryError(f"a `{key}` that is null")
    return float(found)


def array(data: Mapping[str, Any], key: str, shape: tuple[int, ...] | None = None) -> Array:
    """Return an array of numbers, with NaN for null; -1 in `shape` stands for any length."""
    try:
        found = np.asarray(_checked(data, key, object, ""), dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise TrajectoryError(f"a `{key}` that isn't an array of numbers") from error
    if shape is not None and (
        found.ndim != len(shape) or any(one not in (-1, two) for one, two in zip(shape, found.shape, strict=True))
    ):
        raise TrajectoryError(f"a `{key}` of shape {found.shape} instead of {shape}")
    return found


def _checked(data: Mapping[str, Any], key: str, kind: Any, words: str) -> Any:
    if not isinstance(data, Mapping):
        raise TrajectoryError(f"a value that isn't a mapping with `{key}`")
    if key not in data:
        raise TrajectoryError(f"a mapping without `{key}`")
    if not isinstance(data[key], kind):
        raise TrajectoryError(f"a `{key}` that isn't {words}")
    return data[key]
