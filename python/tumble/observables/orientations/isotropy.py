"""The anisotropy of a distribution of directions, and whether it exceeds chance.

For coefficients a_lm = <Y_lm> of orthonormal harmonics, and the covariance V of their mean
(`tumble.statistics.block_moments`):

    power      W_l = 4 pi (sum_m a_lm^2 - tr V_l),    of degree l, minus the mean contribution of noise
    bias       sqrt(sum_l W_l)

By Parseval's theorem, W_l is the contribution of degree l to the variance, over the sphere, of the density g relative
to the isotropic density. The free energy of a direction, F = -ln g in kT, is 1 - g to first order, so the bias is the
root mean square of F over the sphere, in kT (for F proportional to cos(theta), within 10 % up to 1 kT). Without
anisotropy, W has either sign and is zero on average.

`tumble.statistics.curve_test` tests whether all a_lm are 0. Its statistic is the sum of their squares, so it is equally
sensitive to a bias of the same size in kT for all degrees. The number of independent samples

    N_l = (2l + 1) / (4 pi tr V_l)

is the number of independent isotropic directions whose mean has the same noise; it is larger for higher degrees, whose
correlation time is shorter.
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
    """Powers, bias and test of isotropy from the coefficients of spherical harmonics.

    Attributes:
        degrees: The degrees l, [D].
        powers: W_l, [D].
        power_errors: Half-widths of 68 % intervals, [D].
        bias: kT; 0 if the sum of W is negative.
        bias_error: Distance to the farther end of the 68 % interval, kT; the interval isn't symmetric near 0, so use
            `test` to decide whether there is a bias.
        samples: N_l, [D]; infinite without noise.
        test: Test of a_lm = 0.
        detectable: Bias that the test detects with a probability of 80 %, in kT.
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
    """Return the isotropy of a distribution, or its difference from the distribution of another run.

    Args:
        blocks: Coefficients a_lm, l > 0, of at least 2 independent blocks in the order of time, [B,K].
        degrees: The l of each coefficient, [K].
        reference: Coefficients of another run, [C,K]. If given, the differences are analyzed instead of a_lm: the bias
            is that of the difference of F, and an anisotropy that both runs share, as in a crystal, cancels.
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
    """Return W of coefficients [B,K], or of the difference of two, its error, and 4 pi tr V."""
    samples = [Moments(each) for each in blocks]
    mean = samples[0].mean - samples[1].mean if len(samples) == 2 else samples[0].mean
    square = float(mean @ mean)
    if sum(sample.trace for sample in samples) <= 1e-28 * max(float(sample.mean @ sample.mean) for sample in samples):
        return 4 * np.pi * square, 0.0, 0.0
    noise = noise_of(samples)
    # Variance of |x|^2 for a Gaussian x with mean m, with an unbiased estimate of m V m.
    along = noise.inflation * sum(sample.variance_along(mean) for sample in samples)
    signal = max(along - noise.trace_of_square, 0.0)
    error = np.sqrt(4 * signal + 2 * noise.trace_of_square) * student(1 + max(1, int(noise.freedom)))
    return 4 * np.pi * (square - noise.trace), float(4 * np.pi * error), 4 * np.pi * noise.trace


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
