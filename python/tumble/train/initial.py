"""The model that a training starts from: another training, or a model file.

A model file holds the weights as constants of a frozen program, without their names. They get their names from the
order in which `Pet` uses them, and are taken only if `Pet` then gives the energies of the file's own network.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from ase import Atoms
from torch import Tensor

from tumble import metadata
from tumble.autograd import forward, inputs
from tumble.errors import CheckpointError, TrainingError
from tumble.files import sha256
from tumble.hints import nearest_name
from tumble.metadata import DataSource, Metadata
from tumble.model_file import DTYPES, load_network, script, torchscript_warnings_silenced
from tumble.models.pet import Pet, PetConfig
from tumble.registry import list_models
from tumble.structures import to_graph
from tumble.train.checkpoint import load_trained, sizes_from
from tumble.train.config import MODEL
from tumble.train.summary import data_sources

# Largest difference between two evaluations of the same weights, as a share of the largest atomic energy.
_ROUNDING = {"float32": 1e-4, "float64": 1e-10}


@dataclass(frozen=True)
class Initial:
    """What a training starts from.

    Attributes:
        sizes: Sizes and species of the model.
        state: Its weights, by name.
        baseline: Energy of each species [S], float64, eV: the network's energies are relative to it.
        source: `file` and `sha256` of where they come from, and `data`: the files of frames that they have seen, as
            `data_sources` of `tumble.train.summary` gives them.
    """

    sizes: PetConfig
    state: dict[str, Tensor]
    baseline: Tensor
    source: dict[str, Any]


def load_initial(name: str, given: PetConfig | None) -> Initial:
    """Load the model that a training starts from.

    Args:
        name: Absolute path of a training, its `model.pt` or a model file, or the name of an installed model.
        given: Sizes that the configuration gives, if it does.

    Raises:
        CheckpointError: There is no such file.
        TrainingError: The file holds no PET model, or one of other sizes.
        ModelFileError: The model file is damaged.
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


def _check_sizes(given: PetConfig, found: PetConfig, path: Path) -> None:
    ours, theirs = asdict(given), asdict(found)
    for key, value in theirs.items():
        if ours[key] != value:
            raise TrainingError(
                f"`model.{key}`: expected {_text(value)} as in the initial model `{path}`, got {_text(ours[key])}; "
                "leave `model` out to take all sizes from there"
            )


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _is_archive(path: Path) -> bool:
    """Return whether it is a TorchScript archive, which torch's own files of tensors aren't."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("/constants.pkl") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):  # damaged: whoever reads it says so
        return False


def _from_model_file(path: Path, document: Metadata) -> tuple[PetConfig, dict[str, Tensor], list[float]]:
    sizes = _sizes(document, path)
    archive = load_network(path)
    for state in _candidates(archive, sizes):
        if _agrees(archive, sizes, state, document):
            return sizes, state, document["baseline"]
    raise TrainingError(
        f"`{path}`: expected the weights of a PET model as this version of Tumble writes it, got another network; "
        "start from the training that the file was exported from"
    )


def _sizes(document: Metadata, path: Path) -> PetConfig:
    """Return the model's sizes, which an export of a training keeps."""
    found: Any = document["provenance"]["configuration"].get("model")
    try:
        sizes = sizes_from(found)
    except (TypeError, KeyError, ValueError) as error:
        raise TrainingError(
            f"`{path}`: expected a model file that `tumble export` wrote from a training, got one that doesn't say the "
            "sizes of a PET model"
        ) from error
    if (list(sizes.species), sizes.cutoff) != (document["species"], document["cutoff"]):
        raise TrainingError(f"`{path}`: expected species and cutoff of the training it was exported from, got others")
    return sizes


def _candidates(archive: torch.jit.ScriptModule, sizes: PetConfig) -> Iterator[dict[str, Tensor]]:
    """Yield the possible weights by name: as the archive names them, or by the order in which they are used."""
    named = dict(archive.state_dict())
    if named:
        yield named
    constants = _constants(archive)
    fresh = Pet(sizes).state_dict()
    names = _order(sizes)
    pairs = list(zip(names, constants, strict=False))
    if len(names) == len(constants) and all(n is None or fresh[n].shape == c.shape for n, c in pairs):
        yield {**fresh, **{name: value for name, value in pairs if name is not None}}


def _constants(module: torch.jit.ScriptModule) -> list[Tensor]:
    """Return the tensors of a frozen program in the order of their use."""
    found = module.code_with_constants[1].const_mapping
    return [found[key] for key in sorted(found, key=lambda key: int(key[1:])) if isinstance(found[key], Tensor)]


def _order(sizes: PetConfig) -> list[str | None]:
    """Return the names in the order in which `Pet` uses its weights, found with weights that identify themselves."""
    marked = Pet(sizes).double().eval()
    with torch.no_grad():
        for k, parameter in enumerate(marked.parameters()):
            parameter.fill_(1000.0 + k)
    names = {1000.0 + k: name for k, (name, _) in enumerate(marked.named_parameters())}
    archive = io.BytesIO()
    with torchscript_warnings_silenced():
        torch.jit.save(script(marked), archive)  # what is read orders its constants in another way
        archive.seek(0)
        loaded = torch.jit.load(archive)  # type: ignore[no-untyped-call]
    return [names.get(float(constant.flatten()[0])) for constant in _constants(loaded)]


def _agrees(archive: torch.jit.ScriptModule, sizes: PetConfig, state: dict[str, Tensor], document: Metadata) -> bool:
    """Return whether the weights give the archive's atomic energies on the largest of its reference structures."""
    dtype = DTYPES[document["dtype"]]
    pet = Pet(sizes).to(dtype).eval()
    try:
        pet.load_state_dict(state)
    except RuntimeError:  # names or shapes of another network
        return False
    reference = max(document["references"], key=lambda entry: len(entry["symbols"]))
    atoms = Atoms(reference["symbols"], reference["positions"], cell=reference["cell"], pbc=reference["periodic"])
    arguments = inputs(to_graph([atoms], sizes.species, sizes.cutoff), dtype)
    with torch.no_grad():
        ours, theirs = forward(pet, arguments), forward(archive, arguments)
    scale = float(theirs.abs().max())
    return bool((ours - theirs).abs().max() <= _ROUNDING[document["dtype"]] * max(scale, 1e-6))
