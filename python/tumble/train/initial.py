"""The model from which a training starts: the result of another training, or a model file.

A model file contains the weights as constants of a frozen program. Its record `weights.json` has their names. For an
older file without it, the names are guessed. The weights are accepted only if the module then gives the same energies
as the network of the file.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from ase import Atoms
from torch import Tensor

from tumble import metadata
from tumble.autograd import forward, inputs
from tumble.errors import CheckpointError, TrainingError, TrainingSettingError
from tumble.files import sha256
from tumble.hints import nearest_name
from tumble.metadata import DataSource, Metadata
from tumble.model_file import DTYPES, load_network
from tumble.models.registry import ModelConfig, build_network, kind_of
from tumble.registry import list_models
from tumble.structures import to_graph
from tumble.train.checkpoint import load_trained
from tumble.train.config import MODEL
from tumble.train.model_section import plain_model, read_model
from tumble.train.summary import data_sources
from tumble.train.weight_guess import guess_weights
from tumble.weight_names import read_weights

# Largest difference between two evaluations of the same weights, as a share of the largest atomic energy.
_ROUNDING = {"float32": 1e-4, "float64": 1e-10}


@dataclass(frozen=True)
class Initial:
    """The model from which a training starts.

    Attributes:
        sizes: Sizes and species of the model.
        state: Weights by name.
        baseline: Energy of each species [S], float64, eV, to which the energies of the network are relative.
        source: Origin of the weights: `file`, `sha256`, and in `data` the files of frames on which they were trained,
            as returned by `tumble.train.summary.data_sources`.
    """

    sizes: ModelConfig
    state: dict[str, Tensor]
    baseline: Tensor
    source: dict[str, Any]


def load_initial(name: str, given: ModelConfig | None) -> Initial:
    """Load the model from which a training starts.

    Args:
        name: Absolute path of a training, its `model.pt` or a model file, or the name of an installed model.
        given: Sizes in the configuration, if it has any.

    Raises:
        CheckpointError: If there is no such file.
        TrainingError: If the file doesn't contain a model that can be trained, or contains one of other sizes.
        ModelFileError: If the model file is damaged.
    """
    path = _find(name)
    seen: list[DataSource]
    if _is_archive(path):
        document = metadata.read(path)
        sizes, state, baseline = _from_model_file(path, document)
        seen = document["provenance"]["data"]
    else:
        trained = load_trained(path)
        sizes, state, baseline = trained.config, trained.model.state_dict(), trained.baseline
        seen = data_sources(trained.summary)
        if not trained.summary["finished"]:
            warnings.warn(
                f"`initial`: expected a finished training, got `{path}` after {trained.summary['steps']} steps, before "
                "its learning rate came down",
                stacklevel=2,
            )
    source = {"file": path.name, "sha256": sha256(path), "data": seen}
    if given is not None:
        _check_sizes(given, sizes, path)
    return Initial(sizes, state, torch.tensor(baseline, dtype=torch.float64), source)


def _find(name: str) -> Path:
    path = Path(name)
    if not path.is_absolute():
        installed = {model.stem: model for model in list_models()}
        if name in installed:
            return installed[name]
        hint = nearest_name(name, installed, "models")
        raise CheckpointError(
            f"`initial`: expected an installed model, got `{name}`{hint}; a path has a `/` in it, such as `./{name}`"
        )
    path = path / MODEL if path.is_dir() else path
    if path.is_file():
        return path
    raise CheckpointError(f"`initial`: expected the folder of a training, its `{MODEL}`, or a model file, got `{name}`")


def _check_sizes(given: ModelConfig, found: ModelConfig, path: Path) -> None:
    ours, theirs = plain_model(given), plain_model(found)
    for key, value in theirs.items():
        if ours.get(key) != value:
            raise TrainingSettingError(
                f"`model.{key}`: expected {_text(value)} as in the initial model `{path}`, got {_text(ours.get(key))}; "
                "leave `model` out to take all sizes from there"
            )


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _is_archive(path: Path) -> bool:
    """Return whether a file is a TorchScript archive, unlike files of `torch.save`."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("/constants.pkl") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):  # damaged, which is reported when it is read
        return False


def _from_model_file(path: Path, document: Metadata) -> tuple[ModelConfig, dict[str, Tensor], list[float]]:
    sizes = _sizes(document, path)
    archive = load_network(path)
    for state in _candidates(path, archive, sizes):
        if _agrees(archive, sizes, state, document):
            return sizes, state, document["baseline"]
    raise TrainingError(
        f"`{path}`: expected the weights of a model of kind {kind_of(sizes)} of this version of Tumble, got another "
        "network; start from the training that the file was exported from"
    )


def _sizes(document: Metadata, path: Path) -> ModelConfig:
    """Return the sizes of a model from the configuration of its training, which the export has stored."""
    found: Any = document["provenance"]["configuration"].get("model")
    try:
        sizes = read_model(found, "model", path.parent)
    except TrainingSettingError as error:
        raise TrainingError(
            f"`{path}`: expected a model file that `tumble export` wrote from a training, got one without the "
            f"sizes of a model: {error}"
        ) from error
    if (list(sizes.species), sizes.cutoff) != (document["species"], document["cutoff"]):
        raise TrainingError(f"`{path}`: expected species and cutoff of the training it was exported from, got others")
    return sizes


def _candidates(path: Path, archive: torch.jit.ScriptModule, sizes: ModelConfig) -> Iterator[dict[str, Tensor]]:
    """Yield possible weights by name: with the names in the file, or with guessed names if it has none."""
    named = read_weights(path, archive)
    if named is None:
        yield from guess_weights(archive, sizes)
        return
    fresh = build_network(sizes).state_dict()
    _check_names(named, fresh, path)
    yield fresh | {name: value for name, value in named.items() if value is not None}


def _check_names(named: dict[str, Tensor | None], fresh: dict[str, Tensor], path: Path) -> None:
    """Check that the named weights of a file are those of a model, with the same shapes."""
    other = sorted(named.keys() ^ fresh.keys())
    if other:
        raise TrainingError(
            f"`{path}`: expected the {len(fresh)} weights of a model of its sizes, got {len(named)}; "
            f"{'missing is' if other[0] in fresh else 'unknown is'} `{other[0]}`"
        )
    for name, value in named.items():
        if value is not None and value.shape != fresh[name].shape:
            raise TrainingError(
                f"`{path}`: expected `{name}` of shape {list(fresh[name].shape)}, got {list(value.shape)}"
            )


def _agrees(archive: torch.jit.ScriptModule, sizes: ModelConfig, state: dict[str, Tensor], document: Metadata) -> bool:
    """Return whether the weights give the archive's atomic energies on the largest of its reference structures."""
    dtype = DTYPES[document["dtype"]]
    model = build_network(sizes).to(dtype).eval()
    try:
        model.load_state_dict(state)
    except RuntimeError:  # names or shapes of another network
        return False
    reference = max(document["references"], key=lambda entry: len(entry["symbols"]))
    atoms = Atoms(reference["symbols"], reference["positions"], cell=reference["cell"], pbc=reference["periodic"])
    arguments = inputs(to_graph([atoms], sizes.species, sizes.cutoff), dtype)
    with torch.no_grad():
        ours, theirs = forward(model, arguments), forward(archive, arguments)
    scale = float(theirs.abs().max())
    return bool((ours - theirs).abs().max() <= _ROUNDING[document["dtype"]] * max(scale, 1e-6))
