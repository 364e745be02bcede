"""Means over structures and their error bars, against statistics that are known."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.probe.options import Options
from tumble.probe.records import Record, StructureSpectrum, deviation
from tumble.probe.results import combine

COUNT = 400


@pytest.fixture(scope="module")
def drawn():
    """Errors of energies with a standard deviation of 2, of forces with 0.5; every second structure has 10 atoms."""
    generator = np.random.default_rng(0)
    sizes = [10 if i % 2 == 0 else 1 for i in range(COUNT)]
    energies = 2.0 * generator.standard_normal(COUNT)
    forces = [0.5 * generator.standard_normal((size, 3)) for size in sizes]
    return sizes, energies, forces


@pytest.fixture(scope="module")
def result(drawn):
    records = []
    for i, (size, energy, force) in enumerate(zip(*drawn, strict=True)):
        one = deviation(energy, force, np.array([3.0, 0.0, 4.0]))
        spectrum = StructureSpectrum([0.0, 1.0 + i % 2], [0.5, 0.0], 2.0, 1.0)
        records.append(Record(str(i), size, [one], [], [], spectrum, one if i == 0 else None))
    return combine("m", {}, "f", Options(("none",), "octahedral", 0, 1), records, (3, 24))


def test_means(drawn, result):
    sizes, energies, forces = drawn
    components = np.concatenate(forces)
    (errors,) = result.sets
    assert errors.energy.mean == pytest.approx(np.abs(energies).mean())
    assert errors.energy.rms == pytest.approx(np.sqrt((energies**2).mean()))
    assert errors.energy_per_atom.rms == pytest.approx(np.sqrt(((energies / np.array(sizes)) ** 2).mean()))
    assert errors.forces.mean == pytest.approx(np.abs(components).mean())
    assert errors.forces.rms == pytest.approx(np.sqrt((components**2).mean()))
    assert (errors.torque.mean, errors.torque.rms) == (pytest.approx(5.0), pytest.approx(5.0))
    assert (result.structures, result.atoms) == (COUNT, sum(sizes))
    assert (result.reference.evaluations, result.reference.degree) == (24, 3)


def test_standard_errors(result):
    (errors,) = result.sets
    # Of |x| with x normal: sigma sqrt(1 - 2 / pi) / sqrt(n); of the rms: sigma / sqrt(2 n). 200 resamples give 5 %.
    assert errors.energy.mean_error == pytest.approx(2.0 * np.sqrt((1 - 2 / np.pi) / COUNT), rel=0.2)
    assert errors.energy.rms_error == pytest.approx(2.0 / np.sqrt(2 * COUNT), rel=0.2)
    assert errors.torque.rms_error == pytest.approx(0.0, abs=1e-12)


def test_spectrum_is_the_mean(result):
    assert result.spectrum.even == (0.0, 1.5)
    assert result.spectrum.odd == (0.5, 0.0)
    assert result.spectrum.rest == pytest.approx(3.0 - 2.0)
