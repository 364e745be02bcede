"""The results of a probe over all structures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tumble.probe.options import Options, powers_of_two
from tumble.probe.records import Deviation, Record
from tumble.probe.spectrum import Spectrum
from tumble.rotation_sets import RotationSet
from tumble.set_names import INVERSION

Float = NDArray[np.float64]

UNITS = {
    "energy": "eV",
    "energy_per_atom": "eV",
    "forces": "eV/Å",
    "torque": "eV/rad",
    "spectrum": "eV^2",
}
_RESAMPLES = 200  # of a bootstrap, which gives standard errors to 5 %


@dataclass(frozen=True)
class Estimate:
    """Mean and root mean square of an absolute value over structures, with standard errors.

    Attributes:
        mean: Mean.
        rms: Root mean square.
        mean_error: Standard error of `mean` from a bootstrap over structures; None for a single structure.
        rms_error: Standard error of `rms`, found in the same way.
    """

    mean: float
    rms: float
    mean_error: float | None
    rms_error: float | None


@dataclass(frozen=True)
class SetErrors:
    """Errors of one set of rotations.

    Attributes:
        name: Name as given; `random:n` for n random rotations.
        family: `tumble`, `random` or the family of a published grid.
        inversion: Whether improper partners are included.
        evaluations: Number of evaluations of the model for each structure.
        degree: Degree to which the set is exact, computed.
        energy: |E - E_ref| of a structure, eV.
        energy_per_atom: |E - E_ref| divided by the number of atoms, eV.
        forces: |f - f_ref|, with equal weight of all components of all structures, eV/Å.
        torque: |tau| of the averaged potential, eV/rad; None if it is unknown for a structure.
    """

    name: str
    family: str
    inversion: bool
    evaluations: int
    degree: int
    energy: Estimate
    energy_per_atom: Estimate
    forces: Estimate
    torque: Estimate | None


@dataclass(frozen=True)
class Reference:
    """The set with which the others are compared.

    Attributes:
        name: Name as given.
        evaluations: Number of evaluations of the model for each structure.
        degree: Degree to which the set is exact, computed.
        energy_difference: |E - E'| of the first structure, eV, with E' from the same set turned by a random rotation.
        forces_difference: Root mean square of f - f' over the force components of the first structure, eV/Å.
    """

    name: str
    evaluations: int
    degree: int
    energy_difference: float
    forces_difference: float


@dataclass(frozen=True)
class Probe:
    """Results of a probe.

    Attributes:
        model: Name of the model, from its file, or `module:factory` of a calculator.
        provenance: Where the potential comes from, as by `tumble.audit.source.Source.provenance`.
        frames: File of the structures, or a word for them.
        structures: Number of structures.
        atoms: Number of atoms in all structures.
        options: Options of the probe.
        reference: The reference set.
        sets: Errors of each set, in the order of the options.
        random: Errors for n = 1, 2, 4 ... random rotations, without and with improper partners.
        spectrum: Spectrum of the energy, averaged over structures; None if it wasn't requested.
    """

    model: str
    provenance: dict[str, str]
    frames: str
    structures: int
    atoms: int
    options: Options
    reference: Reference
    sets: tuple[SetErrors, ...]
    random: tuple[SetErrors, ...]
    spectrum: Spectrum | None

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON, with units."""
        return {"format": "tumble-probe-1", "units": UNITS} | asdict(self) | {"options": self.options.to_dict()}


