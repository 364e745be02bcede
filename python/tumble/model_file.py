"""Model files: a TorchScript archive with the document `tumble.json` and the names of the weights inside."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from os import PathLike, fspath, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from ase import Atoms

from tumble import _core, metadata
from tumble.autograd import derivatives, forward, inputs
from tumble.claims import check_attributes, check_cutoff, check_depth, check_symmetry
from tumble.errors import ExportError, ModelFileError, ReferenceMismatch
from tumble.files import check_place, write_atomically
from tumble.metadata import Metadata, Provenance, Reference, Symmetry
from tumble.registry import find_model
from tumble.structures import to_graph
from tumble.symmetry import chiral_cluster, measure
from tumble.torchscript import independent, script, torchscript_warnings_silenced
from tumble.weight_names import weight_records

DTYPES = {"float32": torch.float32, "float64": torch.float64}

_UNMEASURED = Symmetry(group="O(3)", kind="approximate", energy_error=None, force_error=None, how="measured at export")


def load(
    model: str | PathLike[str],
    device: str = "auto",
    *,
    check: bool = True,
    memory: float | None = None,
    outputs: bool = True,
) -> _core.Potential:
    """Load a model.

    Args:
        model: Path of a model file, or the name of a model in `$TUMBLE_MODELS` or in the package.
        device: `auto` (a GPU if there is one), `cpu`, `cuda` or `cuda:N`.
        check: Whether to evaluate the reference structures in the file and compare the results.
        memory: Budget of one chunk of an evaluation, MB; by default 64 on a CPU, 1024 on a GPU.
        outputs: Whether evaluations return the outputs that the model declares in addition to its energy. Without them,
            the model doesn't compute what only they need.

    Raises:
        ModelNotFoundError: If there is neither a file nor a model of this name.
        ModelFileError: If the file is damaged or isn't a Tumble model (`MetadataError`), or doesn't reproduce the
            results of its reference structures (`ReferenceMismatch`).
        DeviceError: If the device doesn't exist.
        ConfigurationError: If `device` or `memory` is invalid.
    """
    return _core.Potential(fspath(find_model(model)), device=device, check=check, memory=memory, outputs=outputs)


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

    The claimed cutoff, depth and exact symmetry are tested first. The network itself computes the reference values, in
    Python. The file appears at `path` only after the core has read it back and reproduced them. The given network isn't
    changed.

    Args:
        model: Network, scripted or scriptable, with `forward(edge_vectors [E, 3], edge_index [2, E], reverse [E],
            species [N]) -> {"energy": [N], ...}`.
        path: File to write.
        name: Short name of the model.
        species: Chemical symbols; species indices refer to this list.
        cutoff: Å.
        depth: Range of an atomic energy in cutoffs; 1 without message passing.
        dtype: Precision to which the network is converted and in which it is evaluated.
        baseline: Energy of each species, eV, added outside the network in double precision.
        outputs: Names of the tensors that the network returns.
        symmetry: Claim about O(3) invariance and how it was found; `exact` and `rotations` are checked. Without it,
            symmetry errors are measured on the references, with 8 random rotations of each and their improper
            partners, and `kind` says which invariance holds to rounding.
        provenance: Data, seeds, metrics and configuration of the training; without it, the file has none.
        licence: License of the weights.
        citation: Publication to cite.
        references: Structures whose results are checked at each load of the file: a few, of the kind that the model is
            for. One of them should have a typical size, since memory per edge is measured on the largest.

    Returns:
        The path of the file.

    Raises:
        ExportError: If the network can't be scripted, fails, or breaks the contract of `forward`; if it has another
            cutoff or depth, isn't smooth at its cutoff, or has a symmetry error although `symmetry` claims none; if
            `species` or `references` contain unknown elements.
        MetadataError: If another argument is wrong; the message names the field.
        StructureError: If a reference can't be evaluated.
        ReferenceMismatch: If the written file doesn't reproduce the network.
        OSError: If the file can't be written; the error names it.
    """
    path = Path(path)
    check_place(path)
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
    network = independent(model).to(device="cpu", dtype=DTYPES[dtype]).eval()
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
    chiral = chiral_cluster(species, cutoff)
    if symmetry is None:
        document["symmetry"] = measure(network, graphs, DTYPES[dtype], names=names, chiral=chiral)
    else:
        check_symmetry(network, graphs, DTYPES[dtype], symmetry["kind"], chiral)

    archive = io.BytesIO()  # torch's own writer doesn't name the file if the disk is full
    records = {"tumble.json": metadata.dumps(document), **weight_records(network, scripted)}
    with torchscript_warnings_silenced():
        torch.jit.save(scripted, archive, _extra_files=records)
    # On the same file system, so that the last step replaces an older file atomically.
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
                "`model`: expected a network that gives the same results at each call, in Python and in TorchScript, "
                f"got others from the written file: {found}"
            ) from error
        replace(written, path)
    return path


def load_network(path: str | PathLike[str]) -> torch.jit.ScriptModule:
    """Return the network of a model file, on the CPU, to be used in Python.

    The metadata must be read before, since reading them detects damage.

    Raises:
        ModelFileError: If torch can't read the file.
    """
    with torchscript_warnings_silenced():
        try:
            network: torch.jit.ScriptModule = torch.jit.load(fspath(path), map_location="cpu")  # type: ignore[no-untyped-call]
        except RuntimeError as error:
            raise ModelFileError(
                f"model file `{fspath(path)}`: damaged, or can't be loaded by this torch ({error})"
            ) from error
    return network


def measure_bytes_per_edge(
    network: torch.nn.Module, scripted: torch.jit.ScriptModule, graph: _core.Graph, dtype: torch.dtype
) -> int:
    """Return the memory that a forward pass keeps for the backward pass, per edge, without the weights.

    Args:
        network: Network whose weights the scripted one shares.
        scripted: Scripted network, which is measured.
        graph: Graph with at least one edge.
        dtype: Type of the network.

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
        # `energy` keeps all saved tensors alive, so that no freed address is used for a second one.
        energy = forward(scripted, arguments)
    for weight in (*network.parameters(), *network.buffers()):
        kept.pop(weight.untyped_storage().data_ptr(), None)
    del energy
    return max(1, -(-sum(kept.values()) // edges))


def _check_isolated_atoms(network: torch.nn.Module, document: Metadata) -> None:
    """Check the network on atoms without neighbors, which the contract allows but references rarely contain."""
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
