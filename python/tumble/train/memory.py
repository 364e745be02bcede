"""Advice for a model or a training step that doesn't fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from tumble.errors import TrainingError, TrainingSettingError
from tumble.models.registry import ModelConfig, build_network
from tumble.train.batches import Batch
from tumble.train.model_section import plain_model
from tumble.train.sections import LossConfig, StageConfig

_TOO_LARGE = "overflow"  # in the text, if a size in bytes isn't a number of 64 bits
# torch has an exception type for this only on GPUs; on a CPU it raises a RuntimeError with one of these texts.
_TEXTS = ("can't allocate memory", "not enough memory", "out of memory", "bad_alloc")


@contextmanager
def memory_explained(batch: Batch, stage: StageConfig, loss: LossConfig) -> Iterator[None]:
    """Replace an out-of-memory exception of torch by an error that names the settings to lower.

    Args:
        batch: Batch that is evaluated inside.
        stage: Stage of the batch.
        loss: Settings of the loss.

    Raises:
        TrainingError: If memory runs out.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise TrainingError(
            f"stage {stage.name}: out of memory with a batch of {_size(batch, loss)}; {_advice(batch, stage, loss)}; "
            "the last checkpoint stays"
        ) from error


def built(sizes: ModelConfig) -> nn.Module:
    """Return a model of these sizes, as `build_network`.

    Raises:
        TrainingSettingError: If memory doesn't hold its weights.
    """
    try:
        return build_network(sizes)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error) and _TOO_LARGE not in str(error):
            raise
        raise TrainingSettingError(
            f"`model`: expected sizes whose weights fit into memory, got {plain_model(sizes)}; lower them"
        ) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory ran out, on a GPU or not."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error) for text in _TEXTS)


def _size(batch: Batch, loss: LossConfig) -> str:
    structures = len(batch.energies) // loss.rotations
    copies = f" in {loss.rotations} copies" if loss.rotations > 1 else ""
    plural = "" if structures == 1 else "s"
    return f"{structures} structure{plural}{copies}, {len(batch.species)} atoms and {len(batch.vectors)} edges"


def _advice(batch: Batch, stage: StageConfig, loss: LossConfig) -> str:
    settings = []
    if len(batch.energies) > loss.rotations:
        settings += ["`batch`"] if stage.batch_edges is None else ["`batch_edges`", "`batch`"]
    if loss.rotations > 2:
        settings.append("`copies`")
    if settings:
        return f"lower {' or '.join(settings)}"
    return "it is the smallest there can be: take a smaller `model`, smaller structures or a machine with more memory"
