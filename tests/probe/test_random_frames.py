"""Averages over 1, 2, 4 ... draws, against averages taken at once."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.probe.random_frames import Doubling, Draw


@pytest.mark.parametrize("most", [1, 2, 7, 8, 21])
def test_blocks(most):
    generator = np.random.default_rng(most)
    energies, forces, torques = (generator.standard_normal(shape) for shape in ((most,), (most, 4, 3), (most, 3)))
    reference = Draw(0.3, generator.standard_normal((4, 3)), np.zeros(3))
    doubling = Doubling(reference, most)
    for energy, force, torque in zip(energies, forces, torques, strict=True):
        doubling.add(Draw(energy, force, torque))

    found = doubling.deviations()
    sizes = [n for n in (1, 2, 4, 8, 16) if n <= most]
    assert len(found) == len(sizes)
    for size, deviation in zip(sizes, found, strict=True):
        blocks = most // size

        def means(values, size=size, blocks=blocks):
            return values[: blocks * size].reshape(blocks, size, *values.shape[1:]).mean(axis=1)

        energy, force = means(energies) - reference.energy, means(forces) - reference.forces
        torque = np.linalg.norm(means(torques), axis=1)
        expected = [np.abs(energy), energy**2, np.abs(force), force**2, torque, torque**2]
        np.testing.assert_allclose(list(vars(deviation).values()), [values.mean() for values in expected], rtol=1e-12)
