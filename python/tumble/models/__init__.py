"""Models with the contract of Tumble: PET."""

from tumble.models.pet import Pet, PetConfig

__all__ = ["Pet", "PetConfig"]