def combine(
    model: str,
    provenance: dict[str, str],
    frames: str,
    options: Options,
    records: Sequence[Record],
    quadrature: tuple[int, int],
) -> Probe:
    """Return the results of a probe from the records of structures.

    Args:
        model: Name of the potential.
        provenance: Where it comes from.
        frames: File of the structures, or a word for them.
        options: Options of the probe.
        records: At least one record, in the order of the file, the first with a check.
        quadrature: Degree and number of evaluations of the quadrature for the spectrum.
    """
    summary = _Summary(records)
    sets = []
    for i, name in enumerate(options.sets):
        rotation_set = RotationSet(name, options.seed)
        evaluations, degree = measure(rotation_set)
        found = [record.sets[i] for record in records]
        sets.append(summary.errors(name, rotation_set.family, rotation_set.inversion, evaluations, degree, found))
    evaluations, degree = measure(RotationSet(options.reference, options.seed))
    check = records[0].check
    assert check is not None
    return Probe(
        model=model,
        provenance=provenance,
        frames=frames,
        structures=len(records),
        atoms=sum(record.atoms for record in records),
        options=options,
        reference=Reference(options.reference, evaluations, degree, check.energy, float(np.sqrt(check.forces_square))),
        sets=tuple(sets),
        random=tuple(_random_errors(summary, records, options.random)),
        spectrum=_mean_spectrum(records, quadrature) if options.spectrum > 0 else None,
    )


def measure(rotation_set: RotationSet) -> tuple[int, int]:
    """Return the number of evaluations and the degree of exactness of a set."""
    return int(np.count_nonzero(rotation_set.frames().weights)), rotation_set.exactness()


def _random_errors(summary: _Summary, records: Sequence[Record], most: int) -> Iterator[SetErrors]:
    counts = powers_of_two(most)
    for level, count in enumerate(counts):
        found = [record.random[level] for record in records]
        yield summary.errors(f"random:{count}", "random", False, count, 0, found)
    for level, count in enumerate(counts):
        found = [record.random_inversion[level] for record in records]
        yield summary.errors(f"random:{count}{INVERSION}", "random", True, 2 * count, 0, found)


class _Summary:
    """Means over structures, with a bootstrap that uses the same resampled structures for all of them."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._atoms = np.array([record.atoms for record in records], dtype=np.float64)
        generator = np.random.default_rng(0)
        count = len(records)
        # One row for each resample: the number of times that it contains each structure.
        resamples = _RESAMPLES if count > 1 else 0
        self._multiplicities = [
            np.bincount(generator.integers(count, size=count), minlength=count) for _ in range(resamples)
        ]

    def errors(
        self,
        name: str,
        family: str,
        inversion: bool,
        evaluations: int,
        degree: int,
        found: list[Deviation],
    ) -> SetErrors:
        columns = {key: np.array([getattr(one, key) for one in found]) for key in vars(found[0])}
        known = bool(np.isfinite(columns["torque"]).all())
        each, per_atom = np.ones_like(self._atoms), self._atoms
        return SetErrors(
            name=name,
            family=family,
            inversion=inversion,
            evaluations=evaluations,
            degree=degree,
            energy=self._estimate(columns["energy"], columns["energy_square"], each),
            energy_per_atom=self._estimate(columns["energy"] / per_atom, columns["energy_square"] / per_atom**2, each),
            forces=self._estimate(columns["forces"], columns["forces_square"], per_atom),
            torque=self._estimate(columns["torque"], columns["torque_square"], each) if known else None,
        )

    def _estimate(self, values: Float, squares: Float, weights: Float) -> Estimate:
        def over(multiplicities: Float | NDArray[np.int64]) -> tuple[float, float]:
            total = multiplicities * weights
            return float(total @ values / total.sum()), float(np.sqrt(total @ squares / total.sum()))

        mean, rms = over(np.ones_like(weights))
        if not self._multiplicities:
            return Estimate(mean, rms, None, None)
        spread = np.std([over(row) for row in self._multiplicities], axis=0, ddof=1)
        return Estimate(mean, rms, float(spread[0]), float(spread[1]))


def _mean_spectrum(records: Sequence[Record], quadrature: tuple[int, int]) -> Spectrum:
    spectra = [record.spectrum for record in records if record.spectrum is not None]
    return Spectrum(
        even=tuple(np.mean([one.even for one in spectra], axis=0).tolist()),
        odd=tuple(np.mean([one.odd for one in spectra], axis=0).tolist()),
        even_total=float(np.mean([one.even_total for one in spectra])),
        odd_total=float(np.mean([one.odd_total for one in spectra])),
        quadrature_degree=quadrature[0],
        evaluations=quadrature[1],
    )
