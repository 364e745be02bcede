"""The demonstration from beginning to end."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tumble.analysis import RadialDistribution, open_beads, open_dump, radial_distribution
from tumble.demo import averages, engines, inputs
from tumble.demo.demo_error import DemoError
from tumble.demo.provenance import identify, versions
from tumble.demo.report import Results, write_report
from tumble.demo.runs import Run
from tumble.demo.stages import STAGES

TEMPERATURE = 300.0  # K, as in the inputs
REPORT = "report.html"
RECORD = "demo.json"
CURVES = ("rdf-classical.json", "rdf-path-integral.json")

Tell = Callable[[str], None]


def run_demo(out: Path, *, lengths: Mapping[str, int], model: str, source: Path | None, tell: Tell) -> Path:
    """Runs the simulations, analyses them and writes the report.

    Args:
        out: Folder of the results; what an earlier demonstration left there is replaced.
        lengths: Numbers of time steps, by stage.
        model: Name or path of the model.
        source: Folder of the inputs; None for the ones of the package.
        tell: Called with pieces of text about the progress, newlines included.

    Returns:
        Path of the report.

    Raises:
        DemoError: If a stage fails, or `out` holds something else.
        ModelNotFoundError: If there is no such model.
        TrajectoryError: If a trajectory can't be analysed.
    """
    source = inputs.find_inputs(source)
    identity = identify(model)
    # A name goes to the engines as it is, so that they look it up; a path must be valid in any folder.
    model = str(identity.path) if Path(model).is_file() else model
    folders = _prepare(out)
    tell(f"model {identity.name} ({identity.path}), {engines.threads()} threads; results in {out}\n")

    runs: dict[str, Run] = {}
    for name, stage in STAGES.items():
        with _telling(f"{stage.title}, {lengths[name]} steps", tell):
            runs[name] = stage.run(source, folders[name], model, lengths[name])
    with _telling("O–O radial distribution functions", tell):
        classical = _rdf([_dump(folders, runs)])
        path_integral = _rdf(_beads(folders, runs))
    with _telling("report", tell):
        results = Results(
            model=identity,
            versions=versions(),
            threads=engines.threads(),
            temperature=TEMPERATURE,
            molecule=[runs["lammps-molecule"], runs["ipi-molecule"]],
            liquid=[runs["lammps-liquid"], runs["ipi-liquid"]],
            classical=classical,
            path_integral=path_integral,
            inputs=_texts(out),
        )
        write_report(results, out / REPORT, datetime.now())
        _record(out, results)
    return out / REPORT


def _dump(folders: dict[str, Path], runs: dict[str, Run]) -> Any:
    """Trajectory of the classical liquid."""
    timestep = runs["lammps-liquid"].timestep / 1000
    return open_dump(folders["lammps-liquid"] / "water-liquid.dump", timestep)


def _beads(folders: dict[str, Path], runs: dict[str, Run]) -> list[Any]:
    """Trajectories of the beads of the liquid."""
    timestep = runs["ipi-liquid"].timestep / 1000
    return open_beads(str(folders["ipi-liquid"] / "simulation.pos_*.xyz"), timestep)


def _rdf(beads: list[Any]) -> RadialDistribution:
    start = averages.first_counted(len(beads[0].trajectory))
    return radial_distribution(beads, ("O", "O"), bin_width=0.1, start=start, blocks=averages.BLOCKS)


def _prepare(out: Path) -> dict[str, Path]:
    """Makes the folders of the runs, empty, and gives them by name."""
    if out.is_dir() and any(out.iterdir()) and not (out / RECORD).is_file():
        raise DemoError(
            f"`out`: expected a new folder or one of an earlier demonstration, got `{out}` with other files"
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / RECORD).write_text("{}\n")
    for name in (REPORT, *CURVES):
        (out / name).unlink(missing_ok=True)
    folders = {name: (out / name).resolve() for name in STAGES}
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    return folders


def _texts(out: Path) -> dict[str, str]:
    """The input files as they were run, by name."""
    paths = [path for name in STAGES for path in sorted((out / name).glob("water-*")) if path.suffix in (".in", ".xml")]
    return {f"{path.parent.name}/{path.name}": path.read_text() for path in paths}


def _record(out: Path, results: Results) -> None:
    """Writes the numbers for programs."""
    for name, curve in zip(CURVES, (results.classical, results.path_integral), strict=True):
        (out / name).write_text(curve.to_json() + "\n")
    record = {
        "model": {"name": results.model.name, "sha256": results.model.sha256},
        "versions": results.versions,
        "threads": results.threads,
        "averages": {"skipped": averages.SKIPPED, "blocks": averages.BLOCKS},
        "runs": {f"{run.engine} {run.system}": _numbers(run) for run in [*results.molecule, *results.liquid]},
    }
    (out / RECORD).write_text(json.dumps(record, indent=2) + "\n")


def _numbers(run: Run) -> dict[str, float]:
    """The numbers of a run; each average is followed by its standard error."""
    numbers = {
        "beads": run.beads,
        "steps": run.steps,
        "timestep_fs": run.timestep,
        "seconds": run.seconds,
        "drift_eV_per_molecule_ps": run.drift,
    }
    for name, unit, average in (
        ("temperature", "K", averages.temperature(run)),
        ("torque_rms", "eV_per_rad", averages.torque_rms(run)),
        ("kinetic_energy", "eV_per_molecule", averages.kinetic_energy(run)),
    ):
        if average is not None:
            numbers |= {f"{name}_{unit}": average.mean, f"{name}_error_{unit}": average.error}
    return numbers


@contextmanager
def _telling(name: str, tell: Tell) -> Iterator[None]:
    """Tells the name of what is being done, and its time when it is done."""
    tell(f"  {name} … ")
    start = time.monotonic()
    result = "failed"
    try:
        yield
        result = f"{time.monotonic() - start:.1f} s"
    finally:
        tell(f"{result}\n")
