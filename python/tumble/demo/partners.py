"""The partners of the comparison: the bare model, the same with rotations, and an exactly invariant model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tumble import metadata
from tumble.errors import ConfigurationError
from tumble.files import sha256
from tumble.registry import find_model

BARE = "none"


@dataclass(frozen=True)
class Partner:
    """A model, and the rotations over which it is averaged.

    Attributes:
        name: Short name, which ends the names of folders and runs.
        title: What it is, for readers.
        model: Name of the model, or absolute path of its file, as the engines get it.
        path: Path of the model file.
        identity: `name`, `path`, `sha256` and `symmetry` of the model, for provenance.
        symmetrize: Rotations over which the model is averaged.
    """

    name: str
    title: str
    model: str
    path: Path
    identity: Mapping[str, str]
    symmetrize: str = BARE

    def symmetrized(self, symmetrize: str) -> Partner:
        """Return the partner with the same model, averaged over rotations."""
        return replace(self, name=symmetrize, title=f"symmetrized ({symmetrize})", symmetrize=symmetrize)


def bare_partner(model: str) -> Partner:
    """Return the partner with a model as it is.

    Args:
        model: Name or path of the model.

    Raises:
        ModelNotFoundError: If there is no such model.
    """
    return _partner(model, "bare")


def exact_partner(model: str) -> Partner:
    """Return the partner with an exactly invariant model.

    Args:
        model: Name or path of the model.

    Raises:
        ConfigurationError: If the model isn't exactly invariant.
        ModelNotFoundError: If there is no such model.
    """
    partner = _partner(model, "exact")
    symmetry = partner.identity["symmetry"]
    if symmetry != "exact":
        raise ConfigurationError(
            f"`exact`: expected a model that is exactly invariant under O(3), got `{model}`, whose invariance is "
            f"`{symmetry}`; `tumble info MODEL` shows it"
        )
    return partner


def _partner(model: str, title: str) -> Partner:
    path = find_model(model).resolve()
    document = metadata.read(path)
    identity = {
        "name": str(document["name"]),
        "path": str(path),
        "sha256": sha256(path),
        "symmetry": document["symmetry"]["kind"],
    }
    # The engines look up a name themselves; a path must be valid in any folder.
    return Partner(title, title, str(path) if Path(model).is_file() else model, path, identity)
