"""Limits on the numbers of an audit, for its exit status."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tumble.audit.registry import measures
from tumble.audit.results import Audit
from tumble.errors import ConfigurationError
from tumble.hints import nearest_name


def parse_limits(texts: Sequence[str]) -> dict[str, float]:
    """Return limits by the name of the measure, in its unit.

    Args:
        texts: Each `NAME=VALUE`, or several of them with commas.

    Raises:
        ConfigurationError: If a name is unknown or given twice, or a value isn't a number from 0.
    """
    known = [measure.name for measure in measures()]
    limits: dict[str, float] = {}
    for word in (word.strip() for text in texts for word in text.split(",")):
        name, equals, value = (part.strip() for part in word.partition("="))
        if not (name and equals):
            raise ConfigurationError(f"`fail-above`: expected NAME=VALUE, got `{word}`")
        if name not in known:
            hint = nearest_name(name, known, "names")
            raise ConfigurationError(f"`fail-above`: expected the name of a number, got `{name}`{hint}")
        if name in limits:
            raise ConfigurationError(f"`fail-above`: expected each name once, got `{name}` twice")
        limits[name] = _number(name, value)
    return limits


def exceeded(audit: Audit, limits: Mapping[str, float]) -> list[str]:
    """Return a sentence for each limit that a number exceeds, or that can't be judged."""
    sentences = []
    for name, limit in limits.items():
        result = audit.result(name)
        if result is None:
            sentences.append(f"{name}: not measured, so it can't be compared with {limit:g}")
        elif result.value > limit:
            sentences.append(f"{name}: {result.value:.4g} is above {limit:g} {result.measure.quantity.unit}")
    return sentences


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise ConfigurationError(f"`fail-above`: expected a number from 0 for `{name}`, got `{value}`")
    return number
