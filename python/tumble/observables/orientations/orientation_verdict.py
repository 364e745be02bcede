"""What runs are compared by for orientations: the bias of the free energy of directions, in kT."""

from __future__ import annotations

import numpy as np

from tumble.observables.orientations.isotropy import Isotropy, isotropy_of
from tumble.observables.quantities.result import Quantity

PREFIX = "a_"  # of the coefficients that say it


def says_orientation(observable: str, quantity: Quantity) -> bool:
    """Whether a quantity holds coefficients <Y_lm> of a distribution of directions."""
    return observable == "orientation" and quantity.name.startswith(PREFIX) and quantity.blocks is not None


def orientation_bias(quantity: Quantity, reference: Quantity | None) -> Isotropy:
    """How far the distribution is from that of another run, or from the isotropic one.

    Args:
        quantity: Coefficients; their axis holds l(l+1) + m.
        reference: Those of the other run; None for the isotropic distribution.
    """
    degrees = np.sqrt(quantity.axes[0].values).astype(np.intp)
    blocks = np.asarray(quantity.blocks)
    return isotropy_of(blocks, degrees, None if reference is None else np.asarray(reference.blocks))
