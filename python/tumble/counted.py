"""A number with its noun, for texts."""

from __future__ import annotations


def counted(count: float, noun: str) -> str:
    """Return the number and the noun, with an s unless there is one: `1 atom`, `3 atoms`.

    Args:
        count: Whole; one from JSON may be a float.
        noun: Singular.
    """
    return f"{count:.16g} {noun}{'' if count == 1 else 's'}"
