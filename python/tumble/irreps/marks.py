"""A mark on features: how a tensor consists of irreducible representations of O(3).

A row of a tensor [N, ...], one for each of N atoms, has any shape that flattens to the declared irreps, or the shape
[copies, width] for several copies of them. Within the irreps, each entry `mul x ir` is a block of mul (2l + 1) numbers:
channel after channel in the layout `mul_ir`, component m after component m in the layout `ir_mul`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from tumble.errors import ModelFileError
from tumble.spherical import load_o3

LAYOUTS = ("mul_ir", "ir_mul")


@dataclass(frozen=True)
class Mark:
    """What a call of `tumble::features` declares.

    Attributes:
        layer: Name of the layer.
        irreps: In the notation of e3nn.
        layout: `mul_ir` or `ir_mul`.
    """

    layer: str
    irreps: str
    layout: str

    def check(self, x: Tensor, atoms: int) -> None:
        """Check that a tensor can have these irreps.

        Args:
            x: The features.
            atoms: Number of atoms.

        Raises:
            ModelFileError: If it can't; the message names the layer.
        """
        if self.layout not in LAYOUTS:
            raise ModelFileError(f"layer `{self.layer}`: expected the layout mul_ir or ir_mul, got `{self.layout}`")
        try:
            width = self._irreps().dim
        except ValueError as error:
            raise ModelFileError(
                f"layer `{self.layer}`: expected irreps in the notation of e3nn, such as 32x0e+16x1o, got "
                f"`{self.irreps}`"
            ) from error
        if x.dim() < 1 or x.size(0) != atoms:
            raise ModelFileError(
                f"layer `{self.layer}`: expected features of each of the {atoms} atoms in rows, got the shape "
                f"{list(x.shape)}; features of edges aren't supported, and Python needs a model of `load_whole`"
            )
        if width == 0 or self._copies(x) is None:
            raise ModelFileError(
                f"layer `{self.layer}`: expected features of the width {width} of `{self.irreps}`, or [atoms, copies, "
                f"{width}], got the shape {list(x.shape)}"
            )

    def channels(self, x: Tensor) -> dict[str, Tensor]:
        """Return the features of each irrep, [N, channels, 2l + 1], by its name such as `1o`, in order of l."""
        rows = self._rows(x)
        found: dict[str, list[Tensor]] = {}
        for place, mul, irrep in self._entries():
            found.setdefault(str(irrep), []).append(self._unpacked(rows[:, :, place], mul, irrep.dim))
        return {name: torch.cat(found[name], 1) for name in sorted(found, key=order)}

    def replaced(self, x: Tensor, new: Mapping[str, Tensor]) -> Tensor:
        """Return features with other values for some irreps.

        Args:
            x: The features.
            new: Values [N, channels, 2l + 1] as returned by `channels`, by the name of the irrep.
        """
        rows = self._rows(x).clone()
        first = dict.fromkeys(new, 0)
        for place, mul, irrep in self._entries():
            name = str(irrep)
            if name in new:
                count = rows.size(1) * mul
                rows[:, :, place] = self._packed(new[name].narrow(1, first[name], count), rows.size(1))
                first[name] += count
        return rows.view(x.shape)

    def _irreps(self) -> Any:  # e3nn has no types
        return load_o3("irreps").Irreps(self.irreps)

    def _entries(self) -> Iterator[tuple[slice, int, Any]]:
        irreps = self._irreps()
        for place, (mul, irrep) in zip(irreps.slices(), irreps, strict=True):
            if mul > 0:
                yield place, mul, irrep

    def _copies(self, x: Tensor) -> int | None:
        """Return how many copies of the irreps an atom has; None if the shape doesn't fit."""
        width, all_numbers = self._irreps().dim, x[0].numel() if x.size(0) > 0 else 0
        if all_numbers == width:
            return 1
        return x.size(1) if x.dim() == 3 and x.size(2) == width else None

    def _rows(self, x: Tensor) -> Tensor:
        """Return features as [N, copies, width]."""
        return x.reshape(x.size(0), self._copies(x) or 1, -1)

    def _unpacked(self, block: Tensor, mul: int, width: int) -> Tensor:
        """Return a block [N, copies, mul * width] as [N, copies * mul, width]."""
        if self.layout == "mul_ir":
            return block.reshape(block.size(0), -1, width)
        return block.view(*block.shape[:2], width, mul).transpose(2, 3).reshape(block.size(0), -1, width)

    def _packed(self, channels: Tensor, copies: int) -> Tensor:
        """Return [N, copies * mul, width] as a block [N, copies, mul * width]."""
        block = channels.reshape(channels.size(0), copies, -1, channels.size(2))
        return (block if self.layout == "mul_ir" else block.transpose(2, 3)).flatten(2)


def order(irrep: str) -> tuple[int, int]:
    """Return the place of an irrep in a sorted list: by l, natural parity (-1)^l first."""
    degree, parity = degree_of(irrep), irrep[-1]
    return degree, int(parity != "eo"[degree % 2])


def degree_of(irrep: str) -> int:
    """Return l of an irrep such as `1o`."""
    return int(irrep[:-1])
