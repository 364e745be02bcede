"""A folder of a LAMMPS run: what its log says was run, and which dump is the trajectory."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from tumble.analysis.statistics.cells import Array
from tumble.analysis.trajectory_error import TrajectoryError
from tumble.runs.lammps_dumps import trajectory_of
from tumble.runs.lammps_ensemble import ensemble_of, temperature_of
from tumble.runs.lammps_log import Settings, read_lammps_log
from tumble.runs.lammps_thermo import UNITS, thermo_of, timestep_of
from tumble.runs.run import Run

LOG = "log.lammps"


def read_lammps_run(
    folder: Path,
    log: Path | None = None,
    name: str | None = None,
    units: str | None = None,
    timestep: float | None = None,
) -> Run:
    """Reads a run of LAMMPS.

    Args:
        folder: Its folder.
        log: Its log, if it isn't `log.lammps` there.
        name: For tables; that of the folder if not given.
        units: Style of units, where the log doesn't tell it.
        timestep: ps, where the log doesn't tell it.

    Raises:
        TrajectoryError: If the log can't be read, is that of all partitions, or has units other than `metal`, `real`.
    """
    path = folder / LOG if log is None else log
    found = read_lammps_log(path)
    if "partitions of processors" in found.text:
        raise TrajectoryError(
            f"`{path}`: expected the log of one partition, got that of all; name `{path.name}.0`, or the dumps of the "
            "beads with `--beads`"
        )
    settings = found.stages[-1].settings if found.stages else found.settings
    style = settings.units or units
    if style not in UNITS:
        got = "a log that doesn't tell; give `--units`" if style is None else f"`units {style}`"
        raise TrajectoryError(f"`{path}`: expected `units metal` or `units real`, got {got}")
    ensemble, thermostat = ensemble_of(settings.fixes)
    thermo = thermo_of(found, settings, style, ensemble)
    told = timestep_of(thermo.columns, settings, style)
    timestep = timestep if told is None else told
    columns = thermo.columns if timestep is not None else {}
    time = columns["Step"] * timestep if timestep is not None and "Step" in columns else np.empty(0)
    torque = _torque(settings, columns)
    symmetry = _symmetry(settings, columns)
    inputs = _inputs(folder)
    return Run(
        name=folder.resolve().name if name is None else name,
        engine="LAMMPS",
        folder=folder,
        trajectory=trajectory_of(folder, found, style),
        timestep=timestep,
        temperature=temperature_of(settings.fixes, columns.get("Temp"), ensemble),
        ensemble=ensemble,
        thermostat=thermostat,
        time=time,
        log=columns,
        torque_time=time if torque is not None else np.empty(0),
        torque=torque,
        symmetry_time=time if symmetry else np.empty(0),
        symmetry=symmetry,
        model=_model(found.text),
        symmetrize=_symmetrize(found.text),
        inputs=inputs,
        versions=_versions(found.text),
        notes=thermo.notes,
        files=(path, *(folder / each for each in inputs)),
    )


def _torque(settings: Settings, columns: dict[str, Array]) -> Array | None:
    """The frame torque [T,1,3] of `compute ID all pair tumble`, if thermo output has it."""
    for identity, words in settings.computes.items():
        names = [f"c_{identity}[{index}]" for index in (1, 2, 3)]
        if words[3:5] == ["pair", "tumble"] and all(name in columns for name in names):
            return np.stack([columns[name] for name in names], axis=1)[:, None, :]
    return None


def _symmetry(settings: Settings, columns: dict[str, Array]) -> dict[str, Array]:
    """The columns of `compute ID all tumble/symmetry`."""
    for identity, words in settings.computes.items():
        if words[3:4] != ["tumble/symmetry"]:
            continue
        given = {index: columns.get(f"c_{identity}[{index}]") for index in range(1, 8)}
        found = {"energy_std": given[3], "force_rms": given[4]}
        if given[3] is None:
            found["energy_std"] = columns.get(f"c_{identity}")
        if given[1] is not None and given[2] is not None:
            found["energy_shift"] = given[2] - given[1]
        known = {name: values for name, values in found.items() if values is not None}
        if known:
            return known
    return {}


def _model(text: str) -> dict[str, str]:
    found = re.findall(r"^pair_style tumble: model (.+?) \((.+?)\), ", text, re.MULTILINE)
    return {"name": found[-1][0], "path": found[-1][1]} if found else {}


def _symmetrize(text: str) -> str | None:
    found = re.findall(r"^pair_style tumble: symmetrize (.+?)(?:,.*)?$", text, re.MULTILINE)
    return str(found[-1]) if found else None


def _inputs(folder: Path) -> dict[str, str]:
    """Input scripts, by the names that are usual for them."""
    paths = sorted({*folder.glob("*.in"), *folder.glob("in.*"), *folder.glob("*.lmp")})
    return {path.name: path.read_text(errors="replace") for path in paths}


def _versions(text: str) -> dict[str, str]:
    found = re.search(r"^LAMMPS \((.+)\)", text, re.MULTILINE)
    return {"LAMMPS": found.group(1)} if found else {}
