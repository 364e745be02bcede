"""What a check of an input is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from tumble.ipi_check.case import Case
from tumble.ipi_check.finding import Finding


class Check(ABC):
    """A check.

    Attributes:
        name: Unique.
        title: What it looks at.
        of_dynamics: Whether it only makes sense for molecular dynamics, not for other motions of i-PI.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    of_dynamics: ClassVar[bool] = False

    @abstractmethod
    def run(self, case: Case) -> Iterator[Finding]:
        """Yield what is wrong.

        Raises:
            NotApplicableError: If something that it needs is unknown, with the reason.
            TumbleError: If the model fails.
        """
