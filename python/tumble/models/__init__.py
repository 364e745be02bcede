"""Models with the inputs and outputs that Tumble requires: PET, and an equivariant network.

The latter needs the package e3nn, so both are imported when they are first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tumble.lazy_names import lazy_names

if TYPE_CHECKING:
    from tumble.models.equivariant import Equivariant, EquivariantConfig
    from tumble.models.pet import Pet, PetConfig

__all__ = ["Equivariant", "EquivariantConfig", "Pet", "PetConfig"]

_HOME = {
    "Equivariant": "tumble.models.equivariant",
    "EquivariantConfig": "tumble.models.equivariant",
    "Pet": "tumble.models.pet",
    "PetConfig": "tumble.models.pet",
}

__getattr__ = lazy_names(__name__, _HOME)
