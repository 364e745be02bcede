"""Radial distribution functions g(r) by MDAnalysis, averaged over beads, with errors from blocks.

    g_AB(r) = V / N_pairs * <number of pairs with distance in the shell> / (volume of the shell)

over ordered pairs: N_pairs is N_A N_B for two elements and N_A (N_A - 1) for A = B, where an atom isn't its own
partner, so that g of an ideal gas is 1 for any number of atoms.

Every bead is a configuration of the quantum distribution, so the average over beads of each bead's g(r) is
the path-integral estimator (Tuckerman, Statistical Mechanics, 2010, section 12.3). MDAnalysis' InterRDF
counts nearest images only and lets g(r) decay to zero beyond half the box without a word; here that range is
refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from MDAnalysis.analysis.rdf import InterRDF
from MDAnalysis.lib.mdamath import triclinic_vectors

from tumble.analysis.blocks import Array, block_pieces
from tumble.analysis.trajectory_error import TrajectoryError


@dataclass(frozen=True)
class RadialDistribution:
    """A radial distribution function.

    Attributes:
        pair: The two elements.
        edges: Edges of the bins, [B+1] in Å.
        values: g(r) in each bin, [B], without unit.
        errors: Standard errors of `values` from blocks in time, [B]. They are too small if a block is shorter
            than the time over which the structure forgets itself (about 1 ps in liquid water).
        frames: Number of frames, each of which holds all beads.
        beads: Number of beads; 1 for a classical trajectory.
        blocks: Number of blocks.
    """

    pair: tuple[str, str]
    edges: Array
    values: Array
    errors: Array
    frames: int
    beads: int
    blocks: int

    @property
    def centres(self) -> Array:
        """Middle of each bin, [B] in Å."""
        return 0.5 * (self.edges[:-1] + self.edges[1:])

    def to_json(self) -> str:
        """Everything as JSON, with units."""
        return json.dumps(
            {
                "observable": "rdf",
                "pair": list(self.pair),
                "units": {"r": "angstrom", "g": "1"},
                "r": self.centres.tolist(),
                "g": self.values.tolist(),
                "g_error": self.errors.tolist(),
                "frames": self.frames,
                "beads": self.beads,
                "blocks": self.blocks,
            }
        )


def radial_distribution(
    beads: Sequence[Any],
    pair: tuple[str, str] = ("O", "O"),
    *,
    cutoff: float | None = None,
    bin_width: float = 0.05,
    start: int = 0,
    blocks: int = 4,
) -> RadialDistribution:
    """Radial distribution function of a trajectory.

    Args:
        beads: One `MDAnalysis.Universe` per bead, in step with each other; a list of one for a classical
            trajectory.
        pair: Two elements. Pairs inside a molecule count as well.
        cutoff: Largest distance, Å; without it, as far as the first frame's box allows.
        bin_width: Largest width of a bin, Å.
        start: First frame that counts.
        blocks: Number of consecutive pieces of the trajectory from whose spread the errors follow, at least
            2.

    Raises:
        TrajectoryError: If the range goes beyond half the width of the box, there are fewer frames than
            blocks, an element isn't there, or there is no box.
    """
    frames = len(beads[0].trajectory) - start
    pieces = block_pieces(frames, blocks)
    allowed = _half_width(beads[0].trajectory[start].dimensions)
    # A hair inside, so that rounding in the file or a twitch of the last digit doesn't refuse the default.
    cutoff = 0.9999 * allowed if cutoff is None else cutoff
    bins = (int(np.ceil(cutoff / bin_width)), (0.0, cutoff))
    curves = []
    for piece in pieces:
        first, last = start + piece.start, start + piece.stop
        runs = [_NearestImageRDF(*_groups(bead, pair), bins).run(start=first, stop=last) for bead in beads]
        curves.append(np.mean([run.results.rdf for run in runs], axis=0))
    weights = np.array([piece.stop - piece.start for piece in pieces]) / frames
    return RadialDistribution(
        pair=pair,
        edges=np.asarray(runs[0].results.edges),
        values=np.asarray(weights @ np.array(curves)),
        errors=np.std(curves, axis=0, ddof=1) / np.sqrt(blocks),
        frames=frames,
        beads=len(beads),
        blocks=blocks,
    )


# MDAnalysis has no types, hence the exemption.
class _NearestImageRDF(InterRDF):  # type: ignore[misc]
    """InterRDF that leaves out the pair of an atom with itself, and refuses a range too far for it."""

    def __init__(self, first: Any, second: Any, bins: tuple[int, tuple[float, float]]) -> None:
        nothing_or_self = (1, 1) if first == second else None
        super().__init__(first, second, nbins=bins[0], range=bins[1], exclusion_block=nothing_or_self)

    def _single_frame(self) -> None:
        allowed = _half_width(self._ts.dimensions)
        if self._maxrange > allowed:
            raise TrajectoryError(
                f"`cutoff`: expected at most half the width of the box, {allowed:.3f} Å in frame "
                f"{self._ts.frame}, got {self._maxrange:.3f} Å; beyond it g(r) would lack pairs"
            )
        super()._single_frame()


def _groups(universe: Any, pair: tuple[str, str]) -> tuple[Any, Any]:
    first, second = (universe.select_atoms(f"element {symbol}") for symbol in pair)
    for symbol, group in zip(pair, (first, second), strict=True):
        if len(group) == 0:
            raise TrajectoryError(
                f"`pair`: expected elements of the trajectory, got `{symbol}`, of which it has no atom"
            )
    return first, second


def _half_width(dimensions: Array | None) -> float:
    """Half the smallest distance between opposite faces of the box `dimensions` (Å, degrees), in Å."""
    if dimensions is None or not np.all(np.asarray(dimensions[:3]) > 0):
        raise TrajectoryError("`beads`: expected a periodic box in each frame, got none")
    rows = triclinic_vectors(dimensions).astype(np.float64)
    volume = abs(np.linalg.det(rows))
    areas = np.linalg.norm(np.cross(np.roll(rows, -1, axis=0), np.roll(rows, -2, axis=0)), axis=1)
    return float(0.5 * (volume / areas).min())
