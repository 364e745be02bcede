"""All evaluations of one structure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from tumble import _core
from tumble.audit.subject import Subject
from tumble.errors import StructureError
from tumble.grids import lebedev
from tumble.probe.averages import Averages, StructureInFrames
from tumble.probe.frame_union import FrameUnion, unite
from tumble.probe.options import Options
from tumble.probe.random_frames import Doubling, Draw
from tumble.probe.records import Deviation, Record, StructureSpectrum, deviation
from tumble.probe.spectrum import Projector
from tumble.rotation_sets import RotationSet
from tumble.rotations import random_proper_rotations
from tumble.structures import geometry_key

Float = NDArray[np.float64]

_MARGIN = 2  # a quadrature for the spectrum alone is exact to degree 2L plus this


def structure_key(atoms: Atoms) -> str:
    """Return the hash of elements, positions, cell and periodic directions, to the last bit."""
    digest = hashlib.sha256()
    for array in (atoms.numbers, atoms.positions, atoms.cell.array, atoms.pbc):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


class _Frames:
    """All rotations in which a structure is evaluated, except random ones for averages."""

    def __init__(self, options: Options) -> None:
        self._seed = options.seed
        self._sets = [RotationSet(name, options.seed) for name in options.sets]
        self._reference = RotationSet(options.reference, options.seed)
        self.quadrature = quadrature(self._reference, options.spectrum)

    def union(self, key: Sequence[int], check: bool) -> FrameUnion:
        """Return the union of the reference, the sets, the quadrature with its partners, and the turned reference."""
        reference = self._reference.frames(key)
        sets = [reference, *(one.frames(key) for one in self._sets)]
        if self.quadrature is not None:
            sets.append(self.quadrature.with_inversion())
        if check:
            (turn,) = random_proper_rotations(1, self._seed or 0)
            sets.append(_core.Frames(reference.rotations @ turn, reference.weights))
        return unite(sets)


def count_evaluations(options: Options, structures: int) -> int:
    """Return the number of evaluations for some structures; the first is also evaluated with a turned reference."""
    frames, key = _Frames(options), (0, 0, 0, 0)
    first, other = (len(frames.union(key, check).rotations) + 2 * options.random for check in (True, False))
    return first + (structures - 1) * other if structures > 0 else 0


class StructureProbe:
    """Probe of single structures with one potential and the same options.

    Attributes:
        quadrature: Proper rotations for the spectrum; None without a spectrum.
    """

    def __init__(
        self, subject: Subject, options: Options, evaluated: Callable[[int], None] = lambda count: None
    ) -> None:
        """Prepare the sets.

        Args:
            subject: The potential.
            options: Options, already checked.
            evaluated: Called with the number of evaluations since its last call.
        """
        self._subject = subject
        self._options = options
        self._evaluated = evaluated
        self._frames = _Frames(options)
        self.quadrature = self._frames.quadrature
        self._projector = Projector(self.quadrature, options.spectrum) if self.quadrature is not None else None

    def probe(self, atoms: Atoms, check: bool) -> Record:
        """Evaluate a structure in all rotations.

        Args:
            atoms: The structure.
            check: Whether to compare the reference with itself, turned by a random rotation.

        Raises:
            StructureError: If it has no atoms.
            TumbleError: As by `Subject.evaluate`.
        """
        if len(atoms) == 0:
            raise StructureError("expected at least one atom, got none")
        key = geometry_key(atoms)
        view = StructureInFrames(self._subject, atoms, self._evaluated)
        union = self._frames.union(key, check)
        averages = view.averages(union)
        plain, inverted = self._random(view, key, averages)
        return Record(
            key=structure_key(atoms),
            atoms=len(atoms),
            sets=[_between(averages, 1 + i, 0) for i in range(len(self._options.sets))],
            random=plain,
            random_inversion=inverted,
            spectrum=self._spectrum(union, averages),
            check=_between(averages, len(averages.energies) - 1, 0) if check else None,
        )

    def _spectrum(self, union: FrameUnion, averages: Averages) -> StructureSpectrum | None:
        if self._projector is None:
            return None
        nodes = averages.frame_energies[union.places[1 + len(self._options.sets)]]
        # Each rotation is followed by its partner.
        return self._projector.parts(nodes[0::2], nodes[1::2])

    def _random(
        self, view: StructureInFrames, key: list[int], averages: Averages
    ) -> tuple[list[Deviation], list[Deviation]]:
        """Return the deviations for 1, 2, 4 ... random rotations, without and with their improper partners."""
        most = self._options.random
        if most == 0:
            return [], []
        rotations = RotationSet(f"random:{most}", self._options.seed or 0).frames(key).rotations
        pairs = np.stack([rotations, -rotations], axis=1).reshape(-1, 3, 3)
        reference = Draw(averages.energies[0], averages.forces[0], averages.torques[0])
        plain, inverted = Doubling(reference, most), Doubling(reference, most)
        proper: Draw | None = None
        for batch in view.batches(pairs):
            for energy, forces, torque in zip(batch.energies, batch.forces, batch.torques, strict=True):
                draw = Draw(energy, forces, torque)
                if proper is None:
                    proper = draw
                    plain.add(draw)
                else:
                    inverted.add(proper.averaged_with(draw))
                    proper = None
        return plain.deviations(), inverted.deviations()


def quadrature(reference: RotationSet, highest: int) -> _core.Frames | None:
    """Return proper rotations on which degrees up to `highest` are orthogonal; None without a spectrum.

    They are those of the reference, which are evaluated anyway, if its proper rotations are exact to degree 2
    `highest`.

    Args:
        reference: Reference set.
        highest: Highest degree of the spectrum, 0 for none.
    """
    if highest == 0:
        return None
    if not reference.random:
        frames = reference.frames()
        proper = np.linalg.det(frames.rotations) > 0.0
        half = _core.Frames(frames.rotations[proper], frames.weights[proper] / frames.weights[proper].sum())
        if half.exactness(2 * highest) == 2 * highest:
            return half
    return lebedev(2 * highest + _MARGIN)


def _between(averages: Averages, one: int, other: int) -> Deviation:
    return deviation(
        float(averages.energies[one] - averages.energies[other]),
        averages.forces[one] - averages.forces[other],
        averages.torques[one],
    )
