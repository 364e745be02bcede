"""The operator `tumble::attention`: its kernels against torch's operators, derivatives, wrong arguments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tumble import _core  # noqa: F401  # registers the operators
from tumble.models.attention import lay_out, padded_attention

packed = torch.ops.tumble.attention
padded = torch.ops.tumble.padded_attention

# atoms, most neighbors, heads, width of a head: lone atoms, none at all, rows and widths around those of vectors
SIZES = [(0, 0, 2, 3), (1, 0, 2, 3), (7, 9, 3, 4), (5, 40, 4, 16), (9, 37, 2, 32), (40, 5, 1, 5), (33, 17, 3, 8)]
TOLERANCE = {torch.float32: 2e-5, torch.float64: 1e-12}


def arguments(size: tuple[int, int, int, int], dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, logarithmic weights, first edges."""
    n_atoms, most, heads, width = size
    generator = torch.Generator().manual_seed(n_atoms + most)
    counts = torch.randint(0, most + 1, (n_atoms,), generator=generator)
    first = torch.cat((torch.zeros(1, dtype=torch.long), counts.cumsum(0)))
    n_edges = int(first[-1])
    qkv = 2.0 * torch.randn(n_atoms + n_edges, 3 * heads * width, generator=generator, dtype=dtype)
    log_weights = -8.0 * torch.rand(n_edges, generator=generator, dtype=dtype)
    log_weights[::7] = -62.0  # neighbors at the cutoff
    return qkv.requires_grad_(), log_weights.requires_grad_(), first


def with_gradients(attended: Tensor, *inputs: Tensor) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    direction = torch.randn(attended.shape, generator=generator, dtype=attended.dtype)
    return [attended, *torch.autograd.grad((attended * direction).sum(), inputs, allow_unused=True)]


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("size", SIZES)
def test_kernel_against_torch_operators(size: tuple[int, int, int, int], dtype: torch.dtype) -> None:
    qkv, log_weights, first = arguments(size, dtype)
    heads = size[2]
    ours = with_gradients(packed(qkv, log_weights, first, heads), qkv, log_weights)
    centers = torch.repeat_interleave(torch.arange(size[0]), first.diff())
    of_python = padded_attention(qkv, log_weights, lay_out(centers, first), size[0], heads)
    for theirs in (padded(qkv, log_weights, first, heads), of_python):
        for a, b in zip(ours, with_gradients(theirs, qkv, log_weights), strict=True):
            torch.testing.assert_close(a, torch.zeros_like(a) if b is None else b, rtol=0, atol=TOLERANCE[dtype])


def test_gradients_are_finite_differences() -> None:
    qkv, log_weights, first = arguments((4, 6, 2, 3), torch.float64)
    assert torch.autograd.gradcheck(lambda q, w: packed(q, w, first, 2), (qkv, log_weights))


def test_large_and_small_scores() -> None:
    """Scores that overflow an exponential, and weights that underflow."""
    qkv, log_weights, first = arguments((6, 20, 2, 8), torch.float32)
    large = 20.0 * qkv.detach()
    torch.testing.assert_close(packed(large, log_weights, first, 2), padded(large, log_weights, first, 2))
    alone = torch.full_like(log_weights.detach(), -1e4)
    own_values = packed(qkv, alone, first, 2)[: len(first) - 1]
    torch.testing.assert_close(own_values, qkv[: len(first) - 1, 32:], rtol=0, atol=1e-6)


def test_neighborhoods_do_not_mix() -> None:
    qkv, log_weights, first = arguments((5, 6, 2, 4), torch.float64)
    before = packed(qkv, log_weights, first, 2)
    changed = qkv.detach().clone()
    changed[2] += 1.0  # the third atom
    after = packed(changed, log_weights, first, 2)
    own = torch.zeros(len(qkv), dtype=torch.bool)
    own[2] = True
    own[5 + int(first[2]) : 5 + int(first[3])] = True
    assert torch.equal(before[~own], after[~own])
    assert (before[own] != after[own]).any(dim=1).all()


def test_number_of_threads_does_not_matter() -> None:
    qkv, log_weights, first = arguments((70, 30, 2, 8), torch.float32)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = with_gradients(packed(qkv, log_weights, first, 2), qkv, log_weights)
        torch.set_num_threads(3)
        three = with_gradients(packed(qkv, log_weights, first, 2), qkv, log_weights)
    finally:
        torch.set_num_threads(threads)
    for a, b in zip(one, three, strict=True):
        assert torch.equal(a, b)


def test_not_finite_stays_not_finite() -> None:
    qkv, log_weights, first = arguments((3, 20, 1, 4), torch.float32)
    with torch.no_grad():
        qkv[1, 2] = float("nan")
    assert packed(qkv, log_weights, first, 1)[1].isnan().any()


def test_second_derivative_is_refused() -> None:
    qkv, log_weights, first = arguments((3, 4, 1, 4), torch.float64)
    with pytest.raises(NotImplementedError, match="one derivative"):
        torch.autograd.grad(packed(qkv, log_weights, first, 1).sum(), qkv, create_graph=True)


@pytest.mark.parametrize("operator", [packed, padded])
def test_wrong_arguments(operator: object) -> None:
    qkv, log_weights, first = (t.detach() for t in arguments((3, 4, 2, 4), torch.float64))
    for wrong, text in [
        ((qkv[:, :-1], log_weights, first, 2), r"`qkv`: expected \[tokens, 3 \* heads \* head width\] with 2 heads"),
        ((qkv, log_weights, first, 0), r"with 0 heads"),
        ((qkv, log_weights.float(), first, 2), r"`log_weights`: expected one value per edge of the tokens' type"),
        ((qkv, log_weights, first.int(), 2), r"`first`: expected int64 \[atoms \+ 1\]"),
        ((qkv[:-1], log_weights, first, 2), r"expected a token per atom and edge"),
    ]:
        with pytest.raises(RuntimeError, match=text):
            operator(*wrong)  # type: ignore[operator]


def test_first_that_leads_astray() -> None:
    qkv, log_weights, first = (t.detach() for t in arguments((3, 4, 2, 4), torch.float64))
    for wrong in (first.flip(0), first + 1, torch.tensor([0, 10**6, -5, len(log_weights)])):
        with pytest.raises(RuntimeError, match="ascend"):
            packed(qkv, log_weights, wrong, 2)


@pytest.mark.parametrize("capability", ["default", "avx2"])
def test_kernels_for_older_processors(capability: str) -> None:
    """The tests above ran with the best instructions of this machine; these are the other kernels."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "kernel_against or scores"]
    environment = {**os.environ, "ATEN_CPU_CAPABILITY": capability}
    run = subprocess.run(words, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
    assert f"{2 * len(SIZES) + 1} passed" in run.stdout
