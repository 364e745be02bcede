"""The results of an audit over all structures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tumble.accuracy import rms
from tumble.audit.check import Check, Measure, Outcome, Value
from tumble.audit.options import Options

FORMAT = "tumble-check-1"


@dataclass(frozen=True)
class Result:
    """A measure over structures, in its own unit.

    Attributes:
        measure: What it is.
        values: For each structure that has it.
        roundings: What rounding alone would give, for each of them.
        exact: Whether rounding explains all values.
    """

    measure: Measure
    values: tuple[float, ...]
    roundings: tuple[float, ...]
    exact: bool

    @property
    def value(self) -> float:
        """Root mean square over structures."""
        return rms(self.values)

    @property
    def error(self) -> float | None:
        """Standard error of `value`; None for a single structure."""
        squares = np.square(self.values)
        if len(squares) < 2:
            return None
        return float(np.std(squares, ddof=1) / np.sqrt(len(squares)) / (2.0 * self.value)) if self.value > 0.0 else 0.0

    @property
    def rounding(self) -> float:
        """Root mean square of the roundings."""
        return rms(self.roundings)

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return {
            "name": self.measure.name,
            "meaning": self.measure.meaning,
            "unit": self.measure.quantity.unit,
            "value": self.value,
            "error": self.error,
            "largest": max(self.values),
            "rounding": self.rounding,
            "exact": self.exact,
            "noise": self.measure.noise,
            "of_forces": self.measure.quantity.of_forces,
            "values": self.values,
        }


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        name: Of the check.
        title: Of the check.
        meaning: Of the check.
        results: One for each measure that at least one structure has.
        reason: Why it doesn't apply; None if it does for at least one structure.
        failure: The error in which it ended; None if there was none.
        details: Of the structures, as the check returned them.
        lines: Of the page.
    """

    name: str
    title: str
    meaning: str
    results: tuple[Result, ...]
    reason: str | None
    failure: str | None
    details: tuple[Mapping[str, Any], ...]
    lines: tuple[str, ...]

    @property
    def exact(self) -> bool | None:
        """Whether rounding explains all numbers; None if what is missing could show the opposite."""
        if not all(result.exact for result in self.results):
            return False
        return True if self.results and self.failure is None else None

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "meaning": self.meaning,
            "measures": [result.to_dict() for result in self.results],
            "not_applicable": self.reason,
            "failed": self.failure,
            "details": self.details,
            "lines": self.lines,
        }


@dataclass(frozen=True)
class Audit:
    """Results of an audit.

    Attributes:
        subject: Name of the potential.
        kind: `model` or `calculator`.
        properties: Cutoff, precision and so on, as far as they are known.
        frames: File of the structures, or a word for them.
        atoms: Number of atoms of each structure.
        options: Options of the audit.
        force_rms: Root mean square of the force components, eV/Å.
        energy_per_atom: Mean energy per atom, eV.
        evaluations: Number of evaluations.
        symmetry: The exact group, in words.
        findings: In the order of the page.
    """

    subject: str
    kind: str
    properties: Mapping[str, Any]
    frames: str
    atoms: tuple[int, ...]
    options: Options
    force_rms: float
    energy_per_atom: float
    evaluations: int
    symmetry: str
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether a check ended in an error."""
        return any(finding.failure is not None for finding in self.findings)

    def result(self, name: str) -> Result | None:
        """Return the result of a measure; None if no structure has it."""
        found = {result.measure.name: result for finding in self.findings for result in finding.results}
        return found.get(name)

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return {
            "format": FORMAT,
            "subject": self.subject,
            "kind": self.kind,
            **self.properties,
            "frames": self.frames,
            "structures": len(self.atoms),
            "atoms": self.atoms,
            "options": self.options.to_dict(),
            "force_rms": self.force_rms,
            "energy_per_atom": self.energy_per_atom,
            "evaluations": self.evaluations,
            "symmetry": self.symmetry,
            "checks": [finding.to_dict() for finding in self.findings],
        }


def combine(check: Check, outcomes: Sequence[Outcome], reasons: Sequence[str], failure: str | None) -> Finding:
    """Return what a check found over structures.

    Args:
        check: The check.
        outcomes: Of the structures to which it applies.
        reasons: Why it doesn't apply to the others.
        failure: The error in which it ended.
    """
    results = []
    for measure in check.measures:
        values = [outcome.values[measure.name] for outcome in outcomes if measure.name in outcome.values]
        if values:
            results.append(_result(measure, values))
    details = tuple(outcome.details for outcome in outcomes if outcome.details)
    return Finding(
        name=check.name,
        title=check.title,
        meaning=check.meaning,
        results=tuple(results),
        reason=reasons[0] if reasons and not outcomes else None,
        failure=failure,
        details=details,
        lines=tuple(check.lines(details)),
    )


def _result(measure: Measure, values: Sequence[Value]) -> Result:
    factor = measure.quantity.factor
    return Result(
        measure,
        tuple(factor * each.value for each in values),
        tuple(factor * each.rounding for each in values),
        all(each.exact for each in values),
    )
