"""Models for the engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def model(model_file: Callable[[str], Path]) -> Path:
    """A toy that isn't invariant. It holds no molecule together, but can't blow one up at once either."""
    return model_file("harmonic")


@pytest.fixture(scope="session")
def exact(model_file: Callable[[str], Path]) -> Path:
    """A toy of pairs, which is exactly invariant."""
    return model_file("pair")
