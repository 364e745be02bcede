"""Values of checks that compare energies and forces with those in the lab frame."""

from __future__ import annotations

from tumble.accuracy import rms
from tumble.audit.case import Case
from tumble.audit.check import Outcome, Value
from tumble.audit.subject import Float


def compared(prefix: str, case: Case, energies: Float, forces: Float) -> Outcome:
    """Return the rms differences between results that should be those in the lab frame, and these.

    Args:
        prefix: Of the measures.
        case: The structure.
        energies: eV, [K].
        forces: eV/Å, [K, N, 3], in the order of atoms of the structure.
    """
    return outcome(prefix, case, energies - case.energy, forces - case.forces)


def outcome(prefix: str, case: Case, energies: Float, forces: Float) -> Outcome:
    """Return the rms of differences, of energies per atom.

    Args:
        prefix: Of the measures.
        case: The structure.
        energies: Differences of energies, eV, of any shape.
        forces: Differences of forces, eV/Å, of any shape.
    """
    return Outcome(
        {
            f"{prefix}-energy": Value(rms(energies) / len(case.atoms), case.energy_noise),
            f"{prefix}-forces": Value(rms(forces), case.force_noise),
        }
    )
