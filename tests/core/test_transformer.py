"""The operators `tumble::transformer_layer` and `readout`: against torch's operators, derivatives, wrong arguments."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import layer_norm, linear, silu

from tumble import _core  # noqa: F401  # registers the operators
from tumble.models.attention import lay_out, padded_attention

transformer_layer = torch.ops.tumble.transformer_layer
readout = torch.ops.tumble.readout

# atoms, most neighbors, heads, width, hidden width: no token, less than a vector, whole and broken blocks and panels
SIZES = [(0, 0, 1, 4, 4), (1, 0, 1, 3, 1), (3, 2, 2, 6, 11), (9, 20, 4, 64, 256), (40, 9, 3, 33, 70)]
TOLERANCE = {torch.float32: 2e-5, torch.float64: 1e-12}
EPSILON = 1e-5


class Case:
    """Arguments of both operators, from one seed."""

    def __init__(self, size: tuple[int, int, int, int, int], dtype: torch.dtype) -> None:
        n_atoms, most, self.heads, width, hidden = size
        self.generator = torch.Generator().manual_seed(n_atoms + width)
        self.dtype = dtype
        counts = torch.randint(0, most + 1, (n_atoms,), generator=self.generator)
        self.first = torch.cat((torch.zeros(1, dtype=torch.long), counts.cumsum(0)))
        n_edges = int(self.first[-1])
        self.tokens = self.draw(n_atoms + n_edges, width).requires_grad_()
        self.log_weights = (-8.0 * torch.rand(n_edges, generator=self.generator, dtype=dtype)).requires_grad_()
        shapes = [(width,), (width,), (3 * width, width), (3 * width,), (width, width), (width,)]
        shapes += [(width,), (width,), (hidden, width), (hidden,), (width, hidden), (width,)]
        self.parameters = [self.draw(*shape) / shape[-1] ** 0.5 for shape in shapes]
        self.readout = [self.draw(hidden, width), self.draw(hidden), self.draw(1, hidden), self.draw(1)]

    def draw(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator, dtype=self.dtype)

    @property
    def inputs(self) -> tuple[Tensor, Tensor]:
        return self.tokens, self.log_weights

    def ours(self) -> Tensor:
        layer: Tensor = transformer_layer(*self.inputs, self.first, self.heads, EPSILON, self.parameters)
        return layer

    def of_torch(self) -> Tensor:
        norm, norm_bias, qkv, qkv_bias, out, out_bias, norm_2, norm_2_bias, expand, expand_bias, contract, bias = (
            self.parameters
        )
        width, n_atoms = self.tokens.shape[1:], len(self.first) - 1
        slots = lay_out(torch.repeat_interleave(torch.arange(n_atoms), self.first.diff()), self.first)
        entered = linear(layer_norm(self.tokens, width, norm, norm_bias, EPSILON), qkv, qkv_bias)
        attended = padded_attention(entered, self.log_weights, slots, n_atoms, self.heads)
        sums = self.tokens + linear(attended, out, out_bias)
        hidden = linear(layer_norm(sums, width, norm_2, norm_2_bias, EPSILON), expand, expand_bias)
        return sums + linear(silu(hidden), contract, bias)


def read_out_by_torch(tokens: Tensor, parameters: list[Tensor]) -> Tensor:
    return linear(silu(linear(tokens, parameters[0], parameters[1])), parameters[2], parameters[3]).squeeze(1)


def with_gradients(result: Tensor, *inputs: Tensor) -> list[Tensor]:
    direction = torch.randn(result.shape, generator=torch.Generator().manual_seed(1), dtype=result.dtype)
    gradients = torch.autograd.grad((result * direction).sum(), inputs, allow_unused=True)
    return [result, *(torch.zeros_like(i) if g is None else g for i, g in zip(inputs, gradients, strict=True))]


def assert_close(ours: list[Tensor], theirs: list[Tensor], dtype: torch.dtype) -> None:
    for a, b in zip(ours, theirs, strict=True):
        scale = max([1.0, *b.detach().abs().flatten().tolist()])
        torch.testing.assert_close(a, b, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * scale)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("size", SIZES)
def test_layer_against_torch_operators(size: tuple[int, int, int, int, int], dtype: torch.dtype) -> None:
    case = Case(size, dtype)
    theirs = with_gradients(case.of_torch(), *case.inputs)
    assert_close(with_gradients(case.ours(), *case.inputs), theirs, dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("size", SIZES)
def test_readout_against_torch_operators(size: tuple[int, int, int, int, int], dtype: torch.dtype) -> None:
    case = Case(size, dtype)
    theirs = with_gradients(read_out_by_torch(case.tokens, case.readout), case.tokens)
    assert_close(with_gradients(readout(case.tokens, case.readout), case.tokens), theirs, dtype)


def test_without_kernels() -> None:
    """A type that has no kernels takes the way of the GPU, torch's operators, also backward."""
    case = Case(SIZES[2], torch.float64)
    tokens, weights = (t.detach().to(torch.bfloat16).requires_grad_() for t in case.inputs)
    half, halves = [[p.to(torch.bfloat16) for p in some] for some in (case.parameters, case.readout)]
    layer = transformer_layer(tokens, weights, case.first, case.heads, EPSILON, half)
    energies = readout(tokens, halves)
    ours = [*with_gradients(layer.double(), tokens, weights), *with_gradients(energies.double(), tokens)]
    exact = with_gradients(case.ours(), *case.inputs)
    exact += with_gradients(readout(case.tokens, case.readout), case.tokens)
    for a, b in zip(ours, exact, strict=True):
        assert float((a - b).detach().norm() / b.detach().norm()) < 0.05


