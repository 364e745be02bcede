"""Models with the contract of Tumble: PET, and toys with known answers for tests."""

from tumble.models.pet import Pet, PetConfig

__all__ = ["Pet", "PetConfig"]
