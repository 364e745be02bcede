"""Hints for error messages about unknown names that only Python knows: keys of a configuration, observables.

For names that the core knows, it has hints of its own (`csrc/tumble/base/nearest.h`), since LAMMPS and the driver run
without Python. Those aren't used here, since loading the core takes seconds, which a misspelled word shouldn't cost.
`difflib` measures similarity in another way; a test compares the two on likely slips.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_name(name: str, known: Iterable[str], what: str) -> str:
    """Return the end of an error message with the most similar known name or, if none is similar, all known names.

    Upper and lower case are the same.

    Args:
        name: Unknown name.
        known: Known names.
        what: Plural noun for the known names.
    """
    names = list(known)
    by_lower_case = {known_name.lower(): known_name for known_name in reversed(names)}  # of equals the first
    nearest = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
    if nearest:
        return f"; did you mean `{by_lower_case[nearest[0]]}`?"
    return f"; known {what}: {', '.join(names)}" if names else ""
