"""The inputs of an analysis (files, options, version of tumble), and whether they have changed since.

A file counts as unchanged if its size and time of modification are the same, or else its content: copies often lose
their times. Files in the folder of the run are stored by their relative names, so the folder may be moved.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from tumble.errors import ModelNotFoundError, SettingError
from tumble.files import sha256
from tumble.observables.base.settings import Settings
from tumble.registry import find_model
from tumble.runs.run import Run
from tumble.runs.stamp import Stamp
from tumble.study.analysis_file import Analysis
from tumble.version import __version__

_IRRELEVANT = {"jobs"}  # settings that don't affect a result
_PATHS = ("topology", "trajectory")
_FEW = 3  # files that are named in a message


def files_read(run: Run, settings: Settings) -> list[Path]:
    """Return all files that an analysis of a run reads.

    Raises:
        SettingError: If there is no such model for dipoles.
    """
    trajectory = run.trajectory
    named = [*run.files, *trajectory.positions, *trajectory.velocities, *trajectory.forces]
    if trajectory.topology is not None:
        named.append(trajectory.topology)
    if settings.dipole_model is not None:
        named.append(_dipole_model(settings.dipole_model))
    found = [path for each in named for path in _matches(Path(each))]
    return [path for path in dict.fromkeys(found) if path.is_file()]


def _dipole_model(name: str) -> Path:
    try:
        return find_model(name)
    except ModelNotFoundError as error:
        raise SettingError("dipole_model", str(error)) from error


def fingerprint(run: Run, settings: Settings, observables: Sequence[str] | None) -> dict[str, Any]:
    """Return the inputs of an analysis for its provenance; to be called before anything is computed.

    Args:
        run: See `tumble.runs.open_run`.
        settings: Settings of the analysis.
        observables: Names of the requested observables; None for all.

    Returns:
        `given`: options. `files`: size in bytes, time of modification in ns since 1970 and SHA-256 of each file.
        `positions`: names of the files that contain the positions.

    Raises:
        SettingError: If there is no such model for dipoles.
        OSError: If a file can't be read.
    """
    files = {}
    for path in files_read(run, settings):
        now = Stamp.of_file(path)
        stamp = run.stamps.get(path, now)
        # If a file has grown since it was read, the digest of its present content would be wrong.
        files[_name(path, run.folder)] = asdict(stamp) | {"sha256": sha256(path) if stamp == now else None}
    requested = None if observables is None else list(observables)
    positions = [_name(path, run.folder) for each in run.trajectory.positions for path in _matches(Path(each))]
    given = _portable(run.given, run.folder) | {"observables": requested}
    return {"given": given, "files": files, "positions": [name for name in positions if name in files]}


def stored_options(analysis: Analysis, folder: Path) -> tuple[dict[str, Any], Settings]:
    """Return the arguments of `open_run`, for a run in this folder, and the settings of a stored analysis."""
    given = {key: value for key, value in analysis.provenance.get("given", {}).items() if key != "observables"}
    for key in _PATHS:
        if given.get(key) is not None:
            one = isinstance(given[key], str)
            paths = [str(folder / each) for each in ([given[key]] if one else given[key])]
            given[key] = paths[0] if one else paths
    known = {field.name for field in fields(Settings)}
    settings = {key: value for key, value in analysis.provenance.get("settings", {}).items() if key in known}
    if settings.get("pairs") is not None:
        settings["pairs"] = tuple((first, second) for first, second in settings["pairs"])
    return given, Settings(**settings)


def same_options(analysis: Analysis, given: Mapping[str, Any], settings: Settings, folder: Path) -> bool:
    """Return whether the analysis of a run in this folder used these arguments of `open_run` and these settings."""
    before, chosen = stored_options(analysis, folder)
    return _portable(before, folder) == _portable(given, folder) and _relevant(chosen) == _relevant(settings)


def files_gone(analysis: Analysis, folder: Path) -> list[str]:
    """Return the files of an analysis of a run in this folder that no longer exist."""
    return [name for name in analysis.provenance.get("files") or () if not (folder / name).exists()]


def why_stale(analysis: Analysis, folder: Path, now: Iterable[Path] | None = None) -> str:
    """Return why a stored analysis no longer matches the run in this folder; empty if it does.

    Args:
        analysis: The stored analysis.
        folder: Folder of the run.
        now: Files that an analysis would read now; None to check only the files that it read.
    """
    provenance = analysis.provenance
    version = analysis.fact("versions", "tumble")
    if version != __version__:
        return f"analyzed by tumble {version}" if version else "analyzed by another version of tumble"
    files = provenance.get("files")
    if not isinstance(files, Mapping) or not all("modified_ns" in each for each in files.values()):
        return "analyzed by an earlier version of tumble"
    changed = [name for name, known in files.items() if not _is_same(folder / name, known)]
    if changed:
        return f"{_listed(changed)} changed since it was analyzed"
    model = provenance.get("model") or {}
    path = Path(model.get("path") or "")
    if model.get("sha256") and path.is_file() and sha256(path) != model["sha256"]:
        return f"`{path}`, the model, changed since it was analyzed"
    if now is None:
        return ""
    names = [_name(path, folder) for path in now]
    added, left = [name for name in names if name not in files], [name for name in files if name not in names]
    if added:
        return f"{_listed(added)} was added since it was analyzed"
    return f"{_listed(left)} is no longer read" if left else ""


def _is_same(path: Path, known: Mapping[str, Any]) -> bool:
    """Return whether a file exists and is unchanged."""
    if not path.is_file():
        return False
    now, before = Stamp.of_file(path), Stamp(known.get("size", -1), known.get("modified_ns", -1))
    return now == before or (now.size == before.size and sha256(path) == known.get("sha256"))


def _matches(path: Path) -> list[Path]:
    if not glob.has_magic(str(path)) or path.exists():
        return [path]
    return [Path(each) for each in sorted(glob.glob(str(path)))]


def _name(path: Path, folder: Path) -> str:
    """Return the name of a file relative to the folder, or its whole path if it is elsewhere."""
    path, folder = path.absolute(), folder.absolute()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _portable(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the arguments of `open_run` for JSON, with the names of files from `_name`."""
    found = dict(given)
    for key in _PATHS:
        value = found.get(key)
        if isinstance(value, list | tuple):
            found[key] = [_name(Path(each), folder) for each in value]
        elif value is not None:
            found[key] = _name(Path(value), folder)
    return {key: value for key, value in found.items() if value not in (None, False)}


def _relevant(settings: Settings) -> Any:
    found = {key: value for key, value in asdict(settings).items() if key not in _IRRELEVANT}
    return json.loads(json.dumps(found))


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _FEW
    return ", ".join(f"`{name}`" for name in names[:_FEW]) + (f" and {more} more" if more > 0 else "")
