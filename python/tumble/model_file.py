"""Model files: a TorchScript archive with the document `tumble.json` and the names of the weights inside.

TorchScript is the format that LAMMPS and i-PI can run without Python. PyTorch has deprecated it, so its
warnings are silenced, here and only here: whoever runs a model can't do anything about them.
"""

from __future__ import annotations

import copy
import errno
import io
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike, fspath, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from ase import Atoms

from tumble import _core, metadata
from tumble.autograd import derivatives, forward, inputs
from tumble.claims import check_attributes, check_cutoff, check_depth, check_exactness
from tumble.errors import ExportError, ModelFileError, ReferenceMismatch
from tumble.files import write_atomically
from tumble.metadata import Metadata, Provenance, Reference, Symmetry
from tumble.registry import find_model
from tumble.structures import to_graph
from tumble.symmetry import measure
from tumble.weight_names import weight_records

DTYPES = {"float32": torch.float32, "float64": torch.float64}

_UNMEASURED = Symmetry(group="O(3)", kind="approximate", energy_error=None, force_error=None, how="measured at export")


def load(
    model: str | PathLike[str], device: str = "auto", *, check: bool = True, memory: float | None = None
) -> _core.Potential:
    """Load a model.

    Args:
        model: Path of a model file, or the name of one that is in `$TUMBLE_MODELS` or ships with the package.
        device: `auto` (a GPU if there is one), `cpu`, `cuda` or `cuda:N`.
        check: Whether to evaluate the reference structures in the file and compare.
        memory: Budget of one chunk of an evaluation, MB; by default 64 on a CPU, 1024 on a GPU.

    Raises:
        ModelNotFoundError: If there is neither a file nor a model of this name.
        ModelFileError: If the file is damaged or no Tumble model (`MetadataError`), or doesn't reproduce its
            reference structures (`ReferenceMismatch`).
        DeviceError: If the device isn't there.
        ConfigurationError: If `device` or `memory` isn't understood.
    """
    return _core.Potential(fspath(find_model(model)), device=device, check=check, memory=memory)


def export(
    model: torch.nn.Module,
    path: str | PathLike[str],
    *,
    name: str,
    species: Sequence[str],
    cutoff: float,
    depth: int,
    dtype: Literal["float32", "float64"] = "float32",
    baseline: Sequence[float],
    outputs: Sequence[str] = ("energy",),
    symmetry: Symmetry | None = None,
    provenance: Provenance | None = None,
    licence: str = "not stated",
    citation: str = "not stated",
    references: Sequence[Atoms],
) -> Path:
    """Write a model file.

    The file appears at `path` only after the core has read it back and found the reference values again,
    which are computed here by the network itself, in Python. What is claimed about cutoff, depth and exact symmetry is
    put to the test before. The network that is handed in isn't changed.

    Args:
        model: Network that can be scripted, or is already, with `forward(edge_vectors [E, 3], edge_index [2,
            E], reverse [E], species [N]) -> {"energy": [N], ...}`.
        path: File to write.
        name: Short name of the model.
        species: Chemical symbols; a species index counts in this list.
        cutoff: Å.
        depth: Number of cutoffs that an atomic energy sees; 1 is no message passing.
        dtype: Precision that the network is converted to and evaluated in.
        baseline: eV per species, added outside the network in double precision.
        outputs: Names of the tensors that the network returns.
        symmetry: Claim about O(3) invariance and how it was found. Without it, the symmetry error is measured on the
            references, by 16 random rotations of each, and the claim is `approximate`.
        provenance: Data, seeds, metrics and configuration of the training; without it, the file names none.
        licence: Under which the weights may be used.
        citation: What to cite.
        references: Structures that each load of the file evaluates and compares. A few, of the kind that the
            model is for; one of them should be of typical size, since memory per edge is measured on the
            largest.

    Returns:
        The path of the file.

    Raises:
        ExportError: If the network can't be scripted, fails, or breaks the contract of `forward`; if it has another
            cutoff or depth, isn't smooth at its cutoff, or isn't exactly symmetric where that is claimed; if
            `species` or `references` have unknown elements.
        MetadataError: If another argument is wrong; the message names the field.
        StructureError: If a reference can't be evaluated.
        ReferenceMismatch: If the written file doesn't reproduce the network.
        OSError: If the file can't be written, with its name.
    """
    path = Path(path)
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "expected a file in a folder that exists", str(path))
    document = metadata.draft(
        name=name,
        species=species,
        cutoff=cutoff,
        depth=depth,
        dtype=dtype,
        baseline=baseline,
        outputs=outputs,
        symmetry=symmetry or _UNMEASURED,
        provenance=provenance or Provenance(data=[], seeds={}, metrics={}, configuration={}),
        licence=licence,
        citation=citation,
        references=references,
    )
    check_attributes(model, cutoff)
    network = _independent(model).to(device="cpu", dtype=DTYPES[dtype]).eval()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    document["parameters"] = sum(parameter.numel() for parameter in network.parameters())
    graphs = [to_graph([atoms], species, cutoff) for atoms in references]

    _check_isolated_atoms(network, document)
    for reference, graph in zip(document["references"], graphs, strict=True):
        _evaluate(network, graph, document, reference)
    scripted = script(network)
    largest = max(graphs, key=lambda graph: len(graph.vectors))
    document["bytes_per_edge"] = measure_bytes_per_edge(network, scripted, largest, DTYPES[dtype])

    check_cutoff(network, largest, DTYPES[dtype], cutoff)
    check_depth(network, DTYPES[dtype], species, cutoff, depth)
    names = [reference["name"] for reference in document["references"]]
    if symmetry is None:
        document["symmetry"] = measure(network, graphs, DTYPES[dtype], names=names)
    elif symmetry["kind"] == "exact":
        check_exactness(network, graphs, DTYPES[dtype], names)

    archive = io.BytesIO()  # torch's own writer doesn't say which file a full disk was
    records = {"tumble.json": metadata.dumps(document), **weight_records(network, scripted)}
    with torchscript_warnings_silenced():
        torch.jit.save(scripted, archive, _extra_files=records)
    # On the same file system, so that the last step replaces an older file at once or not at all.
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".tumble-export-") as folder:
        written = Path(folder) / path.name
        try:
            write_atomically(written, archive.getvalue())
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
        try:
            _core.Potential(str(written), device="cpu", check=True)
        except ReferenceMismatch as error:
            found = str(error).replace(str(written), str(path))
            raise ReferenceMismatch(
                "`model`: expected a network that gives the same at each call, in Python and in TorchScript; here the "
                f"written file gives something else: {found}"
            ) from error
        replace(written, path)
    return path


