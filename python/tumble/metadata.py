"""Metadata of a model file: the document `tumble.json` inside the TorchScript archive.

The types below are its fields. The core reads and validates them (`tumble._core.parse_metadata`). This module builds
the document and has the core validate it before any other work on the file.

Units: eV, Å, eV/Å. Cell vectors are rows. Virial W_ab = -sum_e v_e,a g_e,b, so that pressure is +tr W / 3V.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import numpy as np
from typing_extensions import NotRequired

from tumble import _core
from tumble.errors import ExportError, MetadataError
from tumble.structures import unknown_elements
from tumble.version import __version__

if TYPE_CHECKING:
    from ase import Atoms

FORMAT_VERSION = 1


class DataSource(TypedDict):
    """One file of training data, with the number of its structures used for training."""

    name: str
    sha256: str
    frames: int


class Provenance(TypedDict):
    """Origin of the weights."""

    data: list[DataSource]
    seeds: dict[str, int]
    metrics: dict[str, Any]
    configuration: dict[str, Any]


class SymmetryErrors(TypedDict):
    """Rms deviations from a mean over rotations: of the energy in eV per atom, of force components in eV/Å."""

    energy_error: float
    force_error: float


#: Invariance that holds to rounding: under O(3), under proper rotations alone, or neither.
SymmetryKind = Literal["exact", "rotations", "approximate"]


class Symmetry(TypedDict):
    """How far the model is from O(3) invariance.

    The errors are rms deviations from the mean over all rotations, proper and improper: energy in eV per atom, force
    components in eV/Å. `tumble.symmetry` defines their parts. Files of earlier versions lack these.
    """

    group: str
    kind: SymmetryKind
    energy_error: float | None
    force_error: float | None
    under_rotations: NotRequired[SymmetryErrors]
    under_inversion: NotRequired[SymmetryErrors]
    how: str


class Reference(TypedDict):
    """A structure with the results of the model at its export."""

    name: str
    symbols: list[str]
    positions: list[list[float]]
    cell: list[list[float]]
    periodic: list[bool]
    energy: float
    forces: list[list[float]]
    virial: list[list[float]]


class Format(TypedDict):
    """Name and version of the format of the document."""

    name: Literal["tumble"]
    version: int


class Versions(TypedDict):
    """Software that wrote the file."""

    torch: str
    tumble: str


class Metadata(TypedDict):
    """The whole document.

    `cutoff` is in Å, `depth` in cutoffs, `baseline` in eV per species. `bytes_per_edge` is the memory that a forward
    pass keeps for the backward pass.
    """

    format: Format
    name: str
    species: list[str]
    cutoff: float
    depth: int
    dtype: Literal["float32", "float64"]
    outputs: list[str]
    baseline: list[float]
    bytes_per_edge: int
    parameters: int
    symmetry: Symmetry
    provenance: Provenance
    versions: Versions
    created: str
    licence: str
    citation: str
    references: list[Reference]


def draft(
    *,
    name: str,
    species: Sequence[str],
    cutoff: float,
    depth: int,
    dtype: Literal["float32", "float64"],
    baseline: Sequence[float],
    outputs: Sequence[str],
    symmetry: Symmetry,
    provenance: Provenance,
    licence: str,
    citation: str,
    references: Sequence[Atoms],
) -> Metadata:
    """Return a valid document with everything that isn't measured on the model.

    The caller fills in `bytes_per_edge`, `parameters` and the results of the references.

    Raises:
        ExportError: If `species` has an entry that isn't a chemical symbol, or `references` isn't a list of at least
            one structure, each with atoms, of elements from `species`.
        MetadataError: If the core refuses a field; the message names it.
    """
    if hasattr(references, "positions"):
        raise ExportError("`references`: expected a list of structures, got one; put it into a list")
    if isinstance(references, str | PathLike):
        raise ExportError(f"`references`: expected a list of structures, got `{references}`; `ase.io.read` reads files")
    for field, texts in (("species", species), ("outputs", outputs)):
        if isinstance(texts, str):
            raise MetadataError(f"metadata field `{field}`: expected a list of names, got the text {texts!r}")
    _check_elements(species, references)
    document = Metadata(
        format=Format(name="tumble", version=FORMAT_VERSION),
        name=name,
        species=list(species),
        cutoff=_number(cutoff, "cutoff"),
        depth=depth,
        dtype=dtype,
        outputs=list(outputs),
        baseline=_numbers(baseline, "baseline"),
        bytes_per_edge=1,
        parameters=0,
        symmetry=symmetry,
        provenance=provenance,
        versions=Versions(torch=version("torch"), tumble=__version__),
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        licence=licence,
        citation=citation,
        references=[_unevaluated(atoms, i) for i, atoms in enumerate(references)],
    )
    _core.parse_metadata(dumps(document))
    return document


def _numbers(values: Sequence[float], field: str) -> list[float]:
    if not isinstance(values, Iterable):
        raise MetadataError(f"metadata field `{field}`: expected a list of numbers, got {values!r}")
    return [_number(value, field) for value in values]


def _number(value: float, field: str) -> float:
    """Return a caller's value as a finite number; refuse text, which Python would convert."""
    try:
        if not isinstance(value, (str, bytes)) and math.isfinite(value):
            return float(value)
    except (TypeError, ValueError):
        pass
    what = "a number for each species, in their order" if field == "baseline" else "a number"
    raise MetadataError(f"metadata field `{field}`: expected {what}, got {value!r}")


