"""Lookup of models by path or name.

The core implements the rule, so that it is the same in LAMMPS: first a file with that path; then NAME or NAME.pt in a
folder of `$TUMBLE_MODELS` (folders are separated as in `$PATH`); then in `share/models` of the installed package.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike, fspath
from pathlib import Path

from tumble import _core
from tumble.errors import ModelFileError, ModelNotFoundError

SUFFIX = ".pt"


def find_model(model: str | PathLike[str]) -> Path:
    """Return the path of the model with this path or name.

    Raises:
        ModelNotFoundError: If there is none; the message lists the folders searched and the nearest name.
    """
    try:
        return Path(_core.find_model(fspath(model)))
    except ModelFileError as error:
        raise ModelNotFoundError(str(error)) from None


def list_models() -> Iterator[Path]:
    """Yield the model files in all folders; of files with the same name, only the one that `find_model` returns."""
    seen: set[str] = set()
    for folder in map(Path, _core.model_folders()):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            if path.stem not in seen and path.is_file():  # opening a pipe would block
                seen.add(path.stem)
                yield path
