"""Hints for error messages about unknown names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_name(name: str, known: Iterable[str], what: str) -> str:
    """Return the end of an error message with the most similar known name or, if none is similar, all known names.

    Args:
        name: Unknown name.
        known: Known names.
        what: Plural noun for the known names.
    """
    names = list(known)
    nearest = difflib.get_close_matches(name, names, n=1)
    if nearest:
        return f"; did you mean `{nearest[0]}`?"
    return f"; known {what}: {', '.join(names)}" if names else ""
