"""The findings about an input, for the page and for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tumble.ipi_check.finding import Finding, Level

FORMAT = "tumble-ipi-check-1"


@dataclass(frozen=True)
class Answer:
    """What one check found.

    Attributes:
        name, title: Of the check.
        findings: What it found; empty if nothing is wrong.
        left_out: Why it was left out; None if it wasn't.
        system: Number of the system; None if there is one.
    """

    name: str
    title: str
    findings: tuple[Finding, ...]
    left_out: str | None = None
    system: int | None = None


@dataclass(frozen=True)
class Report:
    """What all checks found.

    Attributes:
        input: Path of the input.
        model: Name of the model.
        ipi: Version of i-PI that read it; None without one.
        facts: Sentences about what was read and measured.
        answers: Of the checks, in their order.
    """

    input: str
    model: str
    ipi: str | None
    facts: tuple[str, ...]
    answers: Sequence[Answer]

    def count(self, level: Level) -> int:
        """Return the number of findings of a level."""
        return Counter(finding.level for answer in self.answers for finding in answer.findings)[level]

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return {
            "format": FORMAT,
            "input": self.input,
            "model": self.model,
            "ipi": self.ipi,
            "facts": list(self.facts),
            "errors": self.count(Level.ERROR),
            "warnings": self.count(Level.WARNING),
            "notes": self.count(Level.NOTE),
            "checks": [
                {
                    "name": answer.name,
                    "title": answer.title,
                    "system": answer.system,
                    "left_out": answer.left_out,
                    "findings": [
                        {"level": each.level.value, "text": each.text, "cure": each.cure} for each in answer.findings
                    ],
                }
                for answer in self.answers
            ],
        }
