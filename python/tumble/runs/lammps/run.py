"""Reader of the folder of a LAMMPS run, from its log and dumps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tumble.errors import TrajectoryError
from tumble.runs.lammps.clock import clock_of
from tumble.runs.lammps.columns import EnergyColumns
from tumble.runs.lammps.dumps import LammpsDumps
from tumble.runs.lammps.ensemble import (
    PATH_INTEGRAL,
    damping_of,
    ensemble_of,
    note_on_groups,
    pressure_of,
    temperature_of,
)
from tumble.runs.lammps.log import (
    LOG,
    LammpsLog,
    begins_log,
    read_lammps_log,
)
from tumble.runs.lammps.part import Part, part_of
from tumble.runs.lammps.thermo import thermo_of
from tumble.runs.run import Run
from tumble.runs.run_line import read_run_line
from tumble.units.lammps import STYLES, LammpsUnits

_PARTITIONS = re.compile(r"^Running on \d+ partitions of processors", re.MULTILINE)
_INPUT = 1 << 20  # bytes up to which a file may be an input script
_NOT_ECHOED = (
    "The log doesn't echo the commands of the input, so ensemble, thermostat and dumps are unknown: give "
    "`--trajectory`, and `--temperature` if it matters."
)


def is_lammps_log(path: Path) -> bool:
    """Return whether a file is a log of LAMMPS, by its name or its first line."""
    if not path.is_file():
        return False
    if path.name.startswith("log.") or path.suffix == ".log":
        return True
    return begins_log(path)


def read_lammps_run(
    folder: Path,
    log: Path | None = None,
    name: str | None = None,
    units: str | None = None,
    timestep: float | None = None,
    trajectory: Sequence[Path] | None = None,
) -> Run:
    """Read a run of LAMMPS.

    Settings of the user replace those of the log, with a note.

    Args:
        folder: Folder of the run.
        log: Log of the run, if it isn't `log.lammps` in the folder.
        name: Name for tables; that of the folder if not given.
        units: Style of units, if the user gives it.
        timestep: ps, if the user gives it.
        trajectory: Files that the user gives as its trajectory.

    Raises:
        TrajectoryError: If the log can't be read, is the common log of all partitions, or has units other than `metal`
            and `real`.
    """
    path = folder / LOG if log is None else log
    found = read_lammps_log(path)
    if _PARTITIONS.search(found.text):
        raise TrajectoryError(
            f"`{path}`: expected the log of one partition, got that of all partitions; give `{path.name}.0`, or the "
            "dumps of the beads with `--beads`"
        )
    dumps = LammpsDumps(folder, trajectory)
    part = part_of(found, dumps.are_there, dumps.are_declared)
    factors, unit_notes = _units(path, part, units)
    ensemble, thermostat = _ensemble(part)
    thermo = thermo_of(part, found.atoms, factors, ensemble)
    clock = clock_of(part, thermo.columns, factors.time, timestep)
    columns = thermo.columns if len(clock.time) > 0 else {}
    energies = EnergyColumns(columns, part.settings, thermo.energy, factors.energy)
    torque, symmetry = energies.torque(), energies.symmetry()
    inputs = _inputs(folder)
    said = read_run_line("\n".join(part.settings.messages))
    lammps = {} if part.settings.version is None else {"LAMMPS": part.settings.version}
    return Run(
        name=folder.resolve().name if name is None else name,
        engine="LAMMPS",
        folder=folder,
        trajectory=dumps.trajectory(part, factors.style, bead=ensemble == PATH_INTEGRAL),
        timestep=clock.timestep,
        temperature=temperature_of(part.settings.fixes, columns.get("Temp"), ensemble),
        ensemble=ensemble,
        path_integral=ensemble == PATH_INTEGRAL,  # each log belongs to one bead
        unsampled=None if part.kind in ("run", "rerun") else "its steps have neither a time nor an ensemble",
        thermostat=thermostat,
        damping=_scaled(damping_of(part.settings.fixes), factors.time),
        pressure=_scaled(pressure_of(part.settings.fixes), factors.pressure),
        minimized=any(stage.kind == "minimize" for stage in found.stages),
        periodic=part.periodic,
        time=clock.time if columns else np.empty(0),
        log=columns,
        torque_time=clock.time if torque is not None else np.empty(0),
        torque=torque,
        symmetry_time=clock.time if symmetry else np.empty(0),
        symmetry=symmetry,
        model=said.model,
        symmetrize=said.symmetrize,
        inputs=inputs,
        versions={**lammps, **said.versions},
        n_atoms=found.atoms,
        notes=(
            *_notes(found, part),
            *dumps.note_on_begin(part),
            *dumps.note_on_others(part),
            *unit_notes,
            *clock.notes,
            *thermo.notes,
        ),
        files=(*found.files, *(folder / each for each in inputs)),
    )


def _units(path: Path, part: Part, given: str | None) -> tuple[LammpsUnits, tuple[str, ...]]:
    """Return the units, and a note if the user gives another style than the log."""
    logged = part.settings.units
    style = logged if given is None else given
    if style not in STYLES:
        got = "a log without units; give `--units`" if style is None else f"`units {style}`"
        raise TrajectoryError(f"`{path}`: expected `units metal` or `units real`, got {got}")
    if logged is None or logged == style:
        return STYLES[style], ()
    return STYLES[style], (f"Units are `{style}`, as given; the log has `units {logged}`.",)


def _ensemble(part: Part) -> tuple[str, str | None]:
    """Return the name of the ensemble, and the kind of thermostat (see `Run`)."""
    if not part.dynamics:
        return {"minimize": "minimization"}.get(part.kind, part.kind), None
    return ensemble_of(part.settings.fixes)


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _notes(log: LammpsLog, part: Part) -> tuple[str, ...]:
    notes = (*log.notes, *part.notes, *note_on_groups(part.settings.fixes))
    if not part.settings.echoed:
        notes = (*notes, _NOT_ECHOED)
    if part.stages and not part.dynamics:
        notes = (*notes, f"The log has `{part.kind}` and no dynamics: rows and frames have no times.")
    return notes


def _inputs(folder: Path) -> dict[str, str]:
    """Return the texts of input scripts, found by the usual names; large files may be dumps and are left out."""
    paths = sorted({*folder.glob("*.in"), *folder.glob("in.*"), *folder.glob("*.lmp")})
    small = [path for path in paths if path.is_file() and path.stat().st_size <= _INPUT]
    return {path.name: path.read_text(errors="replace") for path in small}