def load_network(path: str | PathLike[str]) -> torch.jit.ScriptModule:
    """Return the network of a model file, for Python, on the CPU. Its metadata must have been read, which finds damage.

    Raises:
        ModelFileError: If torch can't read it.
    """
    with torchscript_warnings_silenced():
        try:
            network: torch.jit.ScriptModule = torch.jit.load(fspath(path), map_location="cpu")  # type: ignore[no-untyped-call]
        except RuntimeError as error:
            raise ModelFileError(
                f"model file `{fspath(path)}`: damaged, or can't be loaded by this torch ({error})"
            ) from error
    return network


def _independent(model: torch.nn.Module) -> torch.nn.Module:
    """Return a copy that has nothing in common with a network."""
    if not isinstance(model, torch.jit.ScriptModule):
        return copy.deepcopy(model)
    # `deepcopy` of a scripted one leaves weights that depend on the others.
    archive = io.BytesIO()
    with torchscript_warnings_silenced():
        torch.jit.save(model, archive)
        archive.seek(0)
        duplicate: torch.nn.Module = torch.jit.load(archive, map_location="cpu")  # type: ignore[no-untyped-call]
    return duplicate


def script(network: torch.nn.Module) -> torch.jit.ScriptModule:
    """Compile a network in evaluation mode to TorchScript and freeze it.

    Raises:
        ExportError: If it isn't scriptable; the message is TorchScript's.
    """
    with torchscript_warnings_silenced():
        try:
            scripted = network if isinstance(network, torch.jit.ScriptModule) else torch.jit.script(network)
        except (RuntimeError, torch.jit.frontend.FrontendError) as error:
            raise ExportError(f"`model`: expected a network that `torch.jit.script` compiles, got: {error}") from error
        # A module that was frozen before has lost its training flag and can't be frozen again.
        return torch.jit.freeze(scripted) if hasattr(scripted, "training") else scripted


def measure_bytes_per_edge(
    network: torch.nn.Module, scripted: torch.jit.ScriptModule, graph: _core.Graph, dtype: torch.dtype
) -> int:
    """Return the memory that a forward pass keeps for the backward pass, per edge, without the weights.

    Args:
        network: Holds the weights that the scripted one shares.
        scripted: What is measured.
        graph: With at least one edge.
        dtype: Of the network.

    Raises:
        ExportError: If the graph has no edge.
    """
    arguments = inputs(graph, dtype)
    edges = arguments.edge_vectors.shape[0]
    if edges == 0:
        raise ExportError("`references`: expected a structure with two atoms within the cutoff, got none")
    kept: dict[int, int] = {}

    def record(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(record, lambda tensor: tensor):
        # The result holds what was kept, so that no storage is freed and its address taken by another.
        energy = forward(scripted, arguments)
    for weight in (*network.parameters(), *network.buffers()):
        kept.pop(weight.untyped_storage().data_ptr(), None)
    del energy
    return max(1, -(-sum(kept.values()) // edges))


@contextmanager
def torchscript_warnings_silenced() -> Iterator[None]:
    """Silence the deprecation of TorchScript, and nothing else; the reason is at the top of this file."""
    with warnings.catch_warnings():
        # a DeprecationWarning up to torch 2.13, then a FutureWarning
        warnings.filterwarnings("ignore", message=r"`torch\.jit\.\w+` is deprecated")
        yield


def _check_isolated_atoms(network: torch.nn.Module, document: Metadata) -> None:
    """Check atoms without a neighbor, which the contract allows but references rarely have."""
    atoms = Atoms(
        document["species"],
        positions=[[3.0 * document["cutoff"] * i, 0.0, 0.0] for i in range(len(document["species"]))],
    )
    graph = to_graph([atoms], document["species"], document["cutoff"])
    forward(network, inputs(graph, DTYPES[document["dtype"]]), document["outputs"])


def _evaluate(network: torch.nn.Module, graph: _core.Graph, document: Metadata, reference: Reference) -> None:
    result = derivatives(
        network, graph, DTYPES[document["dtype"]], np.array(document["baseline"]), outputs=document["outputs"]
    )
    reference["energy"] = result.energy
    reference["forces"] = result.forces.tolist()
    reference["virial"] = result.virial.tolist()
