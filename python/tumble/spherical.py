"""The module `o3` of e3nn, which is an optional dependency: irreps, spherical harmonics and Wigner matrices."""

from __future__ import annotations

from types import ModuleType

import torch

from tumble.errors import ConfigurationError


def load_o3(key: str) -> ModuleType:
    """Return the module `e3nn.o3`.

    Args:
        key: What needs it, for the message.

    Raises:
        ConfigurationError: If the environment lacks e3nn.
    """
    try:
        # e3nn 0.4.4, which `mace-torch` requires, reads its tables with a `slice`, which torch refuses since 2.6.
        with torch.serialization.safe_globals([slice]):
            from e3nn import o3
    except ImportError:
        raise ConfigurationError(
            f"`{key}`: expected the package e3nn, found none; `pip install tumble[probe]`"
        ) from None
    module: ModuleType = o3
    return module
