"""The liquid parts of the stability benchmark: 64 molecules of water from `inputs/lammps/water64.data`.

- `nvt`: stochastic velocity rescaling to 300 K. Averages are over the second half of the run.
- `nve`: no thermostat, after an equilibration with one, which is also checked for broken molecules. The drift is the
  slope of the total energy.

Each part has its own initial velocities, so the parts can run at the same time. Errors are one standard error from
blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from blocks import Average, Slope, block_average, block_slope
from lammps.formats import LogFile
from stability_run import EVERY, LOG, SEED, TIMESTEP, Finished, Job
from stability_table import BLOCKS, cost, energy, molecules, row, scaled, torque_rms
from wholeness import Wholeness, watch_molecules

from tumble.analysis import Quantity, Rdf, open_trajectory
from tumble.demo.inputs import LAMMPS_LIQUID, find_inputs

TEMPERATURE = 300  # K

SCRIPT = """\
units         metal
atom_style    atomic
boundary      p p p
read_data     start.data
pair_style    tumble
pair_coeff    * * ${{model}} O H
neighbor      1.0 bin
timestep      {timestep}

compute       tumble all pair tumble
thermo_style  custom step time temp pe ke etotal press c_tumble[1] c_tumble[2] c_tumble[3]
thermo_modify line one format float %.15g flush yes
thermo        {every}

velocity      all create {temperature} {seed} mom yes rot yes dist gaussian
fix           integrate all nve
fix           bath all temp/csvr {temperature} {temperature} 0.05 {seed}
"""

NVT = """\
dump          trajectory all custom {every} nvt.dump id type element xu yu zu
dump_modify   trajectory sort id element O H
run           {steps}
"""

NVE = """\
dump          trajectory all custom {every} nve.dump id type element xu yu zu
dump_modify   trajectory sort id element O H
run           {equilibration}
unfix         bath
run           {steps}
"""
SEEDS = {"nvt": SEED, "nve": SEED + 1}


@dataclass(frozen=True)
class Peak:
    """First peak of g_OO: position in Å, height with its error."""

    position: float
    height: Average


@dataclass(frozen=True)
class LiquidSummary:
    """A part. Temperatures in K, distances in Å, torques in eV/rad, energies in eV per atom."""

    threads: int
    seconds: float
    steps: int
    atoms: int
    molecules: Wholeness
    temperature: Average
    torque_rms: Average
    peak: Peak | None
    drift: Slope | None


def job(name: str, steps: int, equilibration: int) -> Job:
    """Return the LAMMPS script of the part `nvt` or `nve`.

    Raises:
        DemoError: If the inputs are missing.
    """
    script = (SCRIPT + (NVT if name == "nvt" else NVE)).format(
        timestep=TIMESTEP, every=EVERY, temperature=TEMPERATURE, seed=SEEDS[name], steps=steps,
        equilibration=equilibration,
    )  # fmt: skip
    data = (find_inputs(None) / LAMMPS_LIQUID.data).read_text()
    return Job(name, script, data, steps + (equilibration if name == "nve" else 0))


def analyze(name: str, folder: Path, finished: Finished) -> LiquidSummary:
    """Read the output of LAMMPS.

    Raises:
        TrajectoryError: If the trajectory is missing.
    """
    table = LogFile(str(folder / LOG)).runs[-1]
    trajectory = open_trajectory(folder / f"{name}.dump", timestep=TIMESTEP)
    atoms = len(trajectory.atoms)
    start = len(table["Step"]) // 2 if name == "nvt" else 0
    energies = np.array(table["TotEng"]) / atoms
    return LiquidSummary(
        threads=finished.threads,
        seconds=finished.seconds,
        steps=int(table["Step"][-1] - table["Step"][0]),
        atoms=atoms,
        molecules=watch_molecules(trajectory),
        temperature=block_average(np.array(table["Temp"][start:]), BLOCKS),
        torque_rms=torque_rms(table, start),
        peak=first_peak(radial_distribution(trajectory, start)) if name == "nvt" else None,
        drift=block_slope(np.array(table["Time"]), energies, 2 * BLOCKS) if name == "nve" else None,
    )


def radial_distribution(universe: Any, start: int) -> Quantity:
    """Return g(r) of the oxygens."""
    return Rdf(universe, (("O", "O"),), blocks=BLOCKS).run(start=start).result["g_OO"]


def first_peak(g: Quantity) -> Peak:
    """Return the maximum of the parabola through the highest bin and its neighbors."""
    top = int(np.argmax(g.values))
    left, height, right = (float(value) for value in g.values[[top - 1, top, (top + 1) % len(g.values)]])
    shift = 0.5 * (left - right) / (left - 2 * height + right)
    position = g.axes[0].values[top] + shift * (g.axes[0].values[1] - g.axes[0].values[0])
    return Peak(float(position), Average(height - 0.25 * (left - right) * shift, float(g.errors[top])))


def describe(name: str, summary: LiquidSummary, finished: Finished, steps: int) -> str:
    """Return the table.

    Args:
        name: Name of the part.
        summary: Results of the part.
        finished: The run.
        steps: Number of steps of the run, including the equilibration.
    """
    rows = [
        f"{name}: liquid, {summary.atoms} atoms, {cost(finished, steps)}",
        f"{name.upper()}, {summary.steps} steps, {summary.steps * TIMESTEP:g} ps, from {TEMPERATURE} K",
        *molecules(summary.molecules),
        row("mean temperature", summary.temperature, "K", 1),
        row("frame torque, rms", scaled(summary.torque_rms), "meV/rad", 2),
    ]
    if summary.peak is not None:
        rows += [
            row("g_OO, first peak at", summary.peak.position, "Å", 3),
            row("g_OO, first peak's height", summary.peak.height, "", 3),
            "averages over the second half of the run",
        ]
    if summary.drift is not None:
        rows += energy(summary.drift, "atom")
    return "\n".join([*rows, "± is one standard error from blocks"])
