"""The file of a model, which the code of another package reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from tumble.error_words import error_words
from tumble.errors import ConversionError


def read_source(path: Path, expected: str, read: Callable[[Path], Any]) -> Any:  # the packages have no types
    """Return what a file holds.

    Args:
        path: The file.
        expected: Noun phrase for messages: `expected` this.
        read: The package's function, or `unpickled`.

    Raises:
        ConversionError: If there is no file, or it can't be read.
    """
    if not path.is_file():
        raise ConversionError(f"`source`: expected {expected}, got `{path}`, which isn't a file")
    try:
        return read(path)
    except ConversionError:
        raise
    except Exception as error:  # whatever torch and the package raise for a file of another kind or version
        raise ConversionError(
            f"`source`: expected {expected}, got `{path}`, which fails: {error_words(error)}"
        ) from error


def unpickled(path: Path) -> Any:
    """Return the object that `torch.save` has written."""
    return torch.load(path, map_location="cpu", weights_only=False)
