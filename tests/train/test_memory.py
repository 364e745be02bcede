"""What an error says when memory runs out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tumble.errors import ConfigurationError, TrainingError
from tumble.models import PetConfig
from tumble.train import config_from_mapping
from tumble.train.data import fit_baseline
from tumble.train.memory import built, is_out_of_memory, memory_explained
from tumble.train.sampling import Sampler
from tumble.train.sets import load_sets

Settings = dict[str, Any]


def run_out(settings: Settings, folder: Path, error: BaseException | None = None) -> None:
    """Run out of memory in the first step, with torch's own error unless there is one."""
    config = config_from_mapping(settings, folder)
    training = load_sets(config, ("O", "H"), 4.0, torch.float64).training
    batch = Sampler(config, training, fit_baseline(training["water"], 2)).batch(0, 0)
    with memory_explained(batch, config.stages[0], config.loss):
        if error is not None:
            raise error
        torch.empty(2**60, dtype=torch.uint8)


def test_on_the_cpu(settings: Settings, tmp_path: Path) -> None:
    message = (
        r"^stage first: out of memory with a batch of 2 structures, 18 atoms and \d+ edges; lower `batch`; "
        r"the last checkpoint stays$"
    )
    with pytest.raises(TrainingError, match=message):
        run_out(settings, tmp_path)


@pytest.mark.parametrize(
    ("stage", "loss", "message"),
    [
        (
            {"batch": 2},
            {"variance": 1, "copies": 3},
            r"2 structures in 3 copies, 54 atoms .*`batch` or `copies`",
        ),
        ({"batch": 2, "batch_edges": 9999}, {}, "`batch_edges` or `batch`"),
        ({"batch": 1}, {"variance": 1, "copies": 3}, r"1 structure in 3 copies, 27 atoms .* `copies`;"),
        (
            {"batch": 1},
            {},
            r"1 structure, 9 atoms and \d+ edges; .*`model`",
        ),
    ],
)
def test_advice(settings: Settings, tmp_path: Path, stage: Settings, loss: Settings, message: str) -> None:
    settings["stages"][0] |= stage
    settings["loss"] = loss
    with pytest.raises(TrainingError, match=message):
        run_out(settings, tmp_path, torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3 GiB"))


def test_what_is_out_of_memory() -> None:
    assert is_out_of_memory(MemoryError("std::bad_alloc"))
    assert is_out_of_memory(RuntimeError("CUDA error: out of memory"))
    assert not is_out_of_memory(RuntimeError("shapes don't match"))
    assert not is_out_of_memory(ValueError("out of memory"))


def test_other_errors_pass(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="shapes"):
        run_out(settings, tmp_path, RuntimeError("shapes don't match"))


def test_a_model_that_no_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A size in bytes beyond 64 bits fails on any machine; less may be granted and fail later."""
    huge = PetConfig(("O",), width=10**18, heads=1)
    with pytest.raises(ConfigurationError, match=r"`model`: .*fit into memory, got .*1000000000000000000"):
        built(huge)
    small = PetConfig(("O",), width=8, heads=2)
    monkeypatch.setattr("tumble.train.memory.build_network", lambda sizes: torch.ones(2) @ torch.ones(3))
    with pytest.raises(RuntimeError, match="size"):  # a fault of a network isn't called a lack of memory
        built(small)
