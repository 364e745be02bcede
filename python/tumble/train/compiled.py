"""Evaluation of energies and forces in a training step as one compiled graph, on a CPU.

A step differentiates forces, which are derivatives themselves, so it computes second derivatives of silu, layer norm
and softmax. Each is a chain of element-wise operators that torch executes one by one. torch.compile would fuse them,
but compiled code can be differentiated only once. So energies *and* forces are first traced into one flat graph, in
which the inner derivative consists of ordinary operators (`make_fx`). That graph needs only one more derivative and is
compiled. NequIP trains in the same way (Tan et al., arXiv:2504.16068). Matrix products, two thirds of the time, aren't
made faster.

Sizes are symbols, so the same code runs batches of any size. The layout of padded rows, which depends on the data, is
computed beforehand and passed in, like the weights. A size of 0 or 1 would be compiled as a constant. Batches with such
a size, and all batches if there is no C++ compiler, are evaluated by `tumble.train.prediction.predict`.
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

from tumble.errors import TrainingError
from tumble.models.attention import Slots, first_edges, lay_out
from tumble.models.pet import Pet
from tumble.train.batches import Batch
from tumble.train.prediction import Prediction, predict


class CompiledPredict:
    """`predict` for one model, differentiable and compiled; the first call compiles it, in a minute or two.

    Attributes:
        model: The model. Its weights are read at each call and may change between calls; its dtype may not.
    """

    def __init__(self, model: nn.Module) -> None:
        """Prepare a model on a CPU; warn if there is no C++ compiler (`CXX`, else g++), so that `predict` is used.

        Raises:
            TrainingError: If the model isn't a PET model: only these take the layout of padded rows as an argument.
        """
        if not isinstance(model, Pet):
            raise TrainingError("`compile`: expected no with a `model` of another kind than pet, got yes")
        self.model = model
        self._graph: Callable[..., tuple[Tensor, Tensor]] | None = None
        compiler = os.environ.get("CXX", "g++")
        self._usable = shutil.which(compiler) is not None
        if not self._usable:
            warnings.warn(
                f"`CXX`: expected a C++ compiler, got `{compiler}`, which isn't there; steps aren't compiled and take "
                "about 1.4 times as long",
                RuntimeWarning,
                stacklevel=2,
            )

    def __call__(self, batch: Batch) -> Prediction:
        """Return energies and forces that can be differentiated with respect to the weights.

        Args:
            batch: Batch.
        """
        if not self._usable or min(len(batch.species), len(batch.vectors)) < 2:
            return predict(self.model, batch, differentiable=True)
        centers, neighbors = batch.edge_index[0].contiguous(), batch.edge_index[1].contiguous()
        first = first_edges(centers, len(batch.species))
        slots = lay_out(centers, first)
        rows = slots.token.view(len(batch.species), -1)
        inputs = (batch.vectors, neighbors, batch.reverse, batch.species, centers, first, rows, slots.slot)
        weights = [*self.model.parameters(), *self.model.buffers()]
        # Otherwise sizes that are equal by chance in the first batch would have to be equal in all batches.
        with fx_config.patch(use_duck_shape=False):  # type: ignore[attr-defined]  # made at import
            if self._graph is None:
                self._graph = torch.compile(_trace(self.model, weights, inputs), dynamic=True)
            atomic, forces = self._graph(weights, *inputs)
        return Prediction(torch.zeros_like(batch.energies).index_add(0, batch.structure, atomic), forces)


class _Energies(nn.Module):
    """Module whose `forward` is `Pet.atomic_energies`, since `functional_call` replaces the weights of a module."""

    def __init__(self, pet: Pet) -> None:
        super().__init__()
        self.pet = pet

    def forward(
        self,
        vectors: Tensor,
        neighbors: Tensor,
        reverse: Tensor,
        species: Tensor,
        centers: Tensor,
        first: Tensor,
        rows: Tensor,
        slot: Tensor,
    ) -> Tensor:
        """Return atomic energies [N], eV; `rows` is `Slots.token` as [N, M], whose size is a product of symbols."""
        slots = Slots(rows.view(-1), slot)
        return self.pet.atomic_energies(vectors, neighbors, reverse, species, centers, first, slots)


def _trace(model: Pet, weights: list[Tensor], inputs: tuple[Tensor, ...]) -> GraphModule:
    """Trace energies and forces into one graph.

    Args:
        model: Model.
        weights: Parameters and buffers of the model.
        inputs: Arguments of `_Energies.forward`.

    Returns:
        Function of (weights, *inputs): atomic energies [N], eV, and forces [N, 3], eV/Å.
    """
    energies = _Energies(model)
    names = [name for name, _ in (*energies.named_parameters(), *energies.named_buffers())]

    def evaluate(weights: list[Tensor], vectors: Tensor, *others: Tensor) -> tuple[Tensor, Tensor]:
        vectors = vectors.detach().requires_grad_(True)
        state = dict(zip(names, weights, strict=True))
        atomic: Tensor = torch.func.functional_call(energies, state, (vectors, *others))
        (gradients,) = torch.autograd.grad(atomic.sum(), vectors, create_graph=True)
        neighbors, centers = others[0], others[3]
        forces = vectors.new_zeros((atomic.size(0), 3))  # `len(atomic)` would be a constant of the graph
        return atomic, forces.index_add(0, centers, gradients).index_add(0, neighbors, -gradients)

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
