"""Models of SevenNet (package `sevenn`): 7net-0, 7net-l3i5, 7net-mf-0, or a checkpoint.

SevenNet's modules work on a dictionary of tensors and see geometry through edge vectors x_neighbor - x_center, as
Tumble does. The sum over atoms and the forces at the end of a model are left out; the energies of free atoms move to
the baseline, which is added in double precision.

Source: Y. Park, J. Kim, S. Hwang and S. Han, J. Chem. Theory Comput. 20, 4857 (2024).
"""

# Without `from __future__ import annotations`: TorchScript reads the annotations of `Network`.
from collections.abc import Sequence
from pathlib import Path

import sevenn._keys as keys
import torch
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.data import chemical_symbols
from e3nn.util.jit import script
from sevenn.atom_graph_data import AtomGraphData
from sevenn.calculator import SevenNetCalculator
from sevenn.checkpoint import SevenNetCheckpoint
from sevenn.nn.equivariant_gate import EquivariantGate
from sevenn.nn.node_embedding import OnehotEmbedding
from sevenn.nn.scale import ModalWiseRescale
from sevenn.nn.sequential import AtomGraphSequential
from sevenn.train.dataload import unlabeled_atoms_to_graph
from sevenn.util import dtype_correct, load_checkpoint, pretrained_name_to_path
from torch import Tensor

from tumble.convert.converted import Converted, DType, Request
from tumble.convert.elements import chosen_elements
from tumble.convert.marks import MarkedEntry
from tumble.convert.options import chosen_option
from tumble.convert.source_file import read_source
from tumble.errors import ConversionError
from tumble.model_file import DTYPES

_PRETRAINED = ("7net-0", "7net-0_22may2024", "7net-l3i5", "7net-mf-0", "7net-mf-ompa", "7net-omat", "7net-omni")
_BEYOND_ENERGIES = ("reduce_total_enegy", "force_output")  # the spelling is SevenNet's
_RESCALE = "rescale_atomic_energy"
_PRECISIONS: dict[str, DType] = {"single": "float32", "double": "float64"}
_CITATION = "Y. Park, J. Kim, S. Hwang, S. Han, J. Chem. Theory Comput. 20, 4857 (2024), doi:10.1021/acs.jctc.4c00190"
_OF_TASKS = "J. Kim et al., J. Am. Chem. Soc. 147, 1042 (2024), doi:10.1021/jacs.4c14455 (several tasks)"
_OF_WEIGHTS = "see github.com/MDIL-SNU/SevenNet for that of each set of weights"


class OneHot(torch.nn.Module):
    """SevenNet's `OnehotEmbedding` in the precision of the edge vectors, where SevenNet's own is always single."""

    def __init__(self, original: OnehotEmbedding) -> None:
        """Take over the settings of a module of SevenNet."""
        super().__init__()
        self.classes: int = original.num_classes
        self.read: str = original.key_x
        self.written: tuple[str, ...] = (original.key_output,)
        if original.key_additional_output is not None:
            self.written = (*self.written, original.key_additional_output)
        self.saved: str = original.key_save or original.key_output
        self.saves: bool = original.key_save is not None

    def forward(self, data: dict[str, Tensor]) -> dict[str, Tensor]:
        """Encode the types."""
        types = data[self.read]
        encoded = torch.nn.functional.one_hot(types, self.classes).to(data["edge_vec"].dtype)
        for name in self.written:
            data[name] = encoded
        if self.saves:
            data[self.saved] = types
        return data


