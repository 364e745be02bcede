"""Parsers of words and numbers in the elements of an XML input of i-PI."""

from __future__ import annotations

import math
from typing import Any

from tumble.errors import TrajectoryError
from tumble.units.ipi import Units, factor

_SHOWN = 40  # characters of a wrong word in messages


def unquoted(text: str) -> str:
    """Return a text without the blanks and quotation marks around it."""
    return text.strip().strip("'\"").strip()


def word_of(element: Any, attribute: str, default: str) -> str:
    """Return an attribute without blanks and quotation marks."""
    return unquoted(str(element.get(attribute, default)))


def words_of(element: Any) -> list[str]:
    """Return the words of an array such as `[ torque, dipole ]`; none without the element."""
    return [unquoted(word) for word in _items(element)]


def number_of(text: str, what: str) -> float:
    """Return a number.

    Raises:
        TrajectoryError: If the text isn't one.
    """
    try:
        return float(text)
    except ValueError as error:
        raise TrajectoryError(f"`{what}`: expected a number, got `{text[:_SHOWN]}`") from error


def integer_of(text: str, what: str) -> int:
    """Return an integer.

    Raises:
        TrajectoryError: If the text isn't an integer of 64 bits.
    """
    word = text.strip()
    try:
        # Python also accepts `1_000`.
        value = int("_" if "_" in word or len(word) > _SHOWN else word)
    except ValueError as error:
        raise TrajectoryError(f"`{what}`: expected an integer, got `{word[:_SHOWN]}`") from error
    if abs(value) >= 2**63:
        raise TrajectoryError(f"`{what}`: expected an integer of 64 bits, got `{word}`")
    return value


def positive_of(element: Any, attribute: str) -> int:
    """Return an attribute that is a positive integer; 1 if it isn't given.

    Raises:
        TrajectoryError: If it isn't a positive integer.
    """
    value = integer_of(word_of(element, attribute, "1"), attribute)
    if value < 1:
        raise TrajectoryError(f"`{attribute}`: expected at least 1, got {value}")
    return value


def integers_of(element: Any) -> list[int]:
    """Return the integers of an array such as `[ 1, 4 ]`; none without the element.

    Raises:
        TrajectoryError: If a word isn't an integer.
    """
    return [integer_of(word, element.tag) for word in _items(element)]


def quantity_of(element: Any, units: Units, default: float | None = None, positive: bool = False) -> float | None:
    """Return a number with a unit, converted to Tumble's units.

    Args:
        element: The element; None if missing.
        units: Allowed units.
        default: Value of a missing or empty element, in atomic units.
        positive: Whether it must be above 0.

    Raises:
        TrajectoryError: If it isn't a finite number, or the unit is unknown.
    """
    if element is None or not (element.text or "").strip():
        return None if default is None else default * factor(units, None, "default")
    word = element.text.strip()
    try:
        number = float("_" if "_" in word else word)
    except ValueError as error:
        raise TrajectoryError(f"`{element.tag}`: expected a number, got `{word[:_SHOWN]}`") from error
    number *= factor(units, element.get("units"), element.tag)
    if not math.isfinite(number) or (positive and number <= 0):
        kind = "positive" if positive else "finite"
        raise TrajectoryError(f"`{element.tag}`: expected a {kind} number, got `{word[:_SHOWN]}`")
    return number


def _items(element: Any) -> list[str]:
    text = "" if element is None else element.text or ""
    return [word for word in text.strip("[] \t\n").split(",") if word.strip()]