def dumps(document: Metadata) -> str:
    """Return the document as JSON text.

    Raises:
        MetadataError: If it contains something that JSON can't express, such as NaN or an array.
    """
    try:
        return json.dumps(document, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise MetadataError(f"`metadata`: expected values that JSON can express, got {error}") from error


def read(path: str | PathLike[str]) -> Metadata:
    """Return the metadata of a model file, without loading the model.

    Raises:
        ModelFileError: If the file is missing, is damaged or isn't a Tumble model.
        MetadataError: If a field is missing or wrong.
    """
    document: Metadata = json.loads(_core.read_metadata(fspath(path)).to_json())
    return document


def reference_name(atoms: Atoms, number: int) -> str:
    """Return the name of a reference structure, from its `info` or else from its place in the list, from 0."""
    return str(atoms.info.get("name") or f"reference {number + 1}")


def _unevaluated(atoms: Atoms, number: int) -> Reference:
    return Reference(
        name=reference_name(atoms, number),
        symbols=list(atoms.symbols),
        positions=atoms.positions.tolist(),
        cell=atoms.cell.array.tolist(),
        periodic=[bool(periodic) for periodic in atoms.pbc],
        energy=0.0,
        forces=[[0.0, 0.0, 0.0] for _ in range(len(atoms))],
        virial=[[0.0, 0.0, 0.0] for _ in range(3)],
    )


def _check_elements(species: Sequence[str], references: Sequence[Atoms]) -> None:
    strange = unknown_elements(species)
    if strange:
        raise ExportError(f"`species`: expected chemical symbols such as `O`, got `{strange[0]}`")
    if not references:
        raise ExportError(
            "`references`: expected at least one structure, got none; each load of the file evaluates them"
        )
    for i, atoms in enumerate(references):
        if len(atoms) == 0:
            raise ExportError(f"`references[{i}]`: expected at least one atom, got none")
        if not (np.isfinite(atoms.positions).all() and np.isfinite(atoms.cell.array).all()):
            raise ExportError(f"`references[{i}]`: expected finite positions and cell, got a NaN or infinity")
        unknown = sorted(set(atoms.symbols) - set(species))
        if unknown:
            raise ExportError(
                f"`references[{i}]`: expected elements among {', '.join(species)}, got {', '.join(unknown)}"
            )


def fitted_by_training(document: Mapping[str, Any]) -> frozenset[str]:
    """Return which of `energy`, `forces` and `dipole` the training of a model fitted; all if that isn't known.

    Args:
        document: Metadata of a model file. Only `tumble train` writes the weights of the loss there.
    """
    loss = document["provenance"]["configuration"].get("loss")
    usual = {"energy": 0.1, "forces": 1.0, "dipole": 0.0}  # a file of an earlier version may lack one
    weights = {name: loss.get(name, weight) for name, weight in usual.items()} if isinstance(loss, Mapping) else {}
    fitted = frozenset(name for name, weight in weights.items() if isinstance(weight, int | float) and weight > 0.0)
    return fitted or frozenset(usual)
