"""Export of a training result to a model file."""

from __future__ import annotations

import copy
import shlex
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import torch
from ase import Atoms
from torch import nn

from tumble.errors import CheckpointError, ConfigurationError, FramesError
from tumble.frames import read_frames
from tumble.metadata import Provenance, reference_name
from tumble.model_file import DTYPES, export
from tumble.models.registry import build_network
from tumble.structures import to_graph
from tumble.symmetry import chiral_cluster, measure
from tumble.train import TrainedModel, load_trained
from tumble.train.checkpoint import CHECKPOINT
from tumble.train.config import MODEL
from tumble.train.summary import data_sources
from tumble.train.targets import ENERGY, FORCES, TARGETS


def export_trained(
    checkpoint: str | PathLike[str],
    path: str | PathLike[str],
    *,
    name: str,
    references: str | PathLike[str] | None = None,
    count: int = 3,
    rotations: int = 8,
    seed: int = 0,
    dtype: Literal["float32", "float64"] | None = None,
    licence: str = "not stated",
    citation: str = "not stated",
) -> Path:
    """Write the result of a training as a model file.

    Args:
        checkpoint: Folder of the training, or the `model.pt` in it.
        path: File to write.
        name: Short name of the model.
        references: File with structures whose results are checked at each load of the model. Without it, the first
            structure of each training file is taken, after any isolated atoms.
        count: Largest number of reference structures.
        rotations: Number of random rotations of each, with their improper partners, for the symmetry error.
        seed: Seed of the rotations.
        dtype: Precision; without it, that of the training.
        licence: License of the weights.
        citation: Publication to cite.

    Raises:
        CheckpointError: If there is no training result.
        TrainingError: If the training result is damaged.
        FramesError: If `references` can't be read, or isn't given while the training data no longer exists.
        ConfigurationError: If `count`, `rotations` or `seed` is too small.
        ExportError, MetadataError, StructureError, ReferenceMismatch, OSError: As by `tumble.export`.
    """
    if count < 1:
        raise ConfigurationError(f"`count`: expected an integer above 0, got {count}")
    trained = load_trained(_model_path(Path(checkpoint)))
    precision = dtype or trained.summary["configuration"]["dtype"]
    frames = _references(trained, references, count)
    species, cutoff = trained.config.species, trained.config.cutoff

    network = _in_precision(trained, DTYPES[precision])
    graphs = [to_graph([atoms], species, cutoff) for atoms in frames]
    names = [reference_name(atoms, i) for i, atoms in enumerate(frames)]
    symmetry = measure(
        network,
        graphs,
        DTYPES[precision],
        names=names,
        rotations=rotations,
        seed=seed,
        chiral=chiral_cluster(species, cutoff),
    )
    return export(
        network,
        path,
        name=name,
        species=species,
        cutoff=cutoff,
        depth=trained.depth,
        dtype=precision,
        baseline=trained.baseline,
        outputs=("energy", *trained.config.outputs),
        symmetry=symmetry,
        provenance=provenance(trained.summary),
        licence=licence,
        citation=citation,
        references=frames,
    )


def _in_precision(trained: TrainedModel, dtype: torch.dtype) -> nn.Module:
    """Return the network in another precision, with constants that were never rounded to that of the training.

    Those of an equivariant network, its Wigner 3j symbols, make it invariant to the rounding of their own precision.
    """
    network = build_network(trained.config).to(dtype)
    network.load_state_dict(trained.model.state_dict())
    return network.eval().requires_grad_(False)


def provenance(summary: dict[str, Any]) -> Provenance:
    """Return the provenance of trained weights: the summary of the training without the folders of its machine."""
    configuration = copy.deepcopy(summary["configuration"])
    for entry in configuration["data"].values():
        entry["path"] = Path(entry["path"]).name
    initial = summary.get("initial")  # absent in summaries of earlier versions
    if initial is not None:
        configuration["initial"] = {key: initial[key] for key in ("file", "sha256")}
    metrics = {key: summary[key] for key in ("finished", "steps", "minutes")}
    metrics[f"held out, {_units(summary['metrics'])}"] = summary["metrics"] or "not measured"
    if summary.get("test"):  # absent in summaries of earlier versions
        metrics[f"test, {_units(summary['test'])}"] = summary["test"]
    return Provenance(
        data=data_sources(summary),
        seeds={"training": summary["seed"]},
        metrics=metrics,
        configuration=configuration,
    )


def _units(metrics: dict[str, dict[str, float]]) -> str:
    """Return the units of errors, such as `meV/atom and meV/Å`."""
    names = {name.partition("_")[0] for errors in metrics.values() for name in errors}
    units = [target.unit for target in TARGETS if target.metric in names] or [ENERGY.unit, FORCES.unit]
    return " and ".join(part for part in (", ".join(units[:-1]), units[-1]) if part)


def continuation(checkpoint: str | PathLike[str]) -> str:
    """Return the command that continues the training in a folder, given the folder or the `model.pt` in it."""
    folder = Path(checkpoint)
    folder = folder if folder.is_dir() else folder.parent
    config = folder.with_suffix(".yaml")
    if config.is_file():
        return shlex.join(["tumble", "train", str(config)])
    return f"tumble train CONFIG.yaml --out {shlex.quote(str(folder))}"


def _model_path(checkpoint: Path) -> Path:
    path = checkpoint / MODEL if checkpoint.is_dir() else checkpoint
    if not path.is_file() and (checkpoint / CHECKPOINT).exists():
        raise CheckpointError(
            f"`checkpoint`: expected a `{MODEL}` in `{checkpoint}`, got only the `{CHECKPOINT}` of a training; "
            f"`{continuation(checkpoint)}` continues it, and writes the model when it ends or is interrupted"
        )
    if not path.is_file():
        raise CheckpointError(
            f"`checkpoint`: expected the folder of a training or a `{MODEL}`, got `{checkpoint}`; "
            "`tumble train` writes it at its end"
        )
    return path


def _references(trained: TrainedModel, references: str | PathLike[str] | None, count: int) -> list[Atoms]:
    if references is not None:
        return first_frames(Path(references), count)
    sets = trained.summary["configuration"]["data"].values()
    paths = [Path(entry["path"]) for entry in sets if entry.get("role", "train") == "train"]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise FramesError(
            f"`references`: expected a file, got none, and the training data `{missing[0]}` isn't there; "
            "give structures of the kind that the model is for"
        )
    return [_first_with_edges(path, trained.config.cutoff) for path in paths[:count]]


def _first_with_edges(path: Path, cutoff: float) -> Atoms:
    """Return the first structure of a file with atoms within the cutoff of each other.

    Files often begin with isolated atoms. If they are all that a file contains, return its first structure, which the
    export then refuses.
    """
    for i, atoms in enumerate(read_frames(path)):
        if to_graph([atoms], sorted(set(atoms.symbols)), cutoff).edge_index.size > 0:
            return _named(atoms, path, i)
    return first_frames(path, 1)[0]


def first_frames(path: Path, count: int) -> list[Atoms]:
    """Return the first structures of a file, with their file and number as names.

    Raises:
        FramesError: As `read_frames`.
    """
    frames = list(islice(read_frames(path), count))
    return [_named(atoms, path, i) for i, atoms in enumerate(frames)]


def _named(atoms: Atoms, path: Path, number: int) -> Atoms:
    atoms.info.setdefault("name", f"{path.name}, frame {number}")
    return atoms
