"""The centroid of ring polymers, and the meaning of its motion.

Ring-polymer molecular dynamics (RPMD) approximates Kubo-transformed correlation functions, as do its variants with a
thermostat on the internal modes (TRPMD) or adiabatically separated modes (CMD). For quantities linear in positions or
momenta these functions follow from the centroid; for other quantities, in RPMD, from the average of the quantity over
beads (Craig and Manolopoulos, J. Chem. Phys. 121, 3368 (2004)). Path-integral molecular dynamics that also has a
thermostat on the centroid (PILE) samples the distribution only; its times have no meaning.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tumble.types import Array

_DYNAMICS = (
    "The trajectory is that of a ring polymer: its dynamics approximates quantum dynamics in RPMD, TRPMD and CMD only; "
    "with a thermostat on the centroid (PILE and others) times have no meaning."
)


def beads_of(ts: Any) -> Array:
    """Return the positions of the beads of a frame, [P,N,3] in Å; P is 1 unless the frame holds a ring polymer."""
    beads = ts.data.get("beads")
    return np.asarray(ts.positions[None], dtype=np.float64) if beads is None else np.asarray(beads)


def dynamics_notes(ts: Any) -> tuple[str, ...]:
    """Return a note on the meaning of times in a trajectory of ring polymers; nothing for other trajectories."""
    return (_DYNAMICS,) if len(beads_of(ts)) > 1 else ()