class Network(torch.nn.Module):
    """SevenNet's modules with Tumble's `forward`."""

    types: Tensor

    def __init__(self, model: torch.nn.Module, types: Tensor) -> None:
        """Take over the modules.

        Args:
            model: Scripted modules up to the atomic energies.
            types: SevenNet's index of each species.
        """
        super().__init__()
        self.model = model
        self.register_buffer("types", types)

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Return atomic energies [N] in eV; see docs/model-file.md for the arguments."""
        data = {
            "edge_vec": edge_vectors,
            "edge_index": edge_index,
            "x": self.types[species],
            "num_atoms": torch.tensor(species.shape[0], device=species.device),
        }
        return {"energy": self.model(data)["atomic_energy"].squeeze(-1)}


def converted(request: Request) -> Converted:
    """Build the network of a checkpoint; see `tumble.convert.converted.Converter`."""
    path = _path(request.source)
    checkpoint, model = read_source(path, "a checkpoint of SevenNet", _loaded)
    modal = _modal(model, request)
    dtype = request.dtype or _PRECISIONS[checkpoint.config[keys.DTYPE]]
    own = {chemical_symbols[number]: index for number, index in checkpoint.config[keys.TYPE_MAP].items()}
    species = chosen_elements(request.elements, list(own))

    shift = _taken_shift(model, modal)
    for name in _BEYOND_ENERGIES:
        model.delete_module_by_key(name)
    model.eval_type_map = False
    model.key_grad = None
    if modal is not None:
        model.prepare_modal_deploy(modal)
    model.set_is_batch_data(False)
    _mark_features(model)
    model.eval()
    types = torch.tensor([own[symbol] for symbol in species])
    return Converted(
        network=Network(script(_in_precision(model, dtype)), types),
        name=request.source if not Path(request.source).exists() else path.stem,
        species=species,
        cutoff=float(checkpoint.config[keys.CUTOFF]),
        depth=int(checkpoint.config[keys.NUM_CONVOLUTION]),
        dtype=dtype,
        baseline=[float(shift[own[symbol]]) for symbol in species],
        licence="MIT" if "pretrained_potentials" in path.parts else "not stated",
        citation="; ".join([_CITATION, *([] if modal is None else [_OF_TASKS]), _OF_WEIGHTS]),
        files=[path],
        calculator=lambda precision: _AnyPrecision(path, modal, precision),
    )


def _path(source: str) -> Path:
    """Return the file of a checkpoint.

    Raises:
        ConversionError: If there is none.
    """
    if Path(source).is_file():
        return Path(source)
    try:
        return Path(pretrained_name_to_path(source))
    except (ValueError, OSError) as error:
        raise ConversionError(
            f"`source`: expected a checkpoint of SevenNet or the name of one ({', '.join(_PRETRAINED)}), got "
            f"`{source}` ({error})"
        ) from error


def _loaded(path: Path) -> tuple[SevenNetCheckpoint, AtomGraphSequential]:
    """Return a checkpoint and its model."""
    checkpoint = load_checkpoint(str(path))
    return checkpoint, checkpoint.build_model()


def _modal(model: AtomGraphSequential, request: Request) -> str | None:
    """Return the task, or None if the model has no tasks."""
    return chosen_option("modal", request.options, list(model.modal_map or ()))


def _taken_shift(model: AtomGraphSequential, modal: str | None) -> Tensor:
    """Return the energies of free atoms [types] in double precision, and set them to zero in the model."""
    rescale = model._modules[_RESCALE]
    shift: Tensor = rescale.shift.detach().double().clone()
    with torch.no_grad():
        rescale.shift.zero_()
    if isinstance(rescale, ModalWiseRescale) and rescale.use_modal_wise_shift:
        shift = shift[model.modal_map[modal]]
    return shift.expand(len(model.type_map))


def _mark_features(model: AtomGraphSequential) -> None:
    """Mark what each gate returns, the features of the atoms after an interaction."""
    gates = [name for name, module in model._modules.items() if isinstance(module, EquivariantGate)]
    for i, name in enumerate(gates):
        gate = model._modules[name]
        model.replace_module(name, MarkedEntry(gate, gate.key_x, f"interaction {i}", str(gate.gate.irreps_out)))


def _in_precision(model: AtomGraphSequential, dtype: DType) -> AtomGraphSequential:
    """Return the model in a precision; SevenNet itself knows only single precision."""
    for name, module in model._modules.items():
        if isinstance(module, OnehotEmbedding):
            model.replace_module(name, OneHot(module))
    converted_model: AtomGraphSequential = model.to(DTYPES[dtype])
    return converted_model


class _AnyPrecision(SevenNetCalculator):  # type: ignore[misc]  # SevenNet has no types
    """SevenNet's own calculator, with its graph of edges, in a precision of choice."""

    def __init__(self, path: Path, modal: str | None, dtype: DType) -> None:
        super().__init__(str(path), device="cpu", modal=modal)
        self._dtype = DTYPES[dtype]
        _in_precision(self.model, dtype)

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] | None = None,
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        Calculator.calculate(self, atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        graph = unlabeled_atoms_to_graph(self.atoms, self.cutoff)
        data = AtomGraphData(**{name: dtype_correct(value, self._dtype) for name, value in graph.items()})
        if self.modal:
            data[keys.DATA_MODALITY] = self.modal
        self.results = self.output_to_results(self.model(data))
