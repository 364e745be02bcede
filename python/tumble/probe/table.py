"""The results of a probe as text, in meV, meV/Å and meV/rad."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from tumble.counted import counted
from tumble.probe.results import Probe, SetErrors
from tumble.probe.spectrum import Spectrum

_MILLI = 1e3


def format_probe(result: Probe) -> str:
    """Return the results as human-readable tables."""
    reference = result.reference
    lines = [
        f"{result.model} on {result.frames}: {counted(result.structures, 'structure')}, "
        f"{counted(result.atoms, 'atom')}",
        f"differences from {reference.name}: {reference.evaluations} evaluations, exact to degree {reference.degree}",
        f"  turned by a random rotation it differs by {_MILLI * reference.energy_difference:.2g} meV and "
        f"{_MILLI * reference.forces_difference:.2g} meV/Å rms on the first structure",
        "",
        *_errors_table([*result.sets, *result.random]),
    ]
    if result.spectrum is not None:
        lines += ["", *_spectrum_table(result.spectrum)]
    return "\n".join(lines)


def _errors_table(rows: Iterable[SetErrors]) -> Iterator[str]:
    yield f"{'':28}{'':7}{'exact':>6}{'energy':>18}{'energy per atom':>22}{'forces':>28}{'|τ|':>11}"
    yield f"{'':28}{'evalu-':>7}{'to':>6}{'meV':>18}{'meV/atom':>22}{'meV/Å':>28}{'meV/rad':>11}"
    yield (
        f"{'set':28}{'ations':>7}{'degree':>7}{'mean':>8}{'rms':>9}{'mean':>9}{'rms':>9}{'':4}"
        f"{'mean':>10}{'rms':>9}{'±':>9}{'rms':>11}"
    )
    for row in rows:
        yield (
            f"{row.name:28}{row.evaluations:7}{row.degree:7}{_number(row.energy.mean, 8)}{_number(row.energy.rms, 9)}"
            f"{_number(row.energy_per_atom.mean, 9)}{_number(row.energy_per_atom.rms, 9)}{'':4}"
            f"{_number(row.forces.mean, 10)}{_number(row.forces.rms, 9)}{_number(row.forces.rms_error, 9)}"
            f"{_number(None if row.torque is None else row.torque.rms, 11)}"
        )


def _spectrum_table(spectrum: Spectrum) -> Iterator[str]:
    total = spectrum.even_total + spectrum.odd_total
    yield (
        f"spectrum of the energy over rotations, quadrature of {spectrum.evaluations} evaluations exact to degree "
        f"{spectrum.quadrature_degree}"
    )
    yield f"{'':4}{'even under inversion':>24}{'odd under inversion':>24}"
    yield f"{'l':>4}{'rms/meV':>16}{'share':>8}{'rms/meV':>16}{'share':>8}"
    for l, (even, odd) in enumerate(zip(spectrum.even, spectrum.odd, strict=True)):  # noqa: E741
        first = f"{'(the mean)':>24}" if l == 0 else _power(even, total)
        yield f"{l:4}{first}{_power(odd, total)}"
    highest = len(spectrum.even) - 1
    yield f"rest{_power(max(spectrum.rest, 0.0), total)}  beyond l = {highest}, even and odd"
    yield f"all {_power(total, total)}"
    yield (
        f"A power of degree l is exact if the energy has none above {spectrum.quadrature_degree} - l; "
        "what there is above is partly counted in lower degrees."
    )


def _power(power: float, total: float) -> str:
    share = power / total if total > 0.0 else 0.0
    return f"{_number(float(np.sqrt(power)), 16)}{share:8.1%}"


def _number(value: float | None, width: int) -> str:
    """Return a number in eV as text in meV, in exponential form if it is very small or large."""
    if value is None:
        return f"{'–':>{width}}"
    scaled = _MILLI * value
    if scaled != 0.0 and not 1e-3 <= abs(scaled) < 1e5:
        return f"{scaled:{width}.1e}"
    return f"{scaled:{width}.{1 if abs(scaled) >= 100.0 else 3}f}"
