"""What a check finds in an input: a sentence, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad a finding is."""

    ERROR = "error"  # the run won't start, will stop, or gives wrong results
    WARNING = "warning"  # it runs, but results are probably not what was meant
    NOTE = "note"  # worth knowing


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        level: How bad it is.
        text: What is wrong, and what will happen: a sentence without a full stop.
        cure: What to write instead; empty if there is nothing to write.
    """

    level: Level
    text: str
    cure: str = ""


def error(text: str, cure: str = "") -> Finding:
    """Return a finding because of which the run won't start, will stop, or gives wrong results."""
    return Finding(Level.ERROR, text, cure)


def warning(text: str, cure: str = "") -> Finding:
    """Return a finding that probably isn't what was meant."""
    return Finding(Level.WARNING, text, cure)


def note(text: str, cure: str = "") -> Finding:
    """Return a finding that is worth knowing."""
    return Finding(Level.NOTE, text, cure)
