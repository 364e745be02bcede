"""An equivariant message-passing network with a free choice of the degrees l of its features."""

from tumble.models.equivariant.config import EquivariantConfig
from tumble.models.equivariant.network import Equivariant

__all__ = ["Equivariant", "EquivariantConfig"]
