"""A folder of an i-PI run: its XML input says what was run and which files it writes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ase.units
import numpy as np

from tumble.analysis.statistics.cells import Array
from tumble.analysis.trajectory_error import TrajectoryError
from tumble.runs.run import Run, Trajectory, continued

# Factors to eV, K, ps and bar from the units that i-PI may name; without a name it writes atomic units.
_ENERGY = {"atomic_unit": ase.units.Hartree, "electronvolt": 1.0, "kelvin": ase.units.kB, "ase": 1.0}
_ENERGY |= {"j/mol": ase.units.J / ase.units.mol, "kj/mol": ase.units.kJ / ase.units.mol}
_ENERGY |= {"cal/mol": 1e-3 * ase.units.kcal / ase.units.mol, "kcal/mol": ase.units.kcal / ase.units.mol}
_TEMPERATURE = {"kelvin": 1.0, "atomic_unit": ase.units.Hartree / ase.units.kB}
_ATOMIC_TIME = ase.units._aut * 1e12  # ps
_TIME = {"picosecond": 1.0, "femtosecond": 1e-3, "second": 1e12, "atomic_unit": _ATOMIC_TIME}
_TIME |= {"ase": 1e-3 / ase.units.fs}
_PRESSURE = {"bar": 1.0, "megapascal": 10.0, "gigapascal": 1e4}
_PRESSURE |= {"atomic_unit": ase.units.Hartree / ase.units.Bohr**3 / ase.units.bar, "atmosphere": 1.01325}

_SAID = re.compile(r"^tumble drive: model (.+?) on .*symmetrize ([^,;\s]+)", re.MULTILINE)
_HEAD = 100_000  # characters of a log, in the first of which a driver introduces itself

_ENERGIES = ("potential", "kinetic_cv", "conserved", "kinetic_md")
_GLOBAL_THERMOSTATS = {"svr"}


def find_ipi_input(folder: Path) -> Path | None:
    """The XML input of i-PI in a folder; None if there is none.

    Raises:
        TrajectoryError: If there are several.
    """
    found = [path for path in sorted(folder.glob("*.xml")) if _root(path) is not None]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise TrajectoryError(f"`{folder}`: expected one input of i-PI, got {names}; name the one that was run")
    return found[0] if found else None


def read_ipi_run(xml: Path, name: str | None = None) -> Run:
    """Reads a run of i-PI.

    Args:
        xml: Its input; the outputs are beside it.
        name: For tables; that of the folder if not given.

    Raises:
        TrajectoryError: If the input isn't one of i-PI, or an output has units that aren't known.
    """
    root = _root(xml)
    if root is None:
        raise TrajectoryError(f"`{xml}`: expected an input of i-PI, with the element `simulation`, got something else")
    folder = xml.parent
    output = root.find("output")
    prefix = "simulation" if output is None else output.get("prefix", "simulation").strip("'\" ")
    timestep = _number(root, ".//dynamics/timestep", _TIME)
    ensemble, thermostat = _ensemble(root)
    beads = root.find(".//system/initialize")
    time, log = _properties(folder, prefix, output, timestep)
    torque_time, torque = _torque(folder, prefix, output, timestep)
    model, symmetrize = _driver(folder)
    return Run(
        name=folder.resolve().name if name is None else name,
        engine="i-PI",
        folder=folder,
        trajectory=_trajectory(folder, prefix, output),
        timestep=timestep,
        temperature=_number(root, ".//ensemble/temperature", _TEMPERATURE),
        ensemble=ensemble,
        beads=1 if beads is None else int(beads.get("nbeads", "1")),
        thermostat=thermostat,
        time=time,
        log=log,
        torque_time=torque_time,
        torque=torque,
        model=model,
        symmetrize=symmetrize,
        inputs={xml.name: xml.read_text(errors="replace")},
        versions=_versions(),
    )


def read_extras(paths: tuple[Path, ...]) -> tuple[Array, Array]:
    """Reads files of extras, one for each bead, such as the frame torque of the driver.

    Args:
        paths: In the order of the beads.

    Returns:
        The steps [U], and the numbers [U,P,K] of P beads, K numbers each.

    Raises:
        TrajectoryError: If something else is in there.
    """
    beads = []
    shared: Array | None = None
    for path in paths:
        text = path.read_text(errors="replace")
        steps = np.array(re.findall(r"Step:\s*(\d+)", text), dtype=np.float64)
        rows = [line.split() for line in text.splitlines() if line.strip() and "#" not in line]
        rows = rows[: len(steps)]
        if rows and len(rows[-1]) != len(rows[0]):
            rows = rows[:-1]  # cut off in the middle
        steps = steps[: len(rows)]
        try:
            numbers = np.array(rows, dtype=np.float64)
        except ValueError as error:
            raise TrajectoryError(f"`{path}`: expected numbers for each step, got {error}") from error
        if numbers.ndim != 2:
            raise TrajectoryError(f"`{path}`: expected extras of i-PI, found none")
        keep = continued(steps)
        beads.append(numbers[keep])
        shared = steps[keep] if shared is None or len(keep) < len(shared) else shared
    if shared is None:
        raise TrajectoryError("`paths`: expected a file for each bead, got none")
    return shared, np.stack([numbers[: len(shared)] for numbers in beads], axis=1)


def _root(xml: Path) -> Any:
    """The element `simulation`; None if the file holds something else."""
    try:
        root = ElementTree.parse(xml).getroot()
    except (ElementTree.ParseError, OSError):
        return None
    return root if root.tag == "simulation" else None


def _number(root: Any, path: str, units: Mapping[str, float]) -> float | None:
    element = root.find(path)
    if element is None or element.text is None:
        return None
    return float(element.text) * _factor(units, element.get("units", "atomic_unit"), path)


def _factor(units: Mapping[str, float], name: str, what: str) -> float:
    name = name.strip()
    for prefix, factor in (("", 1.0), ("milli", 1e-3), ("kilo", 1e3)):
        if name.startswith(prefix) and name.removeprefix(prefix) in units:
            return factor * units[name.removeprefix(prefix)]
    raise TrajectoryError(f"`{what}`: expected one of the units {', '.join(units)}, got `{name}`")


def _ensemble(root: Any) -> tuple[str, str | None]:
    """The ensemble in words, and the kind of thermostat (see `Run`)."""
    dynamics = root.find(".//dynamics")
    if dynamics is None:
        return "unknown", None
    mode = dynamics.get("mode", "nve").strip("'\" ")
    thermostat = dynamics.find("thermostat")
    bath = "" if thermostat is None or mode == "nve" else thermostat.get("mode", "").strip("'\" ")
    kind = "none" if not bath else "global" if bath in _GLOBAL_THERMOSTATS else "local"
    return mode.upper() + (f" ({bath.upper().replace('_', '-')})" if bath else ""), kind


def _trajectory(folder: Path, prefix: str, output: Any) -> Trajectory:
    """That of the beads or, without one, that of the centroid."""
    for names in (("positions", "velocities", "forces"), ("x_centroid", "v_centroid", "f_centroid")):
        positions, velocities, forces = (_files(folder, prefix, output, name) for name in names)
        if positions:
            return Trajectory(positions=positions, velocities=velocities, forces=forces)
    return Trajectory()


def _files(folder: Path, prefix: str, output: Any, quantity: str) -> tuple[Path, ...]:
    """The files of a trajectory of this quantity, in the order of the beads."""
    for element in [] if output is None else output.findall("trajectory"):
        if re.match(rf"\s*{quantity}\s*(\{{|\(|$)", element.text or ""):
            stem = f"{prefix}.{element.get('filename', '').strip()}"
            ending = element.get("format", "xyz").strip("'\" ")
            found = sorted(folder.glob(f"{stem}_*.{ending}")) or sorted(folder.glob(f"{stem}.{ending}"))
            if found:
                return tuple(found)
    return ()


def _properties(folder: Path, prefix: str, output: Any, timestep: float | None) -> tuple[Array, dict[str, Array]]:
    """The columns of the properties file with the most rows."""
    names = [] if output is None else [element.get("filename", "") for element in output.findall("properties")]
    paths = [path for path in (folder / f"{prefix}.{name.strip()}" for name in names) if path.is_file()]
    if not paths:
        return np.empty(0), {}
    path = max(paths, key=lambda each: each.stat().st_size)
    try:
        # Imported here: the package is an optional one.
        from ipi import read_output
    except ImportError as error:
        raise TrajectoryError(
            f"`{path}`: expected the Python package `ipi` to read it; install `tumble[ipi]`"
        ) from error
    try:
        values, info = read_output(str(path))
    except (ValueError, IndexError) as error:
        raise TrajectoryError(f"`{path}`: expected properties of i-PI, got {error}") from error
    columns = {name: np.asarray(column, dtype=np.float64) for name, column in values.items()}
    columns = {name: column[None] if column.ndim == 0 else column for name, column in columns.items()}
    if "step" not in columns:
        raise TrajectoryError(f"`{path}`: expected a column `step`, got {', '.join(columns)}")
    keep = continued(columns["step"])
    columns = {name: column[keep] for name, column in columns.items()}
    log = {name: column * _column_factor(name, info[name][0]) for name, column in columns.items()}
    if "kinetic_md" in log:
        log["kinetic"] = log["kinetic_md"]
    if "pressure_md" in log:
        log["pressure"] = log["pressure_md"]
    steps = columns["step"]
    time = log["time"] if "time" in log else steps * (timestep if timestep is not None else 1.0)
    return time, log


def _column_factor(name: str, unit: str | None) -> float:
    """Factor to the units of `COLUMNS`; other columns stay as they are."""
    stem = name.split("(")[0]
    if stem in _ENERGIES or stem == "kinetic_tens":
        return _factor(_ENERGY, unit or "atomic_unit", name)
    if stem == "temperature":
        return _factor(_TEMPERATURE, unit or "atomic_unit", name)
    if stem == "time":
        return _factor(_TIME, unit or "atomic_unit", name)
    if stem.startswith("pressure"):
        return _factor(_PRESSURE, unit or "atomic_unit", name)
    return 1.0


def _torque(folder: Path, prefix: str, output: Any, timestep: float | None) -> tuple[Array, Array | None]:
    """The frame torque that the driver gave as extras."""
    for element in [] if output is None else output.findall("trajectory"):
        if element.get("extra_type", "").strip() == "torque":
            stem = f"{prefix}.{element.get('filename', '').strip()}_"
            paths = tuple(sorted(path for path in folder.glob(f"{stem}*") if not path.name.startswith("#")))
            if paths and timestep is not None:
                steps, torque = read_extras(paths)
                return steps * timestep, torque
    return np.empty(0), None


def _driver(folder: Path) -> tuple[dict[str, str], str | None]:
    """The model and its rotations, from what `tumble drive` said, if that is in a file *.log beside the outputs."""
    for path in sorted(folder.glob("*.log")):
        with path.open(errors="replace") as file:
            said = _SAID.search(file.read(_HEAD))
        if said is not None:
            return {"name": said.group(1)}, said.group(2)
    return {}, None


def _versions() -> dict[str, str]:
    import importlib.metadata

    try:
        return {"i-PI (installed)": importlib.metadata.version("ipi")}
    except importlib.metadata.PackageNotFoundError:
        return {}
