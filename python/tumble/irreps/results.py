"""The results of an analysis of irreps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tumble.irreps.ablation import Effects
from tumble.irreps.bootstrap import Estimate
from tumble.irreps.layers import Part
from tumble.irreps.marks import degree_of
from tumble.irreps.measures import Measures
from tumble.irreps.options import Options
from tumble.irreps.quantities import Quantity

FORMAT = "tumble-irreps-1"


@dataclass(frozen=True)
class PartResult:
    """Everything about one irrep of one layer.

    Attributes:
        part: The layer, the irrep and the number of channels.
        measures: Of its features.
        effects: What is lost without them; empty without ablation.
    """

    part: Part
    measures: Measures
    effects: Effects

    def to_dict(self, quantities: Mapping[str, Quantity]) -> dict[str, Any]:
        """Return the plain values for JSON."""
        found = self.measures
        return {
            "layer": self.part.layer,
            "irrep": self.part.irrep,
            "l": degree_of(self.part.irrep),
            "channels": self.part.channels,
            "power": found.power.to_dict(),
            "power_share": None if found.power_share is None else found.power_share.to_dict(),
            "gradient_share": None if found.gradient_share is None else found.gradient_share.to_dict(),
            "participation_ratio": found.participation_ratio,
            **_plain(self.effects, quantities),
        }


@dataclass(frozen=True)
class Irreps:
    """Results of an analysis of irreps.

    Attributes:
        model: Name of the model.
        symmetry: Kind of the exact symmetry, as the model file states it.
        dtype: Precision of the model.
        frames: File of the structures, or a word for them.
        atoms: Number of atoms of each structure.
        labeled: How many structures have labels, by the name of the quantity.
        options: Options of the analysis.
        quantities: What was predicted, by name.
        errors: Mean absolute error of the intact model by the name of the quantity; None without labels.
        rotation_error: Largest relative rms by which a part of each layer turns in another way than declared.
        parity: Whether parities were checked, too.
        parts: In the order of the layers.
        everywhere: Effects of an ablation in all layers at once, for each irrep that is in several.
    """

    model: str
    symmetry: str
    dtype: str
    frames: str
    atoms: tuple[int, ...]
    labeled: Mapping[str, int]
    options: Options
    quantities: Mapping[str, Quantity]
    errors: Mapping[str, float | None]
    rotation_error: Mapping[str, float]
    parity: bool
    parts: tuple[PartResult, ...]
    everywhere: Mapping[str, Effects]

    @property
    def layers(self) -> list[str]:
        """Names of the layers."""
        return list(dict.fromkeys(result.part.layer for result in self.parts))

    def of(self, layer: str) -> list[PartResult]:
        """Return the results of a layer."""
        return [result for result in self.parts if result.part.layer == layer]

    def lost(self, effects: Effects, way: str, name: str) -> Estimate | None:
        """Return what is lost of one quantity, in its unit: accuracy if there are labels, or else the change.

        Args:
            effects: Of an ablation.
            way: `zeroed` or `permuted`.
            name: Of the quantity.
        """
        effect = effects[way][name]
        estimate = None if effect is None else effect.change if self.errors[name] is None else effect.loss
        return None if estimate is None else estimate.scaled(self.quantities[name].factor)

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON; effects and errors are in the units that it states."""
        return {
            "format": FORMAT,
            "model": self.model,
            "symmetry": self.symmetry,
            "dtype": self.dtype,
            "frames": self.frames,
            "structures": len(self.atoms),
            "atoms": self.atoms,
            "labeled": self.labeled,
            "options": self.options.to_dict(),
            "units": {name: quantity.unit for name, quantity in self.quantities.items()},
            "errors": {
                name: None if error is None else self.quantities[name].factor * error
                for name, error in self.errors.items()
            },
            "rotation_error": self.rotation_error,
            "parity_checked": self.parity,
            "parts": [result.to_dict(self.quantities) for result in self.parts],
            "everywhere": {irrep: _plain(effects, self.quantities) for irrep, effects in self.everywhere.items()},
        }


def _plain(effects: Effects, quantities: Mapping[str, Quantity]) -> dict[str, Any]:
    """Return the plain values for JSON."""
    return {
        way: {
            name: None if effect is None else effect.to_dict(quantities[name].factor) for name, effect in found.items()
        }
        for way, found in effects.items()
    }
