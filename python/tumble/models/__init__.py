"""Models with the inputs and outputs that Tumble requires: PET, and an equivariant network.

The latter needs the package e3nn, so both are imported when they are first used (PEP 562).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

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


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module `tumble.models` has no attribute `{name}`")
    return getattr(importlib.import_module(_HOME[name]), name)
