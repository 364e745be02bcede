"""Read the provenance of an analysis from JSON and check the kinds of the values that other code uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from tumble.errors import TrajectoryError
from tumble.observables.base.settings import Settings
from tumble.observables.quantities.stored import (
    Read,
    array,
    flag,
    known,
    listed,
    mapping,
    number,
    text,
    texts,
)


def provenance_from(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a provenance from JSON; unknown keys are kept.

    Raises:
        TrajectoryError: If a value is of another kind than `tumble analyze` writes.
    """
    data = dict(data)
    if isinstance(data.get("files"), Mapping):
        # Earlier versions stored only the size.
        data["files"] = {
            name: {"size": file} if isinstance(file, int) else file for name, file in data["files"].items()
        }
    for key, read in _KINDS.items():
        if data.get(key) is not None:
            read(data, key)
    settings = data.get("settings") or {}
    for key, read in _SETTINGS.items():
        if settings.get(key) is not None:
            read(settings, key)
    return data


def _text_values(data: Mapping[str, Any], key: str) -> None:
    for name in mapping(data, key):
        text(data[key], name)


def _number_values(data: Mapping[str, Any], key: str) -> None:
    for name in mapping(data, key):
        number(data[key], name)


def _files(data: Mapping[str, Any], key: str) -> None:
    files = mapping(data, key)
    for name in files:
        file = mapping(files, name)
        number(file, "size")
        if file.get("modified_ns") is not None:
            number(file, "modified_ns")
        if file.get("sha256") is not None:
            text(file, "sha256")


def _number_list(data: Mapping[str, Any], key: str) -> None:
    array(data, key, (-1,))


def _drift(data: Mapping[str, Any], key: str) -> None:
    drift = mapping(data, key)
    columns = mapping(drift, "columns")
    for name in columns:
        text(mapping(columns, name), "what")
        for part in ("until_ps", "sigma"):
            known(columns[name], part)
    known(drift, "until_ps")


def _failures(data: Mapping[str, Any], key: str) -> None:
    failed = mapping(data, key)
    for name in failed:
        failure = mapping(failed, name)
        text(failure, "error")
        if "traceback" in failure:
            text(failure, "traceback")


def _pairs(data: Mapping[str, Any], key: str) -> None:
    if any(len(texts({key: each}, key)) != 2 for each in listed(data, key)):
        raise TrajectoryError(f"a `{key}` that isn't a list of pairs")


def _given(data: Mapping[str, Any], key: str) -> None:
    given = mapping(data, key)
    for name in ("timestep", "temperature"):
        if name in given:
            number(given, name)
    for name in ("topology", "units"):
        if given.get(name) is not None:
            text(given, name)
    for name in ("trajectory", "observables"):
        if given.get(name) is not None:
            texts(given, name)


_KINDS: dict[str, Read] = {
    "engine": text,
    "ensemble": text,
    "temperature_K": number,
    "beads": number,
    "timestep_fs": number,
    "damping_ps": number,
    "pressure_bar": number,
    "length_ps": number,
    "model": _text_values,
    "symmetrize": text,
    "thermostat": text,
    "minimized": flag,
    "atoms": number,
    "box_A": _number_list,
    "versions": _text_values,
    "inputs": _text_values,
    "drift": _drift,
    "files": _files,
    "positions": texts,
    "given": _given,
    "settings": mapping,
    "skipped": _text_values,
    "refused": _text_values,
    "failed": _failures,
    "notes": texts,
}
_READS: dict[Any, Read] = {int: number, float: number, str: text}
_SETTINGS: dict[str, Read] = {
    **{each.name: _READS[kind] for each in fields(Settings) if (kind := each.metadata["option"].get("type")) in _READS},
    "pairs": _pairs,
    "charges": _number_values,
}
