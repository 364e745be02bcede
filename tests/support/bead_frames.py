"""Frames of ring polymers from memory, and ring polymers whose distribution is known."""

from __future__ import annotations

from typing import Any

import MDAnalysis
import numpy as np
import scipy.constants
from MDAnalysis.coordinates.memory import MemoryReader
from numpy.typing import NDArray

Array = NDArray[np.float64]


class BeadFrames(MemoryReader):
    """Frames [T,P,N,3] in Å, with forces of the same shape in kJ/(mol Å) if there are any; 1 ps apart."""

    format = "TESTBEADS"

    def __init__(self, beads: Array, forces: Array | None = None, **arguments: Any) -> None:
        self._beads, self._bead_forces = np.asarray(beads), forces
        super().__init__(self._beads.mean(axis=1), **arguments)

    def _read_next_timestep(self, ts: Any = None) -> Any:
        found = super()._read_next_timestep(ts)
        found.data["beads"] = self._beads[found.frame]
        if self._bead_forces is not None:
            found.data["bead_forces"] = self._bead_forces[found.frame]
        return found


def bead_universe(beads: Array, symbols: str, forces: Array | None = None, box: Any = None) -> MDAnalysis.Universe:
    """A Universe of such frames; `box` holds edges (Å) and angles (degrees)."""
    made = MDAnalysis.Universe.empty(len(symbols), trajectory=True)
    made.add_TopologyAttr("elements", list(symbols))
    made.trajectory = BeadFrames(beads, forces, dimensions=box)
    return made


def thermal_length_squared(mass: float, temperature: float) -> float:
    """beta hbar^2 / m in Å², of a mass in u at a temperature in K."""
    energy = scipy.constants.k * temperature
    return float(scipy.constants.hbar**2 / (energy * mass * scipy.constants.u) * 1e20)


def sample_beads(
    frames: int, beads: int, mass: float, temperature: float, springs: Array, generator: np.random.Generator
) -> Array:
    """Independent ring polymers in harmonic wells, [T,P,3] in Å; free ones have their centroid at the origin.

    Args:
        frames: T.
        beads: P.
        mass: u.
        temperature: K.
        springs: Constants along x, y and z, eV/Å².
        generator: Of random numbers.
    """
    ring = 2 * np.eye(beads) - np.roll(np.eye(beads), 1, axis=0) - np.roll(np.eye(beads), -1, axis=0)
    found = np.empty((frames, beads, 3))
    for axis, spring in enumerate(springs):
        # beta/P times the energy: P / (2 Lambda^2) q (ring) q + beta spring / (2 P) q q, Lambda^2 = beta hbar^2 / m.
        beta = scipy.constants.e / (scipy.constants.k * temperature)
        stiffness = beads / thermal_length_squared(mass, temperature) * ring + beta * spring / beads * np.eye(beads)
        values, modes = np.linalg.eigh(stiffness)
        moving = values > 1e-9 * values.max()
        amplitudes = generator.normal(size=(frames, int(moving.sum()))) / np.sqrt(values[moving])
        found[:, :, axis] = amplitudes @ modes[:, moving].T
    return found
