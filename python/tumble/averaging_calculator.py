"""The common part of the ASE calculators that average over rotations: of a model file, and of any other calculator."""

from __future__ import annotations

from typing import Any

from ase import Atoms
from ase.calculators.calculator import Calculator as AseCalculator
from ase.calculators.calculator import PropertyNotImplementedError

from tumble import _core
from tumble.errors import ConfigurationError


class AveragingCalculator(AseCalculator):
    """A calculator whose options, a set of rotations among them, are fixed when it is made."""

    _symmetrizer: _core.Symmetrizer

    def set(self, **changes: Any) -> dict[str, Any]:
        """Refuse changes, since the options of a calculator are fixed.

        ASE's own `set` would accept any keyword, and the next energy would silently be the old one.

        Args:
            changes: Must be empty, as it is when ASE calls this.

        Raises:
            ConfigurationError: If there is a change.
        """
        if changes:
            raise ConfigurationError(
                f"`{next(iter(changes))}`: expected no change of options, which are fixed when a calculator "
                f"is made; make another, `tumble.{type(self).__name__}(...)`"
            )
        return {}

    @property
    def random_frames(self) -> bool:
        """Whether the rotations are random, so that the energy isn't a smooth function of the positions."""
        return bool(self._symmetrizer.random)


def require_periodic(atoms: Atoms) -> None:
    """Check that a structure has a stress.

    Raises:
        PropertyNotImplementedError: If not all directions are periodic.
    """
    if not atoms.pbc.all():
        raise PropertyNotImplementedError(f"`stress`: expected three periodic directions, got pbc {atoms.pbc.tolist()}")
