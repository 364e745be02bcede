"""Options of the driver."""

from __future__ import annotations

import pytest

from tumble.errors import ConfigurationError
from tumble.ipi_check.options import Options


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"connections": 0}, "connections"),
        ({"evaluations": -1}, "evaluations"),
        ({"symmetrize": "cubic"}, "symmetrize"),
        ({"symmetrize": "random"}, "seed"),
    ],
)
def test_impossible_values(options: dict[str, object], name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"`{name}`"):
        Options(**options).symmetrizer()


def test_rotations() -> None:
    assert len(Options(symmetrize="octahedral").symmetrizer()) == 24
