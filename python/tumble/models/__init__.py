"""Models with the inputs and outputs that Tumble requires: PET, and an equivariant network."""

from tumble.models.equivariant import Equivariant, EquivariantConfig
from tumble.models.pet import Pet, PetConfig

__all__ = ["Equivariant", "EquivariantConfig", "Pet", "PetConfig"]
