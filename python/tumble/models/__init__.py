"""Models with the inputs and outputs that Tumble requires: PET."""

from tumble.models.pet import Pet, PetConfig

__all__ = ["Pet", "PetConfig"]
