"""The centroid of ring polymers, and what its motion means.

Ring-polymer molecular dynamics (RPMD), also with a thermostat on the internal modes (TRPMD) or with modes that are
adiabatically separated (CMD), approximates Kubo-transformed correlation functions. Of quantities linear in positions or
momenta they follow from the centroid; of others, in RPMD, from the average of the quantity over beads (Craig and
Manolopoulos, J. Chem. Phys. 121, 3368 (2004)). Path-integral molecular dynamics as such, with a thermostat on the
centroid as well (PILE), samples; its times mean nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tumble.types import Array

_DYNAMICS = (
    "The beads are those of a ring polymer: their dynamics approximates that of the quantum system in RPMD, TRPMD and "
    "CMD only; with a thermostat on the centroid (PILE and others) times mean nothing."
)


def beads_of(ts: Any) -> Array:
    """Positions of the beads of a frame, [P,N,3] in Å; P is 1 unless the frame holds a ring polymer."""
    beads = ts.data.get("beads")
    return np.asarray(ts.positions[None], dtype=np.float64) if beads is None else np.asarray(beads)


def centroid_of(ts: Any) -> Array:
    """Positions of the centroid of a frame, [N,3] in Å; the positions, if it isn't a ring polymer."""
    beads = beads_of(ts)
    return np.asarray(beads.mean(axis=0))


def dynamics_notes(ts: Any) -> tuple[str, ...]:
    """What is to be known of times in a trajectory; nothing if it isn't one of ring polymers."""
    return (_DYNAMICS,) if len(beads_of(ts)) > 1 else ()
