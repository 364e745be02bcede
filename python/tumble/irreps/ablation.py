"""What is lost without the features of one l: they are removed, or permuted among atoms, while the model is evaluated.

    zeroed      f_icm -> 0
    permuted    f_icm -> f_s(i)cm,   s: a random cycle through all atoms of one species in one structure

A permutation keeps the distribution of the features of each species, and which channels belong together; only the
connection with the surroundings of the atom is lost. Every atom gets the features of another one (S. Sattolo, Inf.
Process. Lett. 22, 315, 1986); an atom that is the only one of its species in a structure keeps its own.

With y the prediction of the intact model, y' without the features and y* the label, mean absolute values over frames,

    change    <|y' - y|>        loss    <|y' - y*|> - <|y - y*|>

For energies per atom, y* contains a constant: the mean error of the intact model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tumble.irreps.bootstrap import Bootstrap, Estimate, ratio
from tumble.irreps.quantities import Float, Quantity

ZEROED, PERMUTED = "zeroed", "permuted"


def permutation(
    species: NDArray[np.int64], first_atom: NDArray[np.int64], seeds: Sequence[Sequence[int]]
) -> NDArray[np.int64]:
    """Return from which atom each atom of a batch gets its features, [N].

    Args:
        species: Species index of each atom.
        first_atom: First atom of each structure, and the number of atoms.
        seeds: Of each structure.
    """
    source = np.arange(len(species))
    for seed, begin, end in zip(seeds, first_atom[:-1], first_atom[1:], strict=True):
        draw = np.random.default_rng(list(seed))
        for kind in np.unique(species[begin:end]):
            atoms = draw.permutation(begin + np.flatnonzero(species[begin:end] == kind))
            source[atoms] = np.roll(atoms, 1)  # one cycle through a random order
    return source


@dataclass(frozen=True)
class Reference:
    """What predictions of an ablated model are compared with, for one structure.

    Attributes:
        intact: Of the intact model.
        label: Minus the mean error, if only differences mean something; None if there is none.
    """

    intact: Float
    label: Float | None


@dataclass(frozen=True)
class Effect:
    """Effect of an ablation on one quantity.

    Attributes:
        change: Of the prediction.
        loss: Of accuracy; None without labels.
    """

    change: Estimate
    loss: Estimate | None

    def to_dict(self, factor: float) -> dict[str, Any]:
        """Return the plain values for JSON, in the unit of the quantity."""
        return {
            name: None if each is None else each.scaled(factor).to_dict()
            for name, each in (("change", self.change), ("loss", self.loss))
        }


@dataclass
class EffectTally:
    """Sums over frames for one quantity and one ablation."""

    change: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    labeled: list[bool] = field(default_factory=list)
    affected: list[bool] = field(default_factory=list)

    def add(self, ablated: Float, reference: Reference, *, affected: bool) -> None:
        """Add a frame.

        Args:
            ablated: Prediction without the features.
            reference: What it is compared with.
            affected: Whether the ablation could change anything; frames where it couldn't don't count.
        """
        self.change.append(float(np.abs(ablated - reference.intact).sum()))
        self.count.append(len(ablated))
        self.affected.append(affected)
        self.labeled.append(reference.label is not None)
        if reference.label is None:
            self.loss.append(0.0)
        else:
            before, after = (np.abs(y - reference.label).sum() for y in (reference.intact, ablated))
            self.loss.append(float(after - before))

    def effect(self, bootstrap: Bootstrap) -> Effect | None:
        """Return the effect; None if no frame could change."""
        affected = np.array(self.affected)
        if not affected.any():
            return None
        count = _column(self.count)
        labeled = affected & np.array(self.labeled)
        return Effect(
            bootstrap.estimate(ratio, _column(self.change), count, used=affected),
            bootstrap.estimate(ratio, _column(self.loss), count, used=labeled) if labeled.any() else None,
        )


def references(
    quantity: Quantity, intact: Sequence[Float], labels: Sequence[Float | None]
) -> tuple[list[Reference], float | None]:
    """Return what ablated predictions are compared with, and the mean absolute error of the intact model.

    Args:
        quantity: The quantity.
        intact: Predictions of the intact model for each structure.
        labels: For each structure; None where there is none.

    Returns:
        One reference per structure; the error is None if no structure has a label.
    """
    errors = [y - label for y, label in zip(intact, labels, strict=True) if label is not None]
    if not errors:
        return [Reference(y, None) for y in intact], None
    shift = float(np.mean(np.concatenate(errors))) if quantity.only_differences else 0.0
    found = [Reference(y, None if label is None else label + shift) for y, label in zip(intact, labels, strict=True)]
    return found, float(np.mean(np.abs(np.concatenate(errors) - shift)))


#: For each way to ablate and each quantity, by name.
Effects = Mapping[str, Mapping[str, Effect | None]]


def _column(values: Sequence[float]) -> Float:
    return np.array(values, dtype=np.float64)[:, None]
