"""Sizes of an equivariant network: what is refused, and how channels are spread over degrees."""

from __future__ import annotations

from typing import Any

import pytest

from tumble.models import EquivariantConfig


def test_one_number_of_channels_is_that_of_all_degrees() -> None:
    assert EquivariantConfig(("O",), degrees=(0, 3, 4), channels=(8,)).sizes == {0: 8, 3: 8, 4: 8}
    assert EquivariantConfig(("O",), degrees=(0, 2), channels=(8, 3)).sizes == {0: 8, 2: 3}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"species": ("O", "O")}, "`species`: expected distinct"),
        ({"cutoff": -1.0}, "`cutoff`: expected a length above 0, got -1.0"),
        ({"cutoff": float("nan")}, "`cutoff`"),
        ({"degrees": (1, 2)}, r"`degrees`: expected degrees from 0 on.*got \[1, 2\]"),
        ({"degrees": ()}, "`degrees`"),
        ({"degrees": (0, 2, 1)}, "`degrees`: expected ascending"),
        ({"degrees": (0, 1, 1)}, "`degrees`: expected ascending"),
        ({"degrees": (0, 12)}, "0 to 11"),
        ({"channels": (4, 0, 4)}, r"`channels`: expected at least 1, got \[4, 0, 4\]; to leave a degree out"),
        ({"channels": (2,)}, "`channels`: expected at least 3 of degree 0, since they are normalized, got 2"),
        ({"channels": (1, 4, 4)}, "`channels`: expected at least 3 of degree 0.* got 1"),
        ({"channels": (4, 4)}, "one for each of the 3 degrees"),
        ({"layers": 0}, "`layers`"),
        ({"radial": 0}, "`radial`"),
        ({"radial_width": 0}, "`radial_width`"),
        ({"neighbors": 0.0}, "`neighbors`"),
        ({"outputs": ("charge",)}, "`outputs`: expected dipole, got charge"),
        ({"outputs": ("dipole", "dipole")}, "`outputs`"),
    ],
)
def test_impossible_sizes_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        EquivariantConfig(**({"species": ("O", "H")} | values))
