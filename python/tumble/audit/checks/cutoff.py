"""Smoothness where a pair of atoms passes the cutoff."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement, islice

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import FORCES, Check, Measure, Outcome, Quantity, Value
from tumble.audit.subject import Float
from tumble.errors import NotApplicableError

_PAIRS = 3
_STEPS = np.array([-9.0, -3.0, -1.0, 1.0, 3.0, 9.0])  # around the cutoff, in units of the step
_ROUGH, _FINE = 3e-4, 3e-5  # Å: steps with the noise of float32 and of float64
_NOISE = 1e-9  # eV/Å, between the two
_CURVED = {"energy": 10.0, "forces": 50.0}  # what extrapolation leaves of jumps of derivatives, eV/Å^2 and eV/Å^3
_GAIN = 2.6  # noise of the jump in units of that of y
_FARTHEST = 0.5  # Å: how far an atom is pulled to the cutoff at most


class Cutoff(Check):
    """Jumps when one atom is pulled along the line to another, so that their distance passes the cutoff.

    With y at -3h, -h, h and 3h from the cutoff, J(h) is y(h) - y(-h) minus the mean of the changes on both sides. A
    jump of the second derivative, which is no fault, adds a multiple of h^2; so the jump is (9 J(h) - J(3h)) / 8. The
    force between two atoms in a learned model can bend by 700 eV/Å^3 there.
    """

    name = "cutoff"
    title = "Smoothness at the cutoff"
    meaning = (
        "One atom is pulled along the line to another until their distance passes the cutoff. The numbers are the "
        "largest jumps. A jump of the energy is work out of nothing; jumps of forces make long time steps "
        "unstable."
    )
    measures = (
        Measure("cutoff-energy", Quantity("meV", 1e3), "Largest jump of the energy."),
        Measure("cutoff-forces", FORCES, "Largest jump of a force component."),
    )

    @override
    def run(self, case: Case) -> Outcome:
        cutoff = case.subject.cutoff
        if cutoff is None:
            raise NotApplicableError("the cutoff isn't known; give `--cutoff`")
        step = _ROUGH if case.noise.forces > _NOISE else _FINE
        jumps = []
        for pulled in islice(_pulled(case.atoms, cutoff), _PAIRS):
            found = [case.subject.evaluate(pulled(cutoff + place * step)) for place in _STEPS]
            energy = abs(_jump(np.array([each.energies[0] for each in found])))
            forces = np.abs(_jump(np.array([each.forces[0] for each in found]))).max()
            jumps.append((float(energy), float(forces)))
        energies, forces_found = zip(*jumps, strict=True)
        root, largest = _GAIN, np.sqrt(2.0 * np.log(3 * len(case.atoms) * len(jumps)))
        return Outcome(
            {
                "cutoff-energy": Value(
                    max(energies), float(np.hypot(root * case.noise.energy, _CURVED["energy"] * step**2))
                ),
                "cutoff-forces": Value(
                    max(forces_found),
                    float(np.hypot(root * largest * case.noise.forces, _CURVED["forces"] * step**2)),
                ),
            }
        )


class _Pulled:
    """A structure in which one atom is moved so that its distance from another is given."""

    def __init__(self, atoms: Atoms, atom: int, vector: Float) -> None:
        self._atoms, self._atom, self._vector = atoms, atom, vector

    def __call__(self, distance: float) -> Atoms:
        copy: Atoms = self._atoms.copy()  # type: ignore[no-untyped-call]
        length = np.linalg.norm(self._vector)
        copy.positions[self._atom] += self._vector * (distance - length) / length
        return copy


def _pulled(atoms: Atoms, cutoff: float) -> Iterator[_Pulled]:
    """Yield the pairs closest to the cutoff; two atoms of each pair of elements if none is close."""
    first, second, lengths, vectors = neighbor_list("ijdD", atoms, cutoff)  # type: ignore[no-untyped-call]
    close = np.flatnonzero((first < second) & (lengths > cutoff - _FARTHEST))
    for pair in close[np.argsort(-lengths[close])]:
        yield _Pulled(atoms, int(second[pair]), vectors[pair])
    if len(close) == 0:
        direction = np.array([0.48, 0.6, 0.64])  # any
        for symbols in combinations_with_replacement(sorted(set(atoms.symbols)), 2):
            yield _Pulled(
                Atoms(list(symbols), [np.zeros(3), cutoff * direction], info=atoms.info), 1, cutoff * direction
            )


def _jump(values: Float) -> Float:
    """Return the jump from values at `_STEPS`, [6, ...]."""
    jump: Float = (9.0 * _apart(*values[1:5]) - _apart(values[0], values[1], values[4], values[5])) / 8.0
    return jump


def _apart(far_below: Float, below: Float, above: Float, far_above: Float) -> Float:
    apart: Float = (above - below) - 0.5 * ((below - far_below) + (far_above - above))
    return apart
