"""Dipoles as labels: of each atom, of each structure, or the magnitude of the latter. All are in e Å.

A model returns a vector d_i for each atom. A structure has the dipole D = sum_i d_i. A magnitude is compared with

    sqrt(|D|^2 + w^2)

of small width w, since |D| has no derivative at zero, where symmetric molecules are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from tumble.labels import DipoleKind

WIDTH = 1e-3  # w, e Å


@dataclass(frozen=True)
class Dipoles:
    """Dipoles of one kind, as labels or as a model's results.

    Attributes:
        kind: Kind.
        values: [N, 3] for atoms, [B, 3] for structures or [B] for magnitudes, e Å.
        structure: Structure of each row of the values.
    """

    kind: DipoleKind
    values: Tensor
    structure: Tensor

    def turned(self, rotations: Tensor) -> Dipoles:
        """Return the dipoles in turned structures.

        Args:
            rotations: Rotation R of each structure, by which a row vector v becomes v R^T [B, 3, 3].
        """
        if self.kind is DipoleKind.MAGNITUDE:
            return self
        return replace(self, values=turned(self.values, rotations, self.structure))

    def to(self, device: torch.device) -> Dipoles:
        """Copy to a device."""
        return replace(self, values=self.values.to(device), structure=self.structure.to(device))


def joined(labels: list[Dipoles], structure: Tensor) -> Dipoles:
    """Join the dipoles of several structures of one kind.

    Args:
        labels: Dipoles of one structure each.
        structure: Structure of each atom [N].
    """
    kind = labels[0].kind
    rows = structure if kind is DipoleKind.ATOMS else torch.arange(len(labels))
    return Dipoles(kind, torch.cat([label.values for label in labels]), rows)


def like(labels: Dipoles, atomic: Tensor, structure: Tensor, width: float = WIDTH) -> Dipoles:
    """Return a model's dipoles in the form of labels, to be compared with them.

    Args:
        labels: Labels.
        atomic: Dipole of each atom [N, 3], e Å.
        structure: Structure of each atom [N].
        width: Width w of a magnitude, e Å; 0 for its exact value, without a derivative at zero.
    """
    if labels.kind is DipoleKind.ATOMS:
        return replace(labels, values=atomic)
    sums = atomic.new_zeros((len(labels.values), 3)).index_add(0, structure, atomic)
    if labels.kind is DipoleKind.MAGNITUDE:
        return replace(labels, values=(sums.square().sum(dim=1) + width**2).sqrt())
    return replace(labels, values=sums)


def turned(vectors: Tensor, rotations: Tensor, structure: Tensor) -> Tensor:
    """Turn row vectors [M, 3] by the rotations [B, 3, 3] of their structures [M]: v becomes v R^T."""
    return (rotations.index_select(0, structure) * vectors.unsqueeze(1)).sum(dim=2)
