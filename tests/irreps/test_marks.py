from __future__ import annotations

import pytest
import torch
from e3nn import o3

from tumble.errors import ModelFileError
from tumble.irreps.marks import Mark, order


def test_blocks_are_those_of_e3nn() -> None:
    """Entry by entry, each channel of `mul_ir` is one row of 2l + 1 numbers."""
    irreps = o3.Irreps("3x0e+2x1o+1x0e+4x2e")
    x = irreps.randn(5, -1, dtype=torch.float64)
    blocks = Mark("a", str(irreps), "mul_ir").channels(x)
    assert list(blocks) == ["0e", "1o", "2e"]
    assert torch.equal(blocks["0e"], torch.cat([x[:, :3], x[:, 9:10]], 1)[:, :, None])
    assert torch.equal(blocks["1o"][:, 1], x[:, 6:9])
    assert torch.equal(blocks["2e"][:, 3], x[:, 25:30])


def test_ir_mul_is_the_transpose_of_each_block() -> None:
    x = torch.arange(6.0)[None]  # two channels of l = 1: m first
    assert Mark("a", "2x1o", "ir_mul").channels(x)["1o"].tolist() == [[[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]]]
    assert Mark("a", "2x1o", "mul_ir").channels(x)["1o"].tolist() == [[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]]


def test_a_single_irrep_may_have_any_shape() -> None:
    x = torch.arange(12.0).view(2, 3, 2)
    expected = x.transpose(1, 2)
    assert torch.equal(Mark("a", "2x1o", "ir_mul").channels(x)["1o"], expected)


@pytest.mark.parametrize("layout", ["mul_ir", "ir_mul"])
def test_an_axis_of_channels_repeats_the_irreps(layout: str) -> None:
    """As MACE's interactions: [N, channels, (l_max + 1)^2]."""
    x = torch.randn(4, 7, 9, generator=torch.Generator().manual_seed(0))
    blocks = Mark("a", "1x0e+1x1o+1x2e", layout).channels(x)
    assert [blocks[name].shape[1:] for name in blocks] == [(7, 1), (7, 3), (7, 5)]
    assert torch.equal(blocks["1o"], x[:, :, 1:4])


@pytest.mark.parametrize("layout", ["mul_ir", "ir_mul"])
@pytest.mark.parametrize(("irreps", "shape"), [("2x0e+3x1o+1x0e+2x1o", (4, 18)), ("1x0e+2x1o", (4, 5, 7))])
def test_replaced_values_are_read_back(layout: str, irreps: str, shape: tuple[int, ...]) -> None:
    mark = Mark("a", irreps, layout)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    before = mark.channels(x)
    new = mark.replaced(x, {"1o": 2.0 * before["1o"]})
    after = mark.channels(new)
    assert new.shape == x.shape
    assert torch.equal(after["1o"], 2.0 * before["1o"])
    assert torch.equal(after["0e"], before["0e"])
    assert torch.equal(mark.replaced(new, {"1o": before["1o"]}), x)


@pytest.mark.parametrize(
    ("mark", "shape", "words"),
    [
        (Mark("deep", "2x1o", "m_first"), (3, 6), "deep.*m_first"),
        (Mark("deep", "two vectors", "mul_ir"), (3, 6), "deep.*two vectors"),
        (Mark("deep", "2x1o", "mul_ir"), (3, 7), r"deep.*6 of `2x1o`.*\[3, 7\]"),
        (Mark("deep", "2x1o", "mul_ir"), (8, 6), r"deep.*3 atoms.*\[8, 6\]"),
        (Mark("deep", "", "mul_ir"), (3, 0), r"deep"),
    ],
)
def test_what_cannot_be_is_refused(mark: Mark, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(ModelFileError, match=words):
        mark.check(torch.zeros(shape), 3)


def test_natural_parity_comes_first() -> None:
    assert sorted(["2o", "1e", "0o", "2e", "1o", "0e", "10e"], key=order) == ["0e", "0o", "1o", "1e", "2e", "2o", "10e"]
