"""CHGNet's calculators of the weights in its package, for `--calculator benchmarks.audit_chgnet:NAME` in the root.

CHGNet's own class is a factory, too (`chgnet.model.dynamics:CHGNetCalculator`), but takes periodic structures alone.
These put a molecule into a box so large that nothing interacts with its images.
"""

from __future__ import annotations

from typing import Any

from ase import Atoms
from chgnet.model import CHGNet
from chgnet.model.dynamics import CHGNetCalculator

VACUUM = 10.0  # Å on each side; the cutoff is 6 Å


class Boxed(CHGNetCalculator):
    def calculate(self, atoms: Atoms | None = None, *arguments: Any, **named: Any) -> None:
        if atoms is not None and not atoms.pbc.any():
            atoms = atoms.copy()
            atoms.center(vacuum=VACUUM)
            atoms.pbc = True
        super().calculate(atoms, *arguments, **named)


def chgnet() -> Boxed:
    return Boxed(CHGNet.load(use_device="cpu", verbose=False), use_device="cpu", on_isolated_atoms="ignore")


def chgnet_r2scan() -> Boxed:
    model = CHGNet.load(model_name="r2scan", use_device="cpu", verbose=False)
    return Boxed(model, use_device="cpu", on_isolated_atoms="ignore")
