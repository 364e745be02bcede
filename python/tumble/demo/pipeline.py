"""The demonstration from beginning to end."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tumble.analysis import RadialDistribution, open_beads, open_dump, radial_distribution
from tumble.demo import engines, inputs
from tumble.demo.demo_error import DemoError
from tumble.demo.engines import Lengths
from tumble.demo.provenance import identify, versions
from tumble.demo.report import Results, write_report
from tumble.demo.runs import Run, read_ipi, read_lammps

TEMPERATURE = 300.0  # K, as in the inputs
SKIPPED = 0.25  # part of a liquid run that the averages leave out
BLOCKS = 4
REPORT = "report.html"
RECORD = "demo.json"
CURVES = ("rdf-classical.json", "rdf-path-integral.json")
_FOLDERS = ("lammps-molecule", "lammps-liquid", "ipi-molecule", "ipi-liquid")

Tell = Callable[[str], None]


def run_demo(out: Path, *, lengths: Lengths, model: str, source: Path | None, tell: Tell) -> Path:
    """Runs the simulations, analyses them and writes the report.

    Args:
        out: Folder of the results; what an earlier demonstration left there is replaced.
        lengths: Numbers of time steps.
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

    molecule = [
        _lammps_molecule(source, folders["lammps-molecule"], model, lengths, tell),
        _ipi(
            source,
            inputs.IPI_MOLECULE,
            folders["ipi-molecule"],
            model,
            lengths.ipi_molecule,
            "a molecule",
            1,
            tell,
        ),
    ]
    liquid = [
        _lammps_liquid(source, folders["lammps-liquid"], model, lengths, tell),
        _ipi(
            source,
            inputs.IPI_LIQUID,
            folders["ipi-liquid"],
            model,
            lengths.ipi_liquid,
            "64 molecules",
            64,
            tell,
        ),
    ]
    with _stage("O–O radial distribution functions", tell):
        classical, path_integral = _rdfs(folders, liquid)
    with _stage("report", tell):
        results = Results(
            model=identity,
            versions=versions(),
            threads=engines.threads(),
            temperature=TEMPERATURE,
            molecule=molecule,
            liquid=liquid,
            classical=classical,
            path_integral=path_integral,
            skipped=SKIPPED,
            inputs=_texts(out),
        )
        write_report(results, out / REPORT, datetime.now())
        _record(out, results)
    return out / REPORT


def _lammps_molecule(source: Path, folder: Path, model: str, lengths: Lengths, tell: Tell) -> Run:
    with _stage(f"LAMMPS, a molecule, NVE, {lengths.lammps_molecule} steps", tell):
        seconds = engines.run_lammps(source, inputs.LAMMPS_MOLECULE, folder, model, lengths.lammps_molecule)
        return read_lammps(
            folder, system="a molecule", ensemble="NVE", conserved="TotEng", molecules=1, seconds=seconds
        )


def _lammps_liquid(source: Path, folder: Path, model: str, lengths: Lengths, tell: Tell) -> Run:
    with _stage(f"LAMMPS, 64 molecules, NVT, {lengths.lammps_liquid} steps", tell):
        seconds = engines.run_lammps(source, inputs.LAMMPS_LIQUID, folder, model, lengths.lammps_liquid)
        return read_lammps(
            folder,
            system="64 molecules",
            ensemble="NVT (velocity rescaling)",
            conserved="Econserve",
            molecules=64,
            seconds=seconds,
        )


def _ipi(
    source: Path,
    which: inputs.IpiInput,
    folder: Path,
    model: str,
    steps: int,
    system: str,
    molecules: int,
    tell: Tell,
) -> Run:
    with _stage(f"i-PI, {system}, path integral, NVT, {steps} steps", tell):
        seconds = engines.run_ipi(source, which, folder, model, steps)
        return read_ipi(
            folder, system=system, ensemble="NVT (PILE-L)", molecules=molecules, steps=steps, seconds=seconds
        )


def _rdfs(folders: dict[str, Path], liquid: list[Run]) -> tuple[RadialDistribution, RadialDistribution]:
    """Classical and path-integral g(r) of the oxygens."""
    classical, path_integral = liquid
    dump = open_dump(folders["lammps-liquid"] / "water-liquid.dump", classical.timestep / 1000)
    beads = open_beads(str(folders["ipi-liquid"] / "simulation.pos_*.xyz"), path_integral.timestep / 1000)

    def of(universes: list[Any]) -> RadialDistribution:
        start = int(SKIPPED * len(universes[0].trajectory))
        return radial_distribution(universes, ("O", "O"), bin_width=0.1, start=start, blocks=BLOCKS)

    return of([dump]), of(beads)


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
    folders = {name: (out / name).resolve() for name in _FOLDERS}
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    return folders


def _texts(out: Path) -> dict[str, str]:
    """The input files as they were run, by name."""
    paths = [
        path
        for name in _FOLDERS
        for path in sorted((out / name).glob("water-*"))
        if path.suffix in (".in", ".xml")
    ]
    return {f"{path.parent.name}/{path.name}": path.read_text() for path in paths}


def _record(out: Path, results: Results) -> None:
    """Writes the numbers for programs."""
    for name, curve in zip(CURVES, (results.classical, results.path_integral), strict=True):
        (out / name).write_text(curve.to_json() + "\n")
    runs = {
        f"{run.engine} {run.system}": {
            "beads": run.beads,
            "steps": run.steps,
            "timestep_fs": run.timestep,
            "seconds": run.seconds,
            "mean_temperature_K": float(run.temperature.mean()),
            "drift_eV_per_molecule_ps": run.drift,
            "torque_rms_eV_per_rad": run.torque_rms,
        }
        for run in [*results.molecule, *results.liquid]
    }
    model = {"name": results.model.name, "sha256": results.model.sha256}
    record = {"model": model, "versions": results.versions, "threads": results.threads, "runs": runs}
    (out / RECORD).write_text(json.dumps(record, indent=2) + "\n")


@contextmanager
def _stage(name: str, tell: Tell) -> Iterator[None]:
    """Tells the name of a stage, and its time when it is done."""
    tell(f"  {name} … ")
    start = time.monotonic()
    try:
        yield
    except BaseException:
        tell("failed\n")
        raise
    tell(f"{time.monotonic() - start:.1f} s\n")
