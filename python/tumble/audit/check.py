"""What a check is: a question to a potential, asked for one structure at a time, and the numbers that answer it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from tumble.audit.case import Case


class Quantity(NamedTuple):
    """A kind of number.

    Attributes:
        unit: Of the numbers that users see.
        factor: From eV, Å and rad to that unit.
        of_forces: Whether it compares with the forces of the structure.
    """

    unit: str
    factor: float
    of_forces: bool = False


ENERGY = Quantity("meV/atom", 1e3)
FORCES = Quantity("meV/Å", 1e3, of_forces=True)
TORQUE = Quantity("meV/rad", 1e3)
CURL = Quantity("meV/Å²", 1e3)

_FACTOR = 5.0  # noise is estimated from few evaluations


class Value(NamedTuple):
    """A number for one structure.

    Attributes:
        value: In eV, Å and rad, never negative; zero for a potential that obeys the law.
        rounding: What rounding, and the step of a finite difference, alone would give.
    """

    value: float
    rounding: float

    @property
    def exact(self) -> bool:
        """Whether rounding explains it."""
        return self.value <= _FACTOR * self.rounding


@dataclass(frozen=True)
class Measure:
    """A number that a check gives.

    Attributes:
        name: Unique, as users write it.
        quantity: Its kind.
        meaning: One sentence.
        noise: Whether it is the rounding itself, which has no verdict.
    """

    name: str
    quantity: Quantity
    meaning: str
    noise: bool = False


@dataclass(frozen=True)
class Outcome:
    """The answer for one structure.

    Attributes:
        values: By the name of the measure.
        details: Further results, for JSON.
    """

    values: Mapping[str, Value]
    details: Mapping[str, Any] = field(default_factory=dict)


class Check(ABC):
    """A check.

    Attributes:
        name: Unique.
        title: For headings.
        meaning: What it does and what a broken law means for a simulation, in a few sentences.
        measures: The numbers that it gives.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    meaning: ClassVar[str]
    measures: ClassVar[tuple[Measure, ...]]

    @abstractmethod
    def run(self, case: Case) -> Outcome:
        """Return the numbers for one structure.

        Raises:
            NotApplicableError: If the question makes no sense for this potential or structure, with the reason.
            TumbleError: If the potential fails.
        """

    def answer(self, case: Case) -> Outcome:
        """Return the numbers for one structure, which are computed once.

        Raises:
            NotApplicableError, TumbleError: As by `run`.
        """
        found: Outcome = case.shared(self.name, lambda: self.run(case))
        return found

    def lines(self, details: Sequence[Mapping[str, Any]]) -> list[str]:
        """Return lines of the page about the details of the structures; none by default."""
        return []


def energy_and_forces(prefix: str, what: str, *, noise: bool = False) -> tuple[Measure, Measure]:
    """Return the two measures of a check that compares energies and forces.

    Args:
        prefix: Of their names.
        what: Words after "difference of the energy".
        noise: Whether they are the rounding itself.
    """
    return (
        Measure(f"{prefix}-energy", ENERGY, f"Difference of the energy {what}, rms.", noise),
        Measure(f"{prefix}-forces", FORCES, f"Difference of the force components {what}, rms.", noise),
    )
