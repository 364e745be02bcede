"""Trajectories in memory with velocities, forces and beads, and bodies whose motion is known."""

from __future__ import annotations

from typing import Any

import MDAnalysis
import numpy as np
from MDAnalysis.coordinates.memory import MemoryReader
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]

MASSES = {"H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999}


class MotionReader(MemoryReader):
    """A reader of beads [T,P,N,3] with what goes with them; a copy has them, too."""

    def __init__(
        self,
        beads: Array,
        *,
        bead_velocities: Array | None = None,
        bead_forces: Array | None = None,
        **arguments: Any,
    ) -> None:
        self._of_beads = {"beads": beads, "bead_velocities": bead_velocities, "bead_forces": bead_forces}
        self._arguments = arguments
        super().__init__(beads.mean(axis=1).astype(np.float32), **arguments)

    def _read_next_timestep(self, ts: Any = None) -> Any:
        ts = super()._read_next_timestep(ts)
        for name, values in self._of_beads.items():
            if values is not None and (name != "beads" or values.shape[1] > 1):
                ts.data[name] = values[ts.frame]
        return ts

    def copy(self) -> MotionReader:
        others = {name: values for name, values in self._of_beads.items() if name != "beads"}
        return MotionReader(self._of_beads["beads"], **others, **self._arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self._of_beads, self._arguments)


def _made(of_beads: dict[str, Any], arguments: dict[str, Any]) -> MotionReader:
    others = {name: values for name, values in of_beads.items() if name != "beads"}
    return MotionReader(of_beads["beads"], **others, **arguments)


def motion(
    elements: str | list[str],
    positions: Array,
    *,
    velocities: Array | None = None,
    forces: Array | None = None,
    dimensions: Array | None = None,
    step: float = 0.001,
) -> MDAnalysis.Universe:
    """A trajectory of positions [T,N,3] or, of beads, [T,P,N,3]; the others are of the same shape.

    Lengths in Å, times in ps, velocities in Å/ps, forces in kJ/(mol Å).
    """
    names = list(elements)
    made = MDAnalysis.Universe.empty(len(names), trajectory=True)
    made.add_TopologyAttr("elements", names)
    made.add_TopologyAttr("masses", [MASSES[name] for name in names])
    shape = (len(positions), -1, len(names), 3)
    more = {"bead_velocities": velocities, "bead_forces": forces}
    reshaped = {name: values.reshape(shape) for name, values in more.items() if values is not None}
    made.trajectory = MotionReader(positions.reshape(shape), dimensions=dimensions, dt=step, **reshaped)
    return made


def masses_of(elements: str | list[str]) -> Array:
    return np.array([MASSES[name] for name in elements])


def centered(shape: Array, masses: Array) -> Array:
    return np.asarray(shape - masses @ shape / masses.sum())


def ammonia() -> tuple[str, Array]:
    """Elements and positions of a symmetric top about its center of mass, axis along z."""
    corners = 0.94 * np.array([[1, 0, 0], [-0.5, 0.75**0.5, 0], [-0.5, -(0.75**0.5), 0]])
    shape = np.vstack([[0, 0, 0.38], corners])
    return "NHHH", centered(shape, masses_of("NHHH"))


def water() -> tuple[str, Array]:
    """Elements and positions of a molecule about its center of mass, in the xz plane."""
    shape = np.array([[0.0, 0.0, 0.0], [0.76, 0.0, 0.59], [-0.76, 0.0, 0.59]])
    return "OHH", centered(shape, masses_of("OHH"))


def free_symmetric_top(
    shape: Array, masses: Array, momentum: float, tilt: float, times: Array
) -> tuple[Array, Array, Array]:
    """Free rotation of a symmetric top with L along z: positions, velocities [T,N,3] and rotations [T,3,3].

    The axis of the top precesses about L at L / I_1, and the top spins about its axis at (1/I_3 - 1/I_1) L cos(tilt)
    (Landau and Lifshitz, Mechanics, section 33).

    Args:
        shape: Principal axes along x, y and z, the axis of the top along z.
        masses: [N].
        momentum: |L| in amu Å²/ps.
        tilt: Angle between the axis of the top and L, rad.
        times: [T] in ps.
    """
    across = float(masses @ (shape[:, 1] ** 2 + shape[:, 2] ** 2))
    along = float(masses @ (shape[:, 0] ** 2 + shape[:, 1] ** 2))
    angles = np.column_stack(
        [
            momentum / across * times,
            np.full(len(times), tilt),
            momentum * np.cos(tilt) * (1 / along - 1 / across) * times,
        ]
    )
    rotations = Rotation.from_euler("ZXZ", angles).as_matrix()
    positions = np.einsum("tab,nb->tna", rotations, shape)
    inertia = np.diag([across, across, along])
    inverse = np.einsum("tab,bc,tdc->tad", rotations, np.linalg.inv(inertia), rotations)
    turning = inverse @ np.array([0.0, 0.0, momentum])
    return positions, np.cross(turning[:, None, :], positions), rotations
