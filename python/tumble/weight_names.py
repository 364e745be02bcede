"""Names of the weights in a model file: the record `weights.json` in the archive, next to `tumble.json`.

Freezing turns the weights of a network into constants of a program, without their names. The record identifies the
constant of each weight by its numbers:

    {"layers.0.compress.bias": {"shape": [64], "sha256": "..."}, ...}

`sha256` is the hash of the numbers in row-major order and in the byte order of the file (little-endian). It is null if
no constant has these numbers: freezing drops weights without influence. Runs don't use the record.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from os import PathLike, fspath
from typing import Any

import torch
from torch import Tensor

from tumble.errors import ModelFileError

RECORD = "weights.json"

#: Shape and SHA-256 of a tensor.
_Key = tuple[tuple[int, ...], str]


def weight_records(network: torch.nn.Module, program: torch.jit.ScriptModule) -> dict[str, str]:
    """Return the name and text of the record; empty for a network without named weights, such as a frozen one.

    Args:
        network: Network with the names of the weights.
        program: The same network, frozen.
    """
    found = {_key(tensor) for tensor in constants(program)}
    record = {}
    for name, value in network.state_dict().items():
        if isinstance(value, Tensor):  # a module may add other things
            shape, digest = _key(value)
            record[name] = {"shape": list(shape), "sha256": digest if (shape, digest) in found else None}
    return {RECORD: json.dumps(record)} if record else {}


def read_weights(path: str | PathLike[str], program: torch.jit.ScriptModule) -> dict[str, Tensor | None] | None:
    """Return the weights of a model file by name.

    Args:
        path: The file.
        program: The program that torch loaded from the file.

    Returns:
        The tensors by name, with None for a weight that the program doesn't contain; None if the file has no record.

    Raises:
        ModelFileError: If the record is damaged, or names a weight that isn't in the file.
    """
    with zipfile.ZipFile(path) as archive:
        name = next((name for name in archive.namelist() if name.endswith(f"/extra/{RECORD}")), None)
        if name is None:
            return None
        text = archive.read(name)
    found = {_key(tensor): tensor for tensor in constants(program)}
    where = f"model file `{fspath(path)}`: `{RECORD}`"
    try:
        keys = {str(name): _recorded_key(entry) for name, entry in json.loads(text).items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelFileError(
            f"{where}: expected `shape` and `sha256` of each weight, got something else; export the model again"
        ) from error
    for name, key in keys.items():
        if key is not None and key not in found:
            raise ModelFileError(
                f"{where}: expected weights that are in the file, got `{name}` of shape {list(key[0])}, which isn't; "
                "export the model again"
            )
    return {name: None if key is None else found[key] for name, key in keys.items()}


def constants(program: torch.jit.ScriptModule) -> list[Tensor]:
    """Return the constant tensors of a frozen program in the order of their use."""
    found = program.code_with_constants[1].const_mapping
    return [found[key] for key in sorted(found, key=lambda key: int(key[1:])) if isinstance(found[key], Tensor)]


def _key(tensor: Tensor) -> _Key:
    numbers = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
    return tuple(tensor.shape), hashlib.sha256(numbers.tobytes()).hexdigest()


def _recorded_key(entry: Any) -> _Key | None:
    shape, digest = tuple(int(size) for size in entry["shape"]), entry["sha256"]
    return None if digest is None else (shape, str(digest))
