"""The end of an error message about a name that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_name(name: str, known: Iterable[str], what: str) -> str:
    """Return the known name that was probably meant; where none is near, all of them; nothing where there are none.

    Args:
        name: What was given.
        known: What could have been given.
        what: Plural noun for the known names.
    """
    names = list(known)
    nearest = difflib.get_close_matches(name, names, n=1)
    if nearest:
        return f"; did you mean `{nearest[0]}`?"
    return f"; known {what}: {', '.join(names)}" if names else ""
