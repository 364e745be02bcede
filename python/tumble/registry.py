"""Where models are found.

The core implements the rule, so that it is the same in LAMMPS: a file of that path; else NAME or NAME.pt in a
folder of `$TUMBLE_MODELS`, which is separated like `$PATH`; else in `share/models` of the installed package.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike, fspath
from pathlib import Path

from tumble import _core
from tumble.errors import ModelFileError, ModelNotFoundError

SUFFIX = ".pt"


def find_model(model: str | PathLike[str]) -> Path:
    """Return the path of the file that a path or a name stands for.

    Raises:
        ModelNotFoundError: If there is none; the message lists the places and the nearest name.
    """
    try:
        return Path(_core.find_model(fspath(model)))
    except ModelFileError as error:
        raise ModelNotFoundError(str(error)) from None


def list_models() -> Iterator[Path]:
    """Yield all model files in the folders; of two with one name, only the one that `find_model` chooses."""
    seen: set[str] = set()
    for folder in map(Path, _core.model_folders()):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            if path.stem not in seen and path.is_file():  # a pipe would be waited for
                seen.add(path.stem)
                yield path
