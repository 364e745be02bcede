"""What an analysis was made of, and whether it is still that: all files that were read, all options, the version.

A file counts as the same if it has the size and the time of modification that it had, or else the same content: copies
often lose their times. Files in the folder of the run are known by their names in there, so that a folder may be moved.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from tumble.files import sha256
from tumble.observables.base.settings import Settings
from tumble.registry import find_model
from tumble.runs.run import Run
from tumble.runs.stamp import Stamp
from tumble.study.analysis_file import Analysis
from tumble.version import __version__

_IRRELEVANT = {"jobs"}  # settings that change nothing in a result
_PATHS = ("topology", "trajectory")
_FEW = 3  # files that are named in a message


def files_read(run: Run, settings: Settings) -> list[Path]:
    """Return all files that an analysis of a run reads."""
    trajectory = run.trajectory
    named = [*run.files, *trajectory.positions, *trajectory.velocities, *trajectory.forces]
    if trajectory.topology is not None:
        named.append(trajectory.topology)
    if settings.dipole_model is not None:
        named.append(find_model(settings.dipole_model))
    found = [path for each in named for path in _matches(Path(each))]
    return [path for path in dict.fromkeys(found) if path.is_file()]


def fingerprint(run: Run, settings: Settings, observables: Sequence[str] | None) -> dict[str, Any]:
    """What an analysis depends on, for its provenance; taken before anything is computed.

    Args:
        run: See `tumble.runs.open_run`.
        settings: How it is analyzed.
        observables: Names of what was asked for; None for all.

    Returns:
        `given`: options. `files`: size in bytes, time of modification in ns since 1970 and SHA-256 of each file.
        `positions`: names of those that have the positions.

    Raises:
        OSError: If a file can't be read.
    """
    files = {}
    for path in files_read(run, settings):
        now = Stamp.of_file(path)
        stamp = run.stamps.get(path, now)
        # What was added after it was read isn't in the results, so its content isn't theirs.
        files[_name(path, run.folder)] = asdict(stamp) | {"sha256": sha256(path) if stamp == now else None}
    asked = None if observables is None else list(observables)
    positions = [_name(path, run.folder) for each in run.trajectory.positions for path in _matches(Path(each))]
    given = _portable(run.given, run.folder) | {"observables": asked}
    return {"given": given, "files": files, "positions": [name for name in positions if name in files]}


def stored_options(analysis: Analysis, folder: Path) -> tuple[dict[str, Any], Settings]:
    """With which arguments of `open_run`, for a run in this folder, and with which settings an analysis was made."""
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
    """Return the files of an analysis of a run in this folder that aren't there any more."""
    return [name for name in analysis.provenance.get("files") or () if not (folder / name).exists()]


def why_stale(analysis: Analysis, folder: Path, now: Iterable[Path] | None = None) -> str:
    """Why an analysis isn't that of the run in this folder any more; nothing if it is.

    Args:
        analysis: As it is stored.
        folder: Of the run.
        now: Files that an analysis would read now; None to look at those alone that it did read.
    """
    provenance = analysis.provenance
    version = (provenance.get("versions") or {}).get("tumble")
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
        return f"{_listed(added)} came since it was analyzed"
    return f"{_listed(left)} isn't read any more" if left else ""


def _is_same(path: Path, known: Mapping[str, Any]) -> bool:
    """Return whether a file is the one that was read; one that is gone isn't."""
    if not path.is_file():
        return False
    now, before = Stamp.of_file(path), Stamp(known.get("size", -1), known.get("modified_ns", -1))
    return now == before or (now.size == before.size and sha256(path) == known.get("sha256"))


def _matches(path: Path) -> list[Path]:
    if not glob.has_magic(str(path)) or path.exists():
        return [path]
    return [Path(each) for each in sorted(glob.glob(str(path)))]


def _name(path: Path, folder: Path) -> str:
    """Return a file by its name in the folder, or by its whole path if it is elsewhere."""
    path, folder = path.absolute(), folder.absolute()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _portable(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the arguments of `open_run` as in JSON, with files as by `_name`."""
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