def test_gradients_are_finite_differences() -> None:
    case = Case(SIZES[2], torch.float64)
    assert torch.autograd.gradcheck(
        lambda x, w: transformer_layer(x, w, case.first, case.heads, EPSILON, case.parameters), case.inputs
    )
    assert torch.autograd.gradcheck(lambda x: readout(x, case.readout), case.tokens)


def test_large_hidden_values() -> None:
    """silu(x) is x or 0 to rounding, and no exponential overflows."""
    parameters = [torch.tensor([[1.0]]), torch.zeros(1), torch.tensor([[1.0]]), torch.zeros(1)]
    x = torch.tensor([[-1e30], [-200.0], [-87.5], [0.0], [87.5], [200.0], [1e30]], requires_grad=True)
    assert_close(
        with_gradients(readout(x, parameters), x), with_gradients(read_out_by_torch(x, parameters), x), torch.float32
    )


def test_not_finite_stays_not_finite() -> None:
    case = Case(SIZES[2], torch.float32)
    with torch.no_grad():
        case.tokens[1, 0] = float("nan")
    assert case.ours()[1].isnan().all()
    assert readout(case.tokens, case.readout)[1].isnan()


def test_number_of_threads_does_not_matter() -> None:
    case = Case((40, 9, 2, 32, 48), torch.float32)
    threads = torch.get_num_threads()
    results = []
    try:
        for count in (1, 3):
            torch.set_num_threads(count)
            read = with_gradients(readout(case.tokens, case.readout), case.tokens)
            results.append([*with_gradients(case.ours(), *case.inputs), *read])
    finally:
        torch.set_num_threads(threads)
    for a, b in zip(*results, strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("place", range(12))
def test_changed_parameters_are_seen(place: int) -> None:
    """Matrices are packed once, as long as they don't change."""
    case = Case(SIZES[2], torch.float64)
    before = with_gradients(case.ours(), *case.inputs)
    case.parameters[place].mul_(1.5)
    after = with_gradients(case.ours(), *case.inputs)
    assert not torch.allclose(before[0], after[0])
    assert_close(after, with_gradients(case.of_torch(), *case.inputs), torch.float64)
    case.parameters[place] = case.parameters[place] * 2.0  # another tensor
    assert_close(
        with_gradients(case.ours(), *case.inputs), with_gradients(case.of_torch(), *case.inputs), torch.float64
    )


def test_memory_that_is_used_again() -> None:
    """A new matrix at the address of one that is gone isn't mistaken for it."""
    tokens, zeros = torch.eye(4, dtype=torch.float64), torch.zeros(4, dtype=torch.float64)
    memory = np.empty((4, 4))
    for k in range(20):
        memory[:] = k
        parameters = [torch.from_numpy(memory), zeros, torch.ones(1, 4, dtype=torch.float64), zeros[:1]]
        expected = 4.0 * silu(torch.full((4,), float(k), dtype=torch.float64))
        torch.testing.assert_close(readout(tokens, parameters), expected)
        del parameters


def test_tensors_that_are_not_contiguous() -> None:
    def strided(tensor: Tensor) -> Tensor:
        return torch.stack((tensor, tensor), -1)[..., 0]

    case = Case(SIZES[3], torch.float64)
    expected = with_gradients(case.ours(), *case.inputs)
    energies = with_gradients(readout(case.tokens, case.readout), case.tokens)
    case.parameters, case.readout = [[strided(p) for p in some] for some in (case.parameters, case.readout)]
    case.first = strided(case.first)
    tokens, log_weights = strided(case.tokens), strided(case.log_weights)
    assert not any(t.is_contiguous() for t in (tokens, log_weights, case.first, *case.parameters))
    ours = transformer_layer(tokens, log_weights, case.first, case.heads, EPSILON, case.parameters)
    assert_close(with_gradients(strided(ours), *case.inputs), expected, torch.float64)
    assert_close(with_gradients(strided(readout(tokens, case.readout)), case.tokens), energies, torch.float64)


def test_inference_mode() -> None:
    """Its tensors don't tell of changes, so nothing of theirs may be remembered."""
    case = Case(SIZES[2], torch.float64)
    tokens = case.tokens.detach()
    with torch.inference_mode():
        parameters = [p.clone() for p in case.readout]
        readout(tokens, parameters)
        parameters[0].mul_(2.0)
        torch.testing.assert_close(readout(tokens, parameters), read_out_by_torch(tokens, parameters))


def test_change_before_the_derivative_is_refused() -> None:
    case = Case(SIZES[2], torch.float64)
    layer, energies = case.ours(), readout(case.tokens, case.readout)
    case.parameters[8].mul_(3.0)
    case.readout[0].mul_(3.0)
    for result in (layer, energies):
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            torch.autograd.grad(result.sum(), case.tokens)


def test_two_derivatives_of_one_result() -> None:
    case = Case(SIZES[2], torch.float64)
    total = case.ours().square().sum() + readout(case.tokens, case.readout).sum()
    first, second = (torch.autograd.grad(total, case.inputs, retain_graph=True) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_threads_share_packed_matrices() -> None:
    case = Case(SIZES[3], torch.float64)
    expected = case.of_torch()
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda _: case.ours(), range(40)):
            assert_close([result], [expected], torch.float64)


def layer_of(case: Case) -> Tensor:
    return case.ours()


def readout_of(case: Case) -> Tensor:
    energies: Tensor = readout(case.tokens, case.readout)
    return energies


@pytest.mark.parametrize("operator", [layer_of, readout_of])
def test_second_derivative_is_refused(operator: Callable[[Case], Tensor]) -> None:
    case = Case(SIZES[2], torch.float64)
    with pytest.raises(NotImplementedError, match="one derivative"):
        torch.autograd.grad(operator(case).sum(), case.tokens, create_graph=True)


@pytest.mark.parametrize("operator", [layer_of, readout_of])
def test_gradient_of_a_parameter_is_refused(operator: Callable[[Case], Tensor]) -> None:
    """Silently giving none would be a training that doesn't train."""
    case = Case(SIZES[2], torch.float64)
    case.parameters[5].requires_grad_()
    case.readout[2].requires_grad_()
    with pytest.raises(RuntimeError, match="without gradients"):
        operator(case)
    with torch.no_grad():
        operator(case)


def test_wrong_arguments_of_a_layer() -> None:
    case = Case(SIZES[2], torch.float64)
    good = [*(t.detach() for t in case.inputs), case.first, case.heads, EPSILON, case.parameters]
    transformer_layer(*good)
    shorter = [*case.parameters[:8], case.parameters[8][:-1], *case.parameters[9:]]
    for place, wrong, text in [
        (0, good[0][:, 0], r"`tokens`: expected \[tokens, width\], got \[\d+\]"),
        (0, good[0][:-1], r"transformer_layer: expected a token per atom and edge, got"),
        (1, good[1].float(), r"transformer_layer: `log_weights`: expected one value per edge of the tokens' type"),
        (2, case.first.flip(0), r"numbers that ascend from 0 to the number of edges"),
        (3, 0, r"`heads`: expected a divisor of the width, 6, got 0"),
        (3, 4, r"`heads`: expected a divisor of the width, 6, got 4"),
        (5, case.parameters[:-1], r"`parameters`: expected 12 tensors, got 11"),
        (5, shorter, r"`parameters`: expected \[10\] of Double on cpu as number 9, got \[11\]"),
        (5, [*case.parameters[:-1], case.parameters[-1].float()], r"as number 11, got \[6\] of Float"),
    ]:
        with pytest.raises(RuntimeError, match=text):
            transformer_layer(*good[:place], wrong, *good[place + 1 :])


def test_wrong_arguments_of_a_readout() -> None:
    case = Case(SIZES[2], torch.float64)
    tokens = case.tokens.detach()
    for wrong, text in [
        ((tokens[0], case.readout), r"`tokens`: expected \[tokens, width\]"),
        ((tokens, case.readout[:3]), r"`parameters`: expected 4 tensors, got 3"),
        (
            (tokens[:, :-1], case.readout),
            r"`parameters`: expected \[11, 5\] of Double on cpu as number 0, got",
        ),
    ]:
        with pytest.raises(RuntimeError, match=text):
            readout(*wrong)


@pytest.mark.parametrize("capability", ["default", "avx2"])
def test_kernels_for_older_processors(capability: str) -> None:
    """The tests above ran with the best instructions of this machine; these are the other kernels."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "against or large"]
    environment = {**os.environ, "ATEN_CPU_CAPABILITY": capability}
    run = subprocess.run(words, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
    assert f"{4 * len(SIZES) + 1} passed" in run.stdout
