"""Evaluation of a training step's predictions as one compiled graph, on a CPU.

A step on forces differentiates these, which are derivatives themselves, so it computes second derivatives of silu,
layer norm and softmax. Each is a chain of element-wise operators that torch executes one by one. torch.compile would
fuse them, but compiled code can be differentiated only once. So energies *and* forces are first traced into one flat
graph, in which the inner derivative consists of ordinary operators (`make_fx`). That graph needs only one more
derivative and is compiled. NequIP trains in the same way (Tan et al., arXiv:2504.16068). Matrix products, two thirds of
the time of PET, aren't made faster.

Sizes are symbols, so the same code runs batches of any size. The layout of padded rows of PET, which depends on the
data, is computed beforehand and passed in, like the weights. A size of 0 or 1 would be compiled as a constant. Batches
with such a size, and all batches if there is no C++ compiler, are evaluated by `tumble.train.prediction.predict`.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.fx import GraphModule
from torch.fx.experimental import _config as fx_config
from torch.fx.experimental.proxy_tensor import make_fx

from tumble.models.attention import Slots, first_edges, lay_out
from tumble.models.pet import Pet
from tumble.train.batches import Batch
from tumble.train.prediction import Prediction, forces_from, predict


class CompiledPredict:
    """`predict` for one model, differentiable and compiled; the first call compiles it, in a minute or two.

    Attributes:
        model: The model. Its weights are read at each call and may change between calls; its dtype may not.
        forces: Whether forces are evaluated.
    """

    def __init__(self, model: nn.Module, *, forces: bool = True) -> None:
        """Prepare a model on a CPU; warn if there is no C++ compiler (`CXX`, else g++), so that `predict` is used."""
        self.model = model
        self.forces = forces
        self._outputs: _Outputs = _PetOutputs(model) if isinstance(model, Pet) else _Outputs(model)
        self._graph: Callable[..., dict[str, Tensor]] | None = None
        compiler = os.environ.get("CXX", "g++")
        self._usable = shutil.which(compiler) is not None
        if not self._usable:
            warnings.warn(
                f"`CXX`: expected a C++ compiler, got `{compiler}`, which isn't there; steps aren't compiled and take "
                "1.4 (PET) to 3 times as long",
                RuntimeWarning,
                stacklevel=2,
            )

    def __call__(self, batch: Batch) -> Prediction:
        """Return results that can be differentiated with respect to the weights.

        Args:
            batch: Batch.
        """
        if not self._usable or min(len(batch.species), len(batch.vectors)) < 2:
            return predict(self.model, batch, forces=self.forces, differentiable=True)
        inputs = self._outputs.inputs(batch)
        weights = [*self.model.parameters(), *self.model.buffers()]
        # Otherwise sizes that are equal by chance in the first batch would have to be equal in all batches.
        with fx_config.patch(use_duck_shape=False):  # type: ignore[attr-defined]  # made at import
            if self._graph is None:
                self._graph = torch.compile(_trace(self._outputs, weights, inputs, self.forces), dynamic=True)
            found = self._graph(weights, *inputs)
        energies = torch.zeros_like(batch.energies).index_add(0, batch.structure, found["energy"])
        return Prediction(energies, found.get("forces"), found.get("dipole"))


class _Outputs(nn.Module):
    """A model as a module whose inputs begin with the edge vectors, centers and neighbors of edges."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def inputs(self, batch: Batch) -> tuple[Tensor, ...]:
        """Return the arguments of `forward`."""
        centers, neighbors = batch.edge_index[0].contiguous(), batch.edge_index[1].contiguous()
        return batch.vectors, centers, neighbors, batch.reverse, batch.species

    def forward(self, vectors: Tensor, *others: Tensor) -> dict[str, Tensor]:
        """Return the outputs of the model."""
        centers, neighbors, reverse, species = others
        outputs: dict[str, Tensor] = self.model(vectors, torch.stack((centers, neighbors)), reverse, species)
        return outputs


class _PetOutputs(_Outputs):
    """PET, with the layout of padded rows as further inputs."""

    def inputs(self, batch: Batch) -> tuple[Tensor, ...]:
        """Return the arguments of `forward`: `Slots.token` is [N, M], whose size is a product of symbols."""
        common = super().inputs(batch)
        centers = common[1]
        first = first_edges(centers, len(batch.species))
        slots = lay_out(centers, first)
        return *common, first, slots.token.view(len(batch.species), -1), slots.slot

    def forward(self, vectors: Tensor, *others: Tensor) -> dict[str, Tensor]:
        """Return the energies."""
        centers, neighbors, reverse, species, first, rows, slot = others
        slots = Slots(rows.view(-1), slot)
        assert isinstance(self.model, Pet)
        return {
            "energy": self.model.atomic_energies(vectors, neighbors, reverse, species, centers, first, slots),
        }


def _trace(outputs: _Outputs, weights: list[Tensor], inputs: tuple[Tensor, ...], forces: bool) -> GraphModule:
    """Trace the outputs of a model and, if asked for, forces into one graph.

    Args:
        outputs: Module of the model.
        weights: Parameters and buffers of the model.
        inputs: Arguments of the module.
        forces: Whether to evaluate forces.

    Returns:
        Function of (weights, *inputs): the outputs of the model, and `forces` [N, 3], eV/Å.
    """
    names = [name for name, _ in (*outputs.named_parameters(), *outputs.named_buffers())]

    def evaluate(weights: list[Tensor], vectors: Tensor, *others: Tensor) -> dict[str, Tensor]:
        vectors = vectors.detach().requires_grad_(forces)
        state = dict(zip(names, weights, strict=True))
        found: dict[str, Tensor] = torch.func.functional_call(outputs, state, (vectors, *others))
        if not forces:
            return found
        atomic = found["energy"]
        (gradients,) = torch.autograd.grad(atomic.sum(), vectors, create_graph=True)
        return {**found, "forces": forces_from(gradients, others[0], others[1], atomic)}

    copies = [weight.detach().clone().requires_grad_(weight.requires_grad) for weight in weights]
    graph = make_fx(evaluate, tracing_mode="symbolic")(copies, *inputs)
    # Autograd saves results of some operators (exp, softmax) detached, and restores their history when it uses them.
    # A trace records only the detached tensors, so the second derivative would lose these terms.
    for node in graph.graph.nodes:
        if node.target is torch.ops.aten.detach.default:
            node.replace_all_uses_with(node.args[0])
            graph.graph.erase_node(node)
    graph.recompile()
    return graph
