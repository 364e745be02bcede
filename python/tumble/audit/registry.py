"""The checks, in the order of the page."""

from __future__ import annotations

from collections.abc import Sequence

from tumble.audit.check import Check, Measure
from tumble.audit.checks.batch import Batch
from tumble.audit.checks.cutoff import Cutoff
from tumble.audit.checks.direct import Direct
from tumble.audit.checks.extensivity import Extensivity
from tumble.audit.checks.gradient import Gradient
from tumble.audit.checks.inversion import Inversion
from tumble.audit.checks.isolated import Isolated
from tumble.audit.checks.net import Net
from tumble.audit.checks.permutation import Permutation
from tumble.audit.checks.precision import Precision
from tumble.audit.checks.rotations import Rotations
from tumble.audit.checks.rounding import Rounding
from tumble.audit.checks.spectrum import SpectrumCheck
from tumble.audit.checks.torque import Torque
from tumble.audit.checks.translation import Translation
from tumble.audit.checks.virial import VirialCheck

CHECKS: tuple[type[Check], ...] = (
    Rotations,
    Inversion,
    Torque,
    SpectrumCheck,
    Translation,
    Permutation,
    Gradient,
    VirialCheck,
    Net,
    Direct,
    Cutoff,
    Extensivity,
    Isolated,
    Batch,
    Rounding,
    Precision,
)


def measures() -> Sequence[Measure]:
    """Return the measures of all checks."""
    return [measure for check in CHECKS for measure in check.measures]
