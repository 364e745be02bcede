"""Rendering of the templates of inputs and of the README."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent / "templates"
_WIDTH = 120


def render(template: str, **content: Any) -> str:
    """Return the text of a template.

    Args:
        template: Path below `templates/`.
        content: Values of the variables of the template.
    """
    return _environment().get_template(template).render(**content)


def decimal(value: float) -> str:
    """Return a number for an input, with a decimal point where one digit behind it is enough: `300.0`, `0.25`."""
    return f"{value:.1f}" if round(value, 1) == value else f"{value:g}"


def in_comment(text: str) -> str:
    """Return a text for a comment in XML, which must not contain two hyphens in a row: options lose theirs."""
    return re.sub("--+", "", text)


def wrapped(text: str, prefix: str = "", first: str | None = None) -> str:
    """Return a paragraph in lines, each after a prefix.

    Args:
        text: Sentences.
        prefix: Beginning of each line.
        first: Beginning of the first line, if it differs.
    """
    return textwrap.fill(
        text,
        width=_WIDTH,
        initial_indent=prefix if first is None else first,
        subsequent_indent=prefix,
        break_long_words=False,
        break_on_hyphens=False,
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=False,  # the texts are for engines, not for browsers
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrapped"] = wrapped
    environment.filters["in_comment"] = in_comment
    return environment
