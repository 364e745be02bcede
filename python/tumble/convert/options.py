"""Choices between the tasks, heads or outputs of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tumble.errors import ConfigurationError


def chosen_option(name: str, options: Mapping[str, str], known: Sequence[str]) -> str | None:
    """Return the choice of a user among several, the only one, or None if the model has none.

    Args:
        name: Of the option.
        options: The user's choices.
        known: What the model has.

    Raises:
        ConfigurationError: If there are several and none is chosen, or the choice is unknown.
    """
    choice = options.get(name)
    if choice is None and len(known) <= 1:
        return known[0] if known else None
    if choice is None or choice not in known:
        given = "none" if choice is None else f"`{choice}`"
        raise ConfigurationError(
            f"`{name}`: expected one of {', '.join(known) or 'none, as the model has no choice'}, got {given}; "
            f"add `--option {name}=...`"
        )
    return choice
