"""Hints for error messages about unknown names in Python, such as keys of a configuration or observables.

The core has its own hints (`csrc/tumble/base/nearest.h`), since LAMMPS and the driver run without Python. They aren't
used here, since loading the core takes seconds, too long for a misspelled word. `difflib` has another measure of
similarity; a test compares the two on likely misspellings.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_name(name: str, known: Iterable[str], what: str) -> str:
    """Return the end of an error message with the most similar known name or, if none is similar, all known names.

    Case is ignored.

    Args:
        name: Unknown name.
        known: Known names.
        what: Plural noun for the known names.
    """
    names = list(known)
    by_lower_case = {known_name.lower(): known_name for known_name in reversed(names)}  # keeps the first of equal names
    nearest = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
    if nearest:
        return f"; did you mean `{by_lower_case[nearest[0]]}`?"
    return f"; known {what}: {', '.join(names)}" if names else ""
