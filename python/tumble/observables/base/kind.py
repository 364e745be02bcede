"""What every observable says of itself: its name and meaning, how it follows from a run, how runs are compared by it.

The command line, the comparison of runs, figures and the report take all of this from here and know no observable by
its name. `tumble.observables.registry` lists the observables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.quantities.quantity import Quantity
from tumble.statistics.curve_test import CurveTest


@dataclass(frozen=True)
class Bias:
    """A number by which two runs are compared where the points of a curve aren't what counts.

    Attributes:
        name: Name, as of a quantity.
        label: Label in tables.
        unit: Unit of the number.
        value: Distance of a run from another run, or from exact symmetry; not negative.
        error: Error of `value`: half-width of the 68 % interval.
        test: Whether it differs from zero.
        detectable: Value that the test detects with a probability of 80 %.
    """

    name: str
    label: str
    unit: str
    value: float
    error: float
    test: CurveTest
    detectable: float


class Kind:
    """What an observable says of itself; the base of all of them.

    Attributes:
        observable: Name, as on the command line, in files and in links.
        title: Heading of its section of a report.
        meaning: Definition in words, for readers of a report.
        symptom: Effect of a broken symmetry, and effects that aren't a symptom.
        settings: Names of the `Settings` that affect this observable but not all observables.
        numbers_by_rotations: Whether a report draws its numbers against the rotations that runs averaged over.
    """

    observable: ClassVar[str]
    title: ClassVar[str]
    meaning: ClassVar[str] = ""
    symptom: ClassVar[str] = ""
    settings: ClassVar[tuple[str, ...]] = ()
    numbers_by_rotations: ClassVar[bool] = False

    @classmethod
    def from_run(cls, run: OpenedRun) -> Plan:
        """Return how the observable follows from a run.

        Raises:
            SettingError: If a setting can't be for this run.
            TrajectoryError: If a file can't be read.
            NotApplicableError: If the run doesn't allow the observable.
        """
        raise NotImplementedError

    @classmethod
    def bias(cls, quantity: Quantity, reference: Quantity | None) -> Bias | None:
        """Return the number by which runs are compared for a quantity; None to compare it point by point.

        Args:
            quantity: Quantity of a run, with blocks.
            reference: The same quantity of the other run, with blocks; None to compare with exact symmetry.
        """
        return None
