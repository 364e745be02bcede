"""How far a distribution of directions is from isotropic, and whether that is more than chance.

From coefficients a_lm = <Y_lm>, orthonormal, with the covariance V of their mean
(`tumble.statistics.block_moments`):

    power      W_l = 4 pi (sum_m a_lm^2 - tr V_l),    of degree l, less what noise adds to it on average
    bias       sqrt(sum_l W_l)

By Parseval's theorem W_l is what degree l adds to the variance over the sphere of the density relative to the isotropic
one. The free energy of a direction, F = -ln g in kT, is 1 - g to first order, so the bias is the root mean square of F
over the sphere, in kT (for F proportional to cos(theta), up to 1 kT, within 10 %). Without anisotropy W is zero on
average, negative or positive.

The test is that of `tumble.statistics.curve_test` for all a_lm = 0. Its statistic is the sum of their squares,
so it finds a bias of the same size in kT alike, whatever its degree. The number of independent samples

    N_l = (2l + 1) / (4 pi tr V_l)

is how many independent isotropic directions would make a mean as noisy as this; it is larger for higher degrees, which
forget themselves earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tumble.statistics.block_moments import Moments, noise_of
from tumble.statistics.blocking import student
from tumble.statistics.curve_test import CurveTest, test_equal, test_zero
from tumble.types import Array


@dataclass(frozen=True)
class Isotropy:
    """What coefficients say about isotropy.

    Attributes:
        degrees: Those l that occur, [D].
        powers: W_l, [D].
        power_errors: Half-widths of intervals of 68 %, [D].
        bias: kT; 0 if the sum of W is negative.
        bias_error: To the farther end of an interval of 68 %, kT; it isn't symmetric near 0, and `test` says whether
            there is a bias.
        samples: N_l, [D]; infinite without noise.
        test: Of a_lm = 0.
        detectable: Bias that the test finds with a probability of 80 %, in kT.
    """

    degrees: NDArray[np.intp]
    powers: Array
    power_errors: Array
    bias: float
    bias_error: float
    samples: Array
    test: CurveTest
    detectable: float

    def to_dict(self) -> dict[str, Any]:
        """Return the test and the bias, for JSON."""
        numbers = {
            "bias_kT": self.bias,
            "bias_error_kT": self.bias_error,
            "detectable_kT": self.detectable,
            "statistic": self.test.statistic,
            "p_value": self.test.p_value,
            "sigma": self.test.sigma,
        }
        samples = {str(degree): _number(value) for degree, value in zip(self.degrees, self.samples, strict=True)}
        return {
            **{name: _number(value) for name, value in numbers.items()},
            "degrees_of_freedom": [_number(value) for value in self.test.degrees],
            "independent_samples": samples,
        }


def isotropy_of(blocks: Array, degrees: NDArray[np.intp], reference: Array | None = None) -> Isotropy:
    """Return the isotropy of a distribution, or how far it is from that of another run.

    Args:
        blocks: Coefficients a_lm, l > 0, of independent blocks in the order of time, [B,K], at least 2.
        degrees: The l of each, [K].
        reference: Coefficients of another run, [C,K]. Differences from it are then taken instead of a_lm, so that the
            bias is that of F against the other F, and an anisotropy that both have, such as that of a crystal, is none.
    """
    samples = [blocks] if reference is None else [blocks, reference]
    found = np.unique(degrees)
    parts = [_power([sample[:, degrees == degree] for sample in samples]) for degree in found]
    total, error, _ = _power(samples)
    noise = np.array([part[2] for part in parts])
    test = test_zero(blocks) if reference is None else test_equal(blocks, reference)
    with np.errstate(divide="ignore"):
        independent = np.asarray((2 * found + 1) / noise)
    bias = float(np.sqrt(max(total, 0.0)))
    return Isotropy(
        degrees=found,
        powers=np.array([part[0] for part in parts]),
        power_errors=np.array([part[1] for part in parts]),
        bias=bias,
        bias_error=max(float(np.sqrt(bias**2 + error)) - bias, bias - float(np.sqrt(max(bias**2 - error, 0.0)))),
        samples=independent,
        test=test,
        detectable=float(test.detectable * np.sqrt(4 * np.pi * len(degrees))),
    )


def _power(blocks: list[Array]) -> tuple[float, float, float]:
    """W of coefficients [B,K], or of the difference of two, its error, and 4 pi tr V."""
    samples = [Moments(each) for each in blocks]
    mean = samples[0].mean - samples[1].mean if len(samples) == 2 else samples[0].mean
    square = float(mean @ mean)
    if sum(sample.trace for sample in samples) <= 1e-28 * max(float(sample.mean @ sample.mean) for sample in samples):
        return 4 * np.pi * square, 0.0, 0.0
    noise = noise_of(samples)
    # Variance of |x|^2 for a Gaussian x, with an estimate of m V m for its mean m that has no bias.
    along = noise.inflation * sum(sample.variance_along(mean) for sample in samples)
    signal = max(along - noise.trace_of_square, 0.0)
    error = np.sqrt(4 * signal + 2 * noise.trace_of_square) * student(1 + max(1, int(noise.freedom)))
    return 4 * np.pi * (square - noise.trace), float(4 * np.pi * error), 4 * np.pi * noise.trace


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
