"""Conversion of nested mappings, as read from YAML, to frozen dataclasses.

The annotations of a dataclass give the types. For a type that depends on the value, the annotation is
`Annotated[TYPE, READER]` with a function READER(value, name in messages, folder). An unknown key is an error that names
the most similar known key. File names are relative to a folder.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from tumble.errors import ConfigurationError
from tumble.hints import nearest_name

_T = TypeVar("_T")


def build(cls: type[_T], content: object, folder: Path, where: str = "") -> _T:
    """Return a dataclass from a mapping, with each value converted to the type of its field.

    Args:
        cls: Dataclass. Its fields are strings, numbers, paths, dataclasses, tuples, dictionaries, or None.
        content: Mapping.
        folder: Folder to which file names are relative.
        where: Name of the mapping in messages.

    Raises:
        ConfigurationError: If a key or value is invalid; for an unknown key the message names the most similar known
            one.
    """
    if not isinstance(content, Mapping):
        raise ConfigurationError(
            f"`{where or 'configuration'}`: expected a mapping of keys to values, got {_shown(content)}"
        )
    hints = get_type_hints(cls, include_extras=True)  # also of class variables, which aren't keys
    types = {entry.name: hints[entry.name] for entry in dataclasses.fields(cls)}  # type: ignore[arg-type]  # see below
    values = {}
    for key, value in content.items():
        if key not in types:
            hint = nearest_name(str(key), types, "keys")
            raise ConfigurationError(f"`{where or 'configuration'}`: expected known keys, got `{key}`{hint}")
        values[key] = _typed(value, types[key], f"{where}.{key}" if where else key, folder)
    for entry in dataclasses.fields(cls):  # type: ignore[arg-type]  # every cls here is a dataclass
        required = entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING
        if required and entry.name not in values:
            raise ConfigurationError(f"`{where or 'configuration'}`: expected a key `{entry.name}`, got none")
    try:
        return cls(**values)
    except (ConfigurationError, ValueError) as error:  # the configuration of a model raises ValueError
        raise ConfigurationError(f"`{where}`: {error}" if where else str(error)) from error


def _typed(value: object, kind: Any, where: str, folder: Path) -> object:
    """Return a value converted to the type of a field, including strings such as `1e-3`, a string in YAML."""
    if type(None) in get_args(kind):
        (inner,) = (option for option in get_args(kind) if option is not type(None))
        return None if value is None else _typed(value, inner, where, folder)
    if get_origin(kind) is Annotated:
        return kind.__metadata__[0](value, where, folder)
    if dataclasses.is_dataclass(kind):
        return build(kind, value, folder, where)  # type: ignore[arg-type]  # a class, since it annotates a field
    if get_origin(kind) is dict:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise ConfigurationError(f"`{where}`: expected a mapping of names to values, got {_shown(value)}")
        return {key: _typed(entry, get_args(kind)[1], f"{where}.{key}", folder) for key, entry in value.items()}
    if get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigurationError(f"`{where}`: expected a list, got {_shown(value)}")
        return tuple(_typed(entry, get_args(kind)[0], f"{where}[{k}]", folder) for k, entry in enumerate(value))
    if kind is float:
        return _number(value, where)
    if kind is bool:
        if not isinstance(value, bool):
            raise ConfigurationError(f"`{where}`: expected yes or no, got {_shown(value)}")
        return value
    if kind is int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ConfigurationError(f"`{where}`: expected an integer, got {_shown(value)}")
        return value
    if not isinstance(value, str):
        raise ConfigurationError(f"`{where}`: expected a string, got {_shown(value)}")
    return (folder / value).resolve() if kind is Path else value


def _shown(value: object) -> str:
    """Return the `repr` of a value, shortened: a file of frames may have been given as a configuration by mistake."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _number(value: object, where: str) -> float:
    try:
        number = math.nan if not isinstance(value, int | float | str) or isinstance(value, bool) else float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ConfigurationError(f"`{where}`: expected a finite number, got {_shown(value)}")
    return number
