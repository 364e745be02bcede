"""The elements that a user keeps of a model."""

from __future__ import annotations

from collections.abc import Sequence

from tumble.errors import ConfigurationError


def chosen_elements(elements: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """Return the elements to keep: the user's, or all.

    Args:
        elements: The user's, or None.
        known: All that the model knows.

    Raises:
        ConfigurationError: If one is unknown or given twice.
    """
    if elements is None:
        return list(known)
    for symbol in elements:
        if symbol not in known:
            raise ConfigurationError(f"`elements`: expected some of {', '.join(known)}, got `{symbol}`")
    if len(set(elements)) < len(elements) or not elements:
        raise ConfigurationError(f"`elements`: expected each once, got {', '.join(elements) or 'none'}")
    return list(elements)
